"""Compare the ledger with the raw facts, and put it right: one path for doubt, for importers and for every night."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, text, true, union_all
from sqlalchemy.orm import Session

from app.reputation.caps import CapKey, Gain, derive_caps
from app.reputation.claims import Claim
from app.reputation.models import Cap, Entry, Score
from app.reputation.rules import RECEIVED_DOWN, RECEIVED_UP, RuleBook
from app.reputation.services.facts import claims_of_people, load_rule_book
from app.reputation.services.ledger import Line, Reason, difference, original, read_lines, reversal
from app.reputation.services.totals import cap_rows

CHUNK = 5000
"""Rows sent to the database at once."""


@dataclass(frozen=True, slots=True)
class Drift:
    """One person whose reputation is not what the facts give; all numbers are unclamped sums."""

    user_id: int
    kept: int
    """What pages show."""
    summed: int
    """What the stored entries and caps add up to."""
    recomputed: int
    """What votes, acceptances, confirmations and the rules of their days give."""
    wrong_lines: int
    """Entries that should not stand, or are missing."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the raw facts give one person."""

    claims: list[Claim]
    caps: dict[CapKey, int]

    @property
    def total(self) -> int:
        """Return the sum of claims and caps."""
        return sum(claim.points for claim in self.claims) + sum(self.caps.values())


def recompute(session: Session, people: Collection[int] | None = None) -> dict[int, int]:
    """Return from raw facts alone the unclamped sum of these people, or of everybody who has one."""
    book = load_rule_book(session)
    standing = _standing(book, claims_of_people(session, book, people))
    return {user_id: standing[user_id].total for user_id in (standing if people is None else people)}


def check_ledger(session: Session, people: Collection[int] | None = None) -> list[Drift]:
    """Return everybody whose kept sum, stored rows and raw facts don't agree, in the order of their ids."""
    book = load_rule_book(session)
    standing = _standing(book, claims_of_people(session, book, people))
    lines, _ = read_lines(session, _whose(Entry.user_id, people))
    wrong = _count_wrong(lines.values(), standing)
    kept = dict(session.execute(select(Score.user_id, Score.score_sum).where(_whose(Score.user_id, people))).all())
    summed = _sums(session, people)
    return [
        drift
        for user_id in sorted({*kept, *summed, *standing})
        if (drift := _drift(user_id, kept, summed, standing, wrong)) is not None
    ]


def recompute_all(session: Session, now: datetime, people: Collection[int] | None = None) -> int:
    """Make ledger, caps and kept sums agree with the facts; return how many ledger rows were added.

    Works for a full ledger and for an empty one: an importer writes the facts and calls this. Other writers of
    reputation wait until it has committed.
    """
    _keep_others_out(session)
    book = load_rule_book(session)
    standing = _standing(book, claims_of_people(session, book, people))
    lines, occurrences = read_lines(session, _whose(Entry.user_id, people))
    claims = [claim for person in standing.values() for claim in person.claims]
    over, missing = difference(lines.values(), claims)
    occurrences.update(_known_occurrences(session, {claim.key for claim in missing} - occurrences.keys()))
    rows = [reversal(line, now, Reason.CORRECTED) for line in over]
    for claim in sorted(missing, key=lambda c: (c.at, c.key)):
        occurrences[claim.key] += 1
        repaired = occurrences[claim.key] > 1
        rows.append(original(claim, occurrences[claim.key], now, Reason.CORRECTED if repaired else Reason.EARNED))
    _insert(session, Entry, rows)
    _rewrite_totals(session, standing, people)
    return len(rows)


def _standing(book: RuleBook, claims: Iterable[Claim]) -> dict[int, Standing]:
    by_person: dict[int, list[Claim]] = defaultdict(list)
    for claim in claims:
        by_person[claim.user_id].append(claim)
    empty = Standing([], {})
    found = {user_id: Standing(mine, derive_caps(book, _gains(mine))) for user_id, mine in by_person.items()}
    return defaultdict(lambda: empty, found)


def _gains(claims: Iterable[Claim]) -> list[Gain]:
    return [
        Gain(c.day, c.rule, c.points, c.by_id, c.question_id, c.answer_id)
        for c in claims
        if c.rule in RECEIVED_UP or c.rule in RECEIVED_DOWN
    ]


def _whose(column: Any, people: Collection[int] | None) -> ColumnElement[bool]:
    return true() if people is None else column.in_(people)


def _count_wrong(lines: Iterable[Line], standing: Mapping[int, Standing]) -> dict[int, int]:
    claims = [claim for person in standing.values() for claim in person.claims]
    over, missing = difference(lines, claims)
    wrong: dict[int, int] = defaultdict(int)
    for user_id in [line.user_id for line in over] + [claim.user_id for claim in missing]:
        wrong[user_id] += 1
    return wrong


def _sums(session: Session, people: Collection[int] | None) -> dict[int, int]:
    rows = union_all(
        select(Entry.user_id, Entry.points).where(_whose(Entry.user_id, people)),
        select(Cap.user_id, Cap.points).where(_whose(Cap.user_id, people)),
    ).subquery()
    query = select(rows.c.user_id, func.sum(rows.c.points)).group_by(rows.c.user_id)
    return {user_id: int(points) for user_id, points in session.execute(query)}


def _drift(
    user_id: int,
    kept: Mapping[int, int],
    summed: Mapping[int, int],
    standing: Mapping[int, Standing],
    wrong: Mapping[int, int],
) -> Drift | None:
    found = Drift(user_id, kept.get(user_id, 0), summed.get(user_id, 0), standing[user_id].total, wrong.get(user_id, 0))
    agrees = found.kept == found.summed == found.recomputed and not found.wrong_lines
    return None if agrees else found


def _keep_others_out(session: Session) -> None:
    """Hold back every other writer of scores; on SQLite the transaction itself does."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE reputation_scores IN EXCLUSIVE MODE"))


def _known_occurrences(session: Session, keys: Collection[str]) -> dict[str, int]:
    known: dict[str, int] = {}
    ordered = sorted(keys)
    if session.scalar(select(Entry.id).limit(1)) is None:
        return known  # the first build of a large ledger asks nothing
    for start in range(0, len(ordered), CHUNK):
        part = ordered[start : start + CHUNK]
        query = select(Entry.key, func.max(Entry.occurrence)).where(Entry.key.in_(part)).group_by(Entry.key)
        known.update(dict(session.execute(query).all()))
    return known


def _rewrite_totals(session: Session, standing: Mapping[int, Standing], people: Collection[int] | None) -> None:
    session.execute(delete(Cap).where(_whose(Cap.user_id, people)))
    session.execute(delete(Score).where(_whose(Score.user_id, people)))
    _insert(session, Cap, [row for user_id in sorted(standing) for row in cap_rows(user_id, standing[user_id].caps)])
    _insert(
        session, Score, [{"user_id": user_id, "score_sum": standing[user_id].total} for user_id in sorted(standing)]
    )


def _insert(session: Session, table: type[Any], rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), CHUNK):
        session.execute(insert(table), rows[start : start + CHUNK])

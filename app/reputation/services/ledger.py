"""Bring the ledger into agreement with the facts, in the transaction that changed them.

A reaction never adds or subtracts by itself: it names the keys that a fact may have changed, derives what those keys
should say now, and writes the difference. Repeating it changes nothing, and the order of facts cannot matter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import zip_longest
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, Text, and_, bindparam, insert, literal, select, true
from sqlalchemy.orm import Session, aliased

from app.forum.contract import FactScope, VoteFact
from app.kernel.database import fetch
from app.kernel.words import N_
from app.reputation.claims import Claim, derive_claims, outcome_keys
from app.reputation.models import Entry, StoredRules
from app.reputation.rules import RuleBook
from app.reputation.services.facts import (
    VERSION_COLUMNS,
    claims_of_outcome,
    claims_of_posts,
    load_rule_book,
    rule_book_of,
)
from app.reputation.services.totals import add_points, settle_limits, touch


class Reason(StrEnum):
    """Why a row was written, for the person who reads it."""

    EARNED = "earned"
    VOTE_WITHDRAWN = "vote_withdrawn"
    ACCEPTANCE_WITHDRAWN = "acceptance_withdrawn"
    CONFIRMATION_WITHDRAWN = "confirmation_withdrawn"
    ANSWER_DELETED = "answer_deleted"
    QUESTION_DELETED = "question_deleted"
    ANSWER_RESTORED = "answer_restored"
    QUESTION_RESTORED = "question_restored"
    CORRECTED = "corrected"


REASON_WORDS = {
    Reason.EARNED: N_("Earned"),
    Reason.VOTE_WITHDRAWN: N_("Somebody took a vote back"),
    Reason.ACCEPTANCE_WITHDRAWN: N_("It turned out not to be the solution"),
    Reason.CONFIRMATION_WITHDRAWN: N_("The trouble came back"),
    Reason.ANSWER_DELETED: N_("The answer was deleted"),
    Reason.QUESTION_DELETED: N_("The question was deleted"),
    Reason.ANSWER_RESTORED: N_("The answer is back"),
    Reason.QUESTION_RESTORED: N_("The question is back"),
    Reason.CORRECTED: N_("A mistake in the count was put right"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """What the ledger has of one occurrence of a fact, and whether it still stands."""

    id: int
    key: str
    occurrence: int
    user_id: int
    points: int
    rule: str
    version: int
    day: date
    question_id: int
    answer_id: int | None
    by_id: int

    def agrees_with(self, claim: Claim) -> bool:
        """Tell whether the line says what the claim says."""
        return (self.user_id, self.points, self.rule, self.version, self.day, self.by_id) == (
            claim.user_id,
            claim.points,
            claim.rule,
            claim.version,
            claim.day,
            claim.by_id,
        )


_REVERSAL = aliased(Entry)
_LINES: Select[*tuple[Any, ...]] = (
    select(
        _REVERSAL.id.label("taken_back_by"), Entry.id, Entry.key, Entry.occurrence, Entry.user_id, Entry.points,
        Entry.rule, Entry.version, Entry.day, Entry.question_id, Entry.answer_id, Entry.by_id,
    )
    .outerjoin(_REVERSAL, _REVERSAL.reverses_id == Entry.id)
    .where(Entry.reverses_id.is_(None))
)  # fmt: skip
"""Originals, each with its reversal; by key they are found in the index of those alone."""
_KEYS = ("key_1", "key_2", "key_3")
"""As many as one fact has at most; a list of any length would be written out anew each time the statement runs."""
_LINES_OF_KEYS = _LINES.where(Entry.key.in_([bindparam(name, type_=Text) for name in _KEYS])).subquery()
_RULES_AND_LINES_OF_KEYS: Select[*tuple[Any, ...]] = select(*VERSION_COLUMNS, *_LINES_OF_KEYS.c).select_from(
    select(literal(1).label("always")).subquery().outerjoin(StoredRules, true()).outerjoin(_LINES_OF_KEYS, true())
)
_OF_VERSION = len(VERSION_COLUMNS)
_WRITE = insert(cast("Table", Entry.__table__))
FactKeys = tuple[str, str] | tuple[str, str, str]
Lines = tuple[dict[int, Line], dict[str, int]]
"""Standing lines by id, and how often each key has begun to hold."""


def settle_vote(session: Session, now: datetime, keys: FactKeys, votes: Iterable[VoteFact]) -> None:
    """Write what changed when one person's vote on one post did.

    Args:
        session: a writing session; the caller holds the lock of the thread.
        now: when it changed.
        keys: of both sides of the vote.
        votes: the vote as it stands now, nothing when it was taken back.

    """
    book, lines = _read_rules_and_lines(session, keys)
    claims = list(derive_claims(book, votes, (), ()))
    settle(session, now, book, lines, claims, Reason.VOTE_WITHDRAWN, Reason.EARNED)


def settle_outcome(session: Session, now: datetime, question_id: int, answer_id: int, undone: Reason) -> None:
    """Write what changed when an answer began or ceased to be the one that solved it."""
    scope = FactScope(question_id, answer_id)
    book, lines = _read_rules_and_lines(session, outcome_keys(answer_id))
    settle(session, now, book, lines, claims_of_outcome(session, book, scope), undone, Reason.EARNED)


def settle_posts(session: Session, now: datetime, scope: FactScope, reason: Reason) -> None:
    """Write what changed when a post, or a whole thread, was deleted or restored."""
    book = load_rule_book(session)
    where = Entry.question_id == scope.question_id
    if not scope.whole_thread:
        where = and_(where, Entry.answer_id == scope.answer_id)
    settle(session, now, book, read_lines(session, where), claims_of_posts(session, book, scope), reason, reason)


def settle(
    session: Session,
    now: datetime,
    book: RuleBook,
    lines: Lines,
    claims: Sequence[Claim],
    undone: Reason,
    done: Reason,
) -> int:
    """Make these lines say what ``claims`` say; return how many rows were added.

    Args:
        session: a writing session; the caller holds the lock of the thread that the facts belong to.
        now: when the facts changed.
        book: the rules.
        lines: what the ledger says where the claims belong; every claim's key must have been looked for.
        claims: what should stand.
        undone: why a line that should not stand is taken back.
        done: why a new line is added; ``EARNED`` dates it by its fact, anything else by ``now``.

    """
    standing, occurrences = lines
    over, missing = difference(standing.values(), claims)
    if not over and not missing:
        return 0
    rows = [reversal(line, now, undone) for line in over]
    for claim in missing:
        occurrences[claim.key] += 1
        rows.append(original(claim, occurrences[claim.key], now, done))
    touched = touch(rows)
    add_points(session, touched)
    fetch(session, _WRITE, rows)
    settle_limits(session, book, touched)
    return len(rows)


def read_lines(session: Session, where: ColumnElement[bool]) -> Lines:
    """Return the lines that stand, by id, and how often each key has begun to hold."""
    return _standing(fetch(session, _LINES.where(where)))


def _read_rules_and_lines(session: Session, keys: FactKeys) -> tuple[RuleBook, Lines]:
    """Return the rules, and the same for a few facts, in one statement."""
    rows = fetch(session, _RULES_AND_LINES_OF_KEYS, dict(zip_longest(_KEYS, keys, fillvalue=keys[0]))).all()
    versions = {row[0]: tuple(row[:_OF_VERSION]) for row in rows if row[0] is not None}
    lines = {row.id: row[_OF_VERSION:] for row in rows if row.id is not None}  # each line comes with each version
    return rule_book_of(tuple(versions.values())), _standing(lines.values())


def _standing(rows: Iterable[Any]) -> Lines:
    standing: dict[int, Line] = {}
    occurrences: dict[str, int] = defaultdict(int)
    for taken_back_by, *columns in rows:
        line = Line(*columns)
        occurrences[line.key] = max(occurrences[line.key], line.occurrence)
        if taken_back_by is None:
            standing[line.id] = line
    return standing, occurrences


def difference(standing: Iterable[Line], claims: Sequence[Claim]) -> tuple[list[Line], list[Claim]]:
    """Return the lines that should not stand and the claims that no line answers."""
    wanted = {claim.key: claim for claim in claims}
    over = []
    for line in standing:
        claim = wanted.get(line.key)
        if claim is not None and line.agrees_with(claim):
            del wanted[line.key]
        else:
            over.append(line)
    return over, list(wanted.values())


def reversal(line: Line, now: datetime, reason: Reason) -> dict[str, object]:
    """Return the row that takes a line back."""
    return {
        "user_id": line.user_id,
        "key": line.key,
        "occurrence": line.occurrence,
        "reverses_id": line.id,
        "points": -line.points,
        "rule": line.rule,
        "version": line.version,
        "reason": reason.value,
        "occurred_at": now,
        "day": line.day,
        "question_id": line.question_id,
        "answer_id": line.answer_id,
        "by_id": line.by_id,
    }


def original(claim: Claim, occurrence: int, now: datetime, reason: Reason) -> dict[str, object]:
    """Return the row that grants a claim."""
    return {
        "user_id": claim.user_id,
        "key": claim.key,
        "occurrence": occurrence,
        "reverses_id": None,
        "points": claim.points,
        "rule": claim.rule.value,
        "version": claim.version,
        "reason": reason.value,
        "occurred_at": claim.at if reason is Reason.EARNED else now,
        "day": claim.day,
        "question_id": claim.question_id,
        "answer_id": claim.answer_id,
        "by_id": claim.by_id,
    }

"""One person's ledger, readable by everybody, without titles of what the reader may not read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from app.forum.contract import visible_titles
from app.identity.contract import Person, people
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.paging import cut, decode_position, encode_position
from app.reputation.models import Cap, Entry
from app.reputation.queries.scores import people_helped, scores
from app.reputation.rules import Rule

PAGE = 50
TELLING = frozenset({Rule.ACCEPTED, Rule.DESK_CONFIRMED, Rule.ACCEPTING})
"""Rules whose other side is no secret; who voted is."""


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One entry. ``title`` is None where the reader may not read the question, or it is deleted."""

    at: datetime
    points: int
    rule: str
    reason: str
    is_reversal: bool
    question_id: int
    answer_id: int | None
    title: str | None
    other: Person | None
    """Who accepted or confirmed, where the reader may know."""


@dataclass(frozen=True, slots=True)
class LedgerDay:
    """The entries of one UTC day, newest first, and what limits took back of that day's votes."""

    day: date
    lines: tuple[LedgerLine, ...]
    limited: int


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """One page of a ledger."""

    person: Person
    is_own: bool
    score: int
    helped: int
    days: tuple[LedgerDay, ...]
    next_cursor: str | None


def ledger_page(session: Session, actor: Actor, user_id: int, cursor: str | None) -> LedgerPage:
    """Return a page of somebody's ledger in seven statements; index ``ix_reputation_entries_page``.

    Raises:
        NotFound: when there is no such person.

    """
    person = people(session, [user_id]).get(user_id)
    if person is None:
        raise NotFound
    page = cut(_rows(session, user_id, cursor), PAGE, lambda row: encode_position(row.occurred_at, row.id))
    titles = visible_titles(session, actor, {row.question_id for row in page.items})
    others = people(session, {r.by_id for r in page.items if r.rule in TELLING and r.question_id in titles})
    lines = [_line(row, titles, others) for row in page.items]
    limited = _limited(session, user_id, {_day(line) for line in lines})
    days = tuple(LedgerDay(day, tuple(own), limited.get(day, 0)) for day, own in groupby(lines, _day))
    return LedgerPage(
        person,
        actor.id == user_id,
        scores(session, [user_id])[user_id],
        people_helped(session, user_id),
        days,
        page.next_cursor,
    )


def _rows(session: Session, user_id: int, cursor: str | None) -> Sequence[Any]:
    query = (
        select(
            Entry.id,
            Entry.occurred_at,
            Entry.points,
            Entry.rule,
            Entry.reason,
            Entry.reverses_id,
            Entry.question_id,
            Entry.answer_id,
            Entry.by_id,
        )
        .where(Entry.user_id == user_id)
        .order_by(Entry.occurred_at.desc(), Entry.id.desc())
        .limit(PAGE + 1)
    )
    if cursor is not None:
        query = query.where(tuple_(Entry.occurred_at, Entry.id) < tuple_(*decode_position(cursor)))
    return session.execute(query).all()


def _line(row: Any, titles: dict[int, str], others: dict[int, Person]) -> LedgerLine:
    return LedgerLine(
        row.occurred_at,
        row.points,
        row.rule,
        row.reason,
        row.reverses_id is not None,
        row.question_id,
        row.answer_id,
        titles.get(row.question_id),
        others.get(row.by_id) if row.rule in TELLING else None,
    )


def _day(line: LedgerLine) -> date:
    return line.at.astimezone(UTC).date()


def _limited(session: Session, user_id: int, days: Collection[date]) -> dict[date, int]:
    rows = session.execute(
        select(Cap.day, func.sum(Cap.points)).where(Cap.user_id == user_id, Cap.day.in_(days)).group_by(Cap.day)
    )
    return {day: int(points) for day, points in rows}

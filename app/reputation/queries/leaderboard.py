"""Who helped most, per space and period; people can stay out of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.orm import Session

from app.forum.contract import ReadableSpace, questions_in, readable_spaces
from app.identity.contract import Person, listed_people, people
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.reputation.models import Cap, Entry, Score
from app.reputation.queries.lost_points import lost_points
from app.reputation.rules import utc_day

PLACES = 50


class Period(StrEnum):
    """How far back to look."""

    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    ALL = "all"


LENGTHS = {Period.WEEK: timedelta(days=7), Period.MONTH: timedelta(days=30), Period.YEAR: timedelta(days=365)}
"""Whole UTC days, today included."""


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody's place; equal points share it."""

    place: int
    person: Person
    points: int


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """The first fifty, for one space or for all."""

    period: Period
    space: ReadableSpace | None
    spaces: tuple[ReadableSpace, ...]
    places: tuple[Place, ...]


def leaderboard(session: Session, actor: Actor, now: datetime, period: Period, space_slug: str | None) -> Leaderboard:
    """Return the ranking in three statements, of one space in at most eight.

    Raises:
        NotFound: when the space is absent or hidden from this actor.

    """
    spaces = readable_spaces(session, actor)
    space = next((s for s in spaces if s.slug == space_slug), None)
    if space_slug and space is None:
        raise NotFound
    since = utc_day(now) - LENGTHS[period] + timedelta(days=1) if period in LENGTHS else None
    totals = _totals_in(session, space, since) if space else session.execute(_totals(since)).all()
    persons = people(session, [user_id for user_id, _ in totals])
    ranks = [1 + sum(other > points for _, other in totals) for _, points in totals]
    places = tuple(Place(rank, persons[i], int(points)) for rank, (i, points) in zip(ranks, totals, strict=True))
    return Leaderboard(period, space, tuple(spaces), places)


def _totals(since: date | None) -> Select[Any, Any]:
    if since is None:
        kept = select(Score.user_id, Score.score_sum.label("points"))
        return (
            kept.where(Score.score_sum > 0, Score.user_id.in_(listed_people()))
            .order_by(Score.score_sum.desc(), Score.user_id)
            .limit(PLACES)
        )
    rows = union_all(
        select(Entry.user_id, Entry.points).where(Entry.day >= since),
        select(Cap.user_id, Cap.points).where(Cap.day >= since),
    ).subquery()
    return _summed(rows.c.user_id, rows.c.points).limit(PLACES)


def _totals_in(session: Session, space: ReadableSpace, since: date | None) -> list[tuple[int, int]]:
    """Rank people by what they earned in one space: those whom no limit touched, and those whom some did."""
    begin = since or date.min
    limited = select(Cap.user_id).where(Cap.day >= begin)
    inside = (Entry.day >= begin, Entry.question_id.in_(questions_in(space.id)))
    totals = _summed(Entry.user_id, Entry.points).order_by(None).where(*inside).cte("totals")
    of_all = select(totals.c.user_id, totals.c.points)
    free = of_all.where(totals.c.user_id.not_in(limited)).order_by(totals.c.points.desc(), totals.c.user_id)
    first = free.limit(PLACES).subquery()
    touched = of_all.where(totals.c.user_id.in_(limited))
    marked = (select(first, literal(0).label("touched")), touched.add_columns(literal(1).label("touched")))
    rows = session.execute(union_all(*marked)).all()
    among = [row.user_id for row in rows if row.touched]
    lost = lost_points(session, questions_in(space.id), begin, among) if among else {}
    earned = [(row.user_id, int(row.points) - lost.get(row.user_id, 0)) for row in rows]
    return sorted((e for e in earned if e[1] > 0), key=lambda e: (-e[1], e[0]))[:PLACES]


def _summed(user_id: Any, points: Any) -> Select[Any, Any]:
    total = func.sum(points)
    return (
        select(user_id, total.label("points"))
        .where(user_id.in_(listed_people()))
        .group_by(user_id)
        .having(total > 0)
        .order_by(total.desc(), user_id)
    )

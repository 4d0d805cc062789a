"""Who helped most, per space and period; people can stay out of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, select, union_all
from sqlalchemy.orm import Session

from app.forum.contract import ReadableSpace, questions_in, readable_spaces
from app.identity.contract import Person, listed_people, people
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.reputation.models import Cap, Entry, Score
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
    """Return the ranking in three statements.

    Limits belong to a person's day, not to a space: the ranking of one space counts points before limits.

    Raises:
        NotFound: when the space is absent or hidden from this actor.

    """
    spaces = readable_spaces(session, actor)
    space = next((s for s in spaces if s.slug == space_slug), None)
    if space_slug and space is None:
        raise NotFound
    since = utc_day(now) - LENGTHS[period] + timedelta(days=1) if period in LENGTHS else None
    rows = session.execute(_totals(since, space)).all()
    persons = people(session, [row.user_id for row in rows])
    ranks = [1 + sum(other.points > row.points for other in rows) for row in rows]
    places = tuple(Place(rank, persons[row.user_id], int(row.points)) for rank, row in zip(ranks, rows, strict=True))
    return Leaderboard(period, space, tuple(spaces), places)


def _totals(since: date | None, space: ReadableSpace | None) -> Select[Any, Any]:
    if space is None and since is None:
        kept = select(Score.user_id, Score.score_sum.label("points"))
        return (
            kept.where(Score.score_sum > 0, Score.user_id.in_(listed_people()))
            .order_by(Score.score_sum.desc(), Score.user_id)
            .limit(PLACES)
        )
    entries = select(Entry.user_id, Entry.points)
    caps = select(Cap.user_id, Cap.points)
    if since is not None:
        entries, caps = entries.where(Entry.day >= since), caps.where(Cap.day >= since)
    if space is not None:
        entries = entries.where(Entry.question_id.in_(questions_in(space.id)))
    rows = (entries if space is not None else union_all(entries, caps)).subquery()
    points = func.sum(rows.c.points)
    return (
        select(rows.c.user_id, points.label("points"))
        .where(rows.c.user_id.in_(listed_people()))
        .group_by(rows.c.user_id)
        .having(points > 0)
        .order_by(points.desc(), rows.c.user_id)
        .limit(PLACES)
    )

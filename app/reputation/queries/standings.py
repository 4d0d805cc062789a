"""Count from entries and caps who earned most, in every space and in all of them together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.forum.contract import question_spaces
from app.identity.contract import listed_people
from app.reputation.models import Entry
from app.reputation.periods import EVERYWHERE, Period, Standings
from app.reputation.queries.lost_points import lost_points

KEPT = 100
"""Twice what a page shows: whoever leaves the list is gone at once, and the next moves up."""


def count_standings(session: Session, period: Period, today: date) -> dict[int, Standings]:
    """Rank those who agree to be ranked by what they earned, by id of the space, in four statements.

    Reads every entry of the period: for background work, and for a page only as long as nothing is kept. Points are
    net of what limits take, so the spaces of a person add up to the board of ``EVERYWHERE``, which is always there.

    Args:
        session: where to read.
        period: how far back to look.
        today: the UTC day it ends with.

    """
    since = period.first_day(today)
    points: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int), {EVERYWHERE: defaultdict(int)})
    for space_id, user_id, earned in session.execute(_earned(since)):
        points[space_id][user_id] += int(earned)
        points[EVERYWHERE][user_id] += int(earned)
    for space_id, user_id, lost in _lost(session, since):
        if user_id in points[EVERYWHERE]:
            points[space_id][user_id] -= lost
            points[EVERYWHERE][user_id] -= lost
    return {space_id: _ranked(of_people) for space_id, of_people in points.items()}


def _earned(since: date) -> Select[Any, Any, Any]:
    """Make the statement; ``user_id + 0`` keeps SQLite from walking through all that each person ever had."""
    places = question_spaces().subquery()
    return (
        select(places.c.space_id, Entry.user_id, func.sum(Entry.points))
        .join(places, places.c.question_id == Entry.question_id)
        .where(Entry.day >= since, (Entry.user_id + 0).in_(listed_people()))
        .group_by(places.c.space_id, Entry.user_id)
    )


def _lost(session: Session, since: date) -> list[tuple[int, int, int]]:
    losses = list(lost_points(session, since))
    places = question_spaces().subquery()
    named = select(places).where(places.c.question_id.in_({loss.question_id for loss in losses}))
    space_of: dict[int, int] = dict(session.execute(named).all()) if losses else {}
    return [(space_of[loss.question_id], loss.user_id, loss.points) for loss in losses]


def _ranked(points: Mapping[int, int]) -> Standings:
    return sorted((item for item in points.items() if item[1] > 0), key=lambda item: (-item[1], item[0]))[:KEPT]

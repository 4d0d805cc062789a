"""Who helped most, per space and period; people can stay out of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.forum.contract import ReadableSpace, readable_spaces
from app.identity.contract import Person, listed_people, people
from app.kernel.actor import Actor
from app.kernel.database import fetch
from app.kernel.errors import NotFound
from app.reputation.models import Board
from app.reputation.periods import EVERYWHERE, Period, Standings
from app.reputation.queries.standings import count_standings
from app.reputation.rules import utc_day

PLACES = 50
TOO_OLD = timedelta(hours=1)
"""Nobody counts in the background any more: the page does it itself."""


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody's place; equal points share it."""

    place: int
    person: Person
    points: int


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """The first fifty, for one space or for all, as they were at ``counted_at``."""

    period: Period
    space: ReadableSpace | None
    spaces: tuple[ReadableSpace, ...]
    places: tuple[Place, ...]
    counted_at: datetime


def leaderboard(session: Session, actor: Actor, now: datetime, period: Period, space_slug: str | None) -> Leaderboard:
    """Return the ranking that was counted last, without those who have left it since, in four statements.

    Raises:
        NotFound: when the space is absent or hidden from this actor.

    """
    spaces = readable_spaces(session, actor)
    space = next((s for s in spaces if s.slug == space_slug), None)
    if space_slug and space is None:
        raise NotFound
    counted_at, standings = _standings(session, now, period, space.id if space else EVERYWHERE)
    listed = listed_people().subquery()
    known = fetch(session, select(listed.c.id).where(listed.c.id.in_([user_id for user_id, _ in standings])))
    still = set(known.scalars())
    first = [(user_id, points) for user_id, points in standings if user_id in still][:PLACES]
    persons = people(session, [user_id for user_id, _ in first])
    ranks = [1 + sum(other > points for _, other in first) for _, points in first]
    places = tuple(Place(rank, persons[i], points) for rank, (i, points) in zip(ranks, first, strict=True))
    return Leaderboard(period, space, tuple(spaces), places, counted_at)


def _standings(session: Session, now: datetime, period: Period, space_id: int) -> tuple[datetime, Standings]:
    """Look up what is kept; a space that nobody earned anything in has no board of its own."""
    kept = select(Board.space_id, Board.counted_at, Board.standings)
    here = kept.where(Board.period == period.value, Board.space_id.in_((space_id, EVERYWHERE)))
    boards = {row.space_id: row for row in fetch(session, here)}
    if EVERYWHERE not in boards or boards[EVERYWHERE].counted_at < now - TOO_OLD:
        return now, count_standings(session, period, utc_day(now)).get(space_id, [])
    standings = boards[space_id].standings if space_id in boards else []
    return boards[EVERYWHERE].counted_at, [(user_id, points) for user_id, points in standings]

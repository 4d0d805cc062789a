"""Who may listen where: the same rules as for the pages themselves, for many people at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from sqlalchemy.orm import Session

from app.escalation.contract import staff_among, ticket_readers_among
from app.forum.contract import readers_of
from app.kernel.actor import Actor
from app.kernel.numbers import whole_number

People = Collection[int]
NOBODY: frozenset[int] = frozenset()


def may_join(session: Session, actor: Actor, room: str) -> bool:
    """Tell whether an actor may hear a room; an unknown room is like a hidden one."""
    return actor.id is not None and actor.id in members(session, room, [actor.id])


def members(session: Session, room: str, user_ids: People) -> frozenset[int]:
    """Return those of the people who may be in a room, in at most four statements however many they are."""
    kind, _, digits = room.partition(":")
    number = whole_number(digits)
    if number is None or kind not in _MEMBERS:
        return NOBODY
    return _MEMBERS[kind](session, number, user_ids)


def hearers(session: Session, room: str, place: str, user_ids: People) -> frozenset[int]:
    """Return those who may hear of a place in a room: a desk has tickets that not all who work there may see."""
    if not room.startswith("desk:"):
        return members(session, room, user_ids)
    ticket_id = whole_number(place.removeprefix("t"))
    return NOBODY if ticket_id is None else ticket_readers_among(session, ticket_id, user_ids)


def _themselves(_session: Session, user_id: int, user_ids: People) -> frozenset[int]:
    return frozenset({user_id}).intersection(user_ids)


def _at_the_desk(session: Session, _desk_id: int, user_ids: People) -> frozenset[int]:
    return staff_among(session, user_ids)


_MEMBERS: Mapping[str, Callable[[Session, int, People], frozenset[int]]] = {
    "u": _themselves,
    "q": readers_of,
    "desk": _at_the_desk,
    "ticket": ticket_readers_among,
}

"""Who may listen where: the same rules as for the pages themselves."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.forum.contract import access_thread
from app.kernel.actor import Actor
from app.kernel.errors import NotFound

LARGEST_ID = 2**63 - 1


def may_join(session: Session, actor: Actor, room: str) -> bool:
    """Tell whether an actor may hear a room; an unknown room is like a hidden one."""
    kind, _, number = room.partition(":")
    if actor.is_anonymous or not (number.isascii() and number.isdecimal()) or int(number) > LARGEST_ID:
        return False
    if kind == "u":
        return actor.id == int(number)
    if kind in {"desk", "ticket"}:
        return actor.is_agent or actor.is_administrator
    return kind == "q" and _may_read(session, actor, int(number))


def _may_read(session: Session, actor: Actor, question_id: int) -> bool:
    try:
        access_thread(session, actor, question_id)
    except NotFound:
        return False
    return True

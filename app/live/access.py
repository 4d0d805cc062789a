"""Who may listen where: the same rules as for the pages themselves."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.forum.contract import access_thread
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.numbers import whole_number


def may_join(session: Session, actor: Actor, room: str) -> bool:
    """Tell whether an actor may hear a room; an unknown room is like a hidden one."""
    kind, _, digits = room.partition(":")
    number = whole_number(digits)
    if actor.is_anonymous or number is None:
        return False
    if kind == "u":
        return actor.id == number
    if kind in {"desk", "ticket"}:
        return actor.is_agent or actor.is_administrator
    return kind == "q" and _may_read(session, actor, number)


def _may_read(session: Session, actor: Actor, question_id: int) -> bool:
    try:
        access_thread(session, actor, question_id)
    except NotFound:
        return False
    return True

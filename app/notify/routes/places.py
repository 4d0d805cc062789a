"""What notify puts on every page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from app.kernel.actor import Actor
from app.notify.queries.inbox import count_open
from app.web.runtime import runtime


def inbox_count(session: Session, actor: Actor, user_ids: Sequence[int]) -> Mapping[int, Mapping[str, int]]:
    """Give the number beside «Inbox», in one statement."""
    if actor.id not in user_ids:
        return {}
    return {actor.user_id: {"inbox": count_open(session, actor, runtime().clock.now())}}

"""Put hints into the log and let them go again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, func, select

from app.kernel.unit_of_work import UnitOfWork
from app.live.hints import Draft
from app.live.models import StreamEvent

KEPT = timedelta(hours=48)
"""Longer than anybody leaves a page open and expects it to be current."""
ORDERING_LOCK = 0x5045_4552
"""PostgreSQL's advisory lock that lets one writer of the log commit after the other; SQLite has one writer anyway."""


def record_hints(uow: UnitOfWork, message_id: int, drafts: Sequence[Draft]) -> Sequence[StreamEvent]:
    """Write the hints of one fact; a second delivery of the same fact returns what the first one wrote."""
    if uow.session.get_bind().dialect.name == "postgresql":
        # an id must not become visible after a higher one, else a cursor would step over it
        uow.session.execute(select(func.pg_advisory_xact_lock(ORDERING_LOCK)))
    known = uow.session.scalars(
        select(StreamEvent).where(StreamEvent.message_id == message_id).order_by(StreamEvent.id)
    ).all()
    if known:
        return known
    rows = [
        StreamEvent(
            message_id=message_id,
            room=draft.room,
            kind=draft.kind,
            place=draft.place,
            count=draft.count,
            by_id=draft.by_id,
            happened_at=uow.now,
        )
        for draft in drafts
    ]
    uow.session.add_all(rows)
    uow.session.flush()
    return rows


def forget_old_hints(uow: UnitOfWork) -> None:
    """Delete what nobody comes back for."""
    uow.session.execute(delete(StreamEvent).where(StreamEvent.happened_at < uow.now - KEPT))

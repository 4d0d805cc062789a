"""Put hints into the log and let them go again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import cast

from sqlalchemy import Table, bindparam, delete, func, insert, select

from app.kernel.database import fetch
from app.kernel.unit_of_work import UnitOfWork
from app.live.hints import Draft
from app.live.models import StreamEvent

KEPT = timedelta(hours=48)
"""Longer than anybody leaves a page open and expects it to be current."""
ORDERING_LOCK = 0x5045_4552
"""PostgreSQL's advisory lock that lets one writer of the log commit after the other; SQLite has one writer anyway."""


def record_hints(uow: UnitOfWork, drafts: Mapping[int, Sequence[Draft]]) -> Sequence[StreamEvent]:
    """Write the hints of some facts, in two statements for all of them, and return them in the order of the facts.

    A second delivery of the same fact returns what the first one wrote.

    Args:
        uow: the transaction.
        drafts: the hints of each fact, by its id in the outbox.

    """
    session = uow.session
    if session.get_bind().dialect.name == "postgresql":
        # an id must not become visible after a higher one, else a cursor would step over it
        fetch(session, _ONE_AFTER_THE_OTHER)
    hints = [StreamEvent(**row) for row in fetch(session, _KNOWN, {"messages": list(drafts)}).mappings()]
    known = {hint.message_id for hint in hints}
    rows = [
        {**asdict(draft), "message_id": message_id, "happened_at": uow.now}
        for message_id, of_fact in drafts.items()
        if message_id not in known
        for draft in of_fact
    ]
    if rows:
        hints += [StreamEvent(**row) for row in fetch(session, _WRITE, rows).mappings()]
    return sorted(hints, key=lambda hint: (hint.message_id, hint.id))


def forget_old_hints(uow: UnitOfWork) -> None:
    """Delete what nobody comes back for."""
    uow.session.execute(delete(StreamEvent).where(StreamEvent.happened_at < uow.now - KEPT))


# built once: putting a statement together costs more than running it
_HINTS = cast("Table", StreamEvent.__table__)
_ONE_AFTER_THE_OTHER = select(func.pg_advisory_xact_lock(ORDERING_LOCK))
_KNOWN = select(_HINTS).where(_HINTS.c.message_id.in_(bindparam("messages", expanding=True)))
_WRITE = insert(_HINTS).returning(_HINTS)

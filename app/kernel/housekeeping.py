"""Let go of rows that did their work: delivered facts and forms that were sent long ago."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.orm import InstrumentedAttribute

from app.kernel.jobs import PeriodicJob
from app.kernel.models import Delivery, OutboxMessage, Submission
from app.kernel.unit_of_work import UnitOfWork, UnitOfWorkFactory

DELIVERED_KEPT = timedelta(days=7)
SUBMISSIONS_KEPT = timedelta(days=2)
"""Nobody presses «back» and sends a form again after longer than this."""
AT_ONCE = 5_000
"""Rows per transaction, so that no person waits behind the cleaning."""
CHUNK = 500
"""Keys per statement; SQLite and PostgreSQL both bound the number of parameters."""


def housekeeping_jobs(units: UnitOfWorkFactory) -> list[PeriodicJob]:
    """Return the kernel's periodic work."""

    def tidy() -> None:
        for step in (forget_delivered, forget_submissions):
            more = True
            while more:
                with units() as uow:
                    more = step(uow)

    return [PeriodicJob("kernel.tidy", timedelta(hours=1), tidy)]


def forget_delivered(uow: UnitOfWork) -> bool:
    """Delete some deliveries that were made long ago, with the facts that nobody else has to hear.

    Tells whether there may be more.
    """
    long_ago = Delivery.done_at < uow.now - DELIVERED_KEPT
    old = uow.session.execute(select(Delivery.id, Delivery.message_id).where(long_ago).limit(AT_ONCE)).all()
    heard_by_nobody = ~exists().where(Delivery.message_id == OutboxMessage.id)
    _delete(uow, Delivery.id, [row.id for row in old])
    _delete(uow, OutboxMessage.id, sorted({row.message_id for row in old}), heard_by_nobody)
    return len(old) == AT_ONCE


def forget_submissions(uow: UnitOfWork) -> bool:
    """Delete some forms that were sent long ago; tell whether there may be more."""
    long_ago = Submission.made_at < uow.now - SUBMISSIONS_KEPT
    old = uow.session.scalars(select(Submission.token).where(long_ago).limit(AT_ONCE)).all()
    _delete(uow, Submission.token, old)
    return len(old) == AT_ONCE


def _delete(uow: UnitOfWork, key: InstrumentedAttribute[Any], keys: Sequence[Any], *only: ColumnElement[bool]) -> None:
    for chunk in range(0, len(keys), CHUNK):
        uow.session.execute(delete(key.class_).where(key.in_(keys[chunk : chunk + CHUNK]), *only))

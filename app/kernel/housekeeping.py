"""Let go of rows that did their work: delivered facts and forms that were sent long ago."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Select, delete, exists, select
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
        for step in (forget_delivered, forget_facts, forget_submissions):
            more = True
            while more:
                with units() as uow:
                    more = step(uow)

    return [PeriodicJob("kernel.tidy", timedelta(hours=1), tidy)]


def forget_delivered(uow: UnitOfWork) -> bool:
    """Delete some deliveries that were made long ago; tell whether there may be more."""
    old = select(Delivery.id).where(Delivery.done_at < uow.now - DELIVERED_KEPT).limit(AT_ONCE)
    return _delete(uow, Delivery.id, old)


def forget_facts(uow: UnitOfWork) -> bool:
    """Delete some old facts that nobody still has to hear; tell whether there may be more."""
    unheard = exists().where(Delivery.message_id == OutboxMessage.id)
    old = select(OutboxMessage.id).where(OutboxMessage.occurred_at < uow.now - DELIVERED_KEPT, ~unheard)
    return _delete(uow, OutboxMessage.id, old.limit(AT_ONCE))


def forget_submissions(uow: UnitOfWork) -> bool:
    """Delete some forms that were sent long ago; tell whether there may be more."""
    old = select(Submission.token).where(Submission.made_at < uow.now - SUBMISSIONS_KEPT).limit(AT_ONCE)
    return _delete(uow, Submission.token, old)


def _delete(uow: UnitOfWork, key: InstrumentedAttribute[Any], old: Select[Any]) -> bool:
    keys = uow.session.scalars(old).all()
    for chunk in range(0, len(keys), CHUNK):
        uow.session.execute(delete(key.class_).where(key.in_(keys[chunk : chunk + CHUNK])))
    return len(keys) == AT_ONCE

"""Forget what did its work."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from app.kernel.jobs import PeriodicJob
from app.kernel.unit_of_work import UnitOfWorkFactory
from app.notify.models import ToldFact

KEPT = timedelta(days=60)
"""Longer than any delivery is tried again."""


def notify_jobs(units: UnitOfWorkFactory) -> list[PeriodicJob]:
    """Return the periodic jobs, bound to their unit of work."""

    def forget() -> None:
        with units() as uow:
            uow.session.execute(delete(ToldFact).where(ToldFact.told_at < uow.now - KEPT))

    return [PeriodicJob("notify.forget", timedelta(days=1), forget)]

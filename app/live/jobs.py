"""Forget hints that nobody comes back for."""

from __future__ import annotations

from datetime import timedelta

from app.kernel.jobs import PeriodicJob
from app.kernel.unit_of_work import UnitOfWorkFactory
from app.live.services.recording import forget_old_hints


def live_jobs(units: UnitOfWorkFactory) -> list[PeriodicJob]:
    """Return the periodic jobs, bound to their unit of work."""

    def forget() -> None:
        with units() as uow:
            forget_old_hints(uow)

    return [PeriodicJob("live.forget", timedelta(hours=1), forget)]

"""The sweeper, and the guard that keeps a leaping clock from opening thousands of tickets."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from sqlalchemy.orm import sessionmaker

from app.escalation.services.escalating import sweep
from app.escalation.services.putting_aside import come_back
from app.kernel.database import ReadSession
from app.kernel.jobs import PeriodicJob
from app.kernel.unit_of_work import UnitOfWorkFactory

log = structlog.get_logger(__name__)

SWEEP_EVERY = timedelta(seconds=5)
LARGEST_DRIFT = 120.0
"""Seconds that the wall clock may move against the time since boot between two sweeps."""
WAIT_AFTER_LEAP = 600.0


def seconds_since_boot() -> float:
    """Return a time that nobody can set and that goes on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


@dataclass(slots=True)
class ClockGuard:
    """Notices that the wall clock was set, and waits ten minutes so that a person can look."""

    wall: Callable[[], float] = time.time
    steady: Callable[[], float] = seconds_since_boot
    _difference: float | None = None
    _wait_until: float = field(default=0.0)

    def trusts_the_clock(self) -> bool:
        """Tell whether promises may be acted on now."""
        steady = self.steady()
        difference = self.wall() - steady
        if self._difference is not None and abs(difference - self._difference) > LARGEST_DRIFT:
            log.error("the clock leapt, escalation waits", seconds=round(difference - self._difference))
            self._wait_until = steady + WAIT_AFTER_LEAP
        self._difference = difference
        return steady >= self._wait_until


def escalation_jobs(
    units: UnitOfWorkFactory, reads: sessionmaker[ReadSession], guard: ClockGuard | None = None
) -> list[PeriodicJob]:
    """Return the jobs, bound to what they work with."""
    guard = guard or ClockGuard()

    def run() -> int:
        if not guard.trusts_the_clock():
            return 0
        return sweep(units, reads, units.clock.now) + come_back(units, reads, units.clock.now)

    return [PeriodicJob("escalation.sweep", SWEEP_EVERY, run, limit=timedelta(minutes=2))]

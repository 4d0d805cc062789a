"""Periodic work of reputation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy.orm import sessionmaker

from app.kernel.database import ReadSession
from app.kernel.jobs import PeriodicJob
from app.kernel.unit_of_work import UnitOfWorkFactory
from app.reputation.periods import Period
from app.reputation.queries.standings import count_standings
from app.reputation.rules import utc_day
from app.reputation.services.keeping_boards import keep_boards
from app.reputation.services.recomputing import Drift, check_ledger

log = structlog.get_logger(__name__)

COUNT_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class NightlyCheck:
    """Compares every ledger with the raw facts and reports; it repairs nothing, so that a fault can be understood."""

    reads: sessionmaker[ReadSession]

    def run(self) -> list[Drift]:
        """Return and log those who differ in two looks: a vote that is being written may differ in one."""
        found = self._look(None)
        if found:
            found = self._look([drift.user_id for drift in found])
        for drift in found:
            log.error("reputation differs from its facts", **{k: getattr(drift, k) for k in Drift.__slots__})
        log.info("reputation checked", people_that_differ=len(found))
        return found

    def _look(self, people: list[int] | None) -> list[Drift]:
        with self.reads() as session:
            return check_ledger(session, people)


@dataclass(frozen=True, slots=True)
class BoardCount:
    """Counts all leaderboards anew from the ledger, whatever has happened; only keeping them opens a transaction."""

    reads: sessionmaker[ReadSession]
    units: UnitOfWorkFactory

    def run(self) -> None:
        """Count and keep."""
        today = utc_day(self.units.clock.now())
        with self.reads() as session:
            counted = {period: count_standings(session, period, today) for period in Period}
        with self.units() as uow:
            keep_boards(uow, counted)


def reputation_jobs(reads: sessionmaker[ReadSession], units: UnitOfWorkFactory) -> list[PeriodicJob]:
    """Return the periodic jobs, bound to what they work with."""
    check: Callable[[], object] = NightlyCheck(reads).run
    return [
        PeriodicJob("reputation.check", timedelta(days=1), check, timedelta(hours=1)),
        PeriodicJob("reputation.boards", COUNT_EVERY, BoardCount(reads, units).run),
    ]

"""Periodic work: each job runs in one process at a time, and what was missed while down is done at the next run."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from app.kernel.clock import Clock
from app.kernel.database import ReadSession, fetch
from app.kernel.models import Lease
from app.kernel.unit_of_work import open_gate

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PeriodicJob:
    """Work to do again and again. ``run`` must be safe to repeat and safe to be cut off.

    ``limit`` is how long the lease lasts: longer than the job ever takes.
    """

    name: str
    every: timedelta
    run: Callable[[], object]
    limit: timedelta = timedelta(minutes=10)


class JobRunner:
    """Runs what is due, under a lease in the database.

    Args:
        sessions: makes sessions on the writing engine.
        jobs: the periodic work.
        clock: what time it is.
        gate: entered around each transaction that writes.
        reads: makes the sessions that look whether anything is due, so that an idle runner takes no write lock.

    """

    def __init__(
        self,
        sessions: sessionmaker[Session],
        jobs: Sequence[PeriodicJob],
        clock: Clock,
        gate: Callable[[], Any] = open_gate,
        reads: sessionmaker[ReadSession] | None = None,
    ) -> None:
        self._sessions, self._jobs, self._clock, self._gate = sessions, jobs, clock, gate
        self._peeks: sessionmaker[Any] = reads or sessions
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"

    def run_due(self) -> int:
        """Run every job whose time has come and whose lease is free; return how many ran.

        What is due is asked once for all of them; each lease is looked at again when it is taken.
        """
        now = self._clock.now()
        with self._peeks() as peek:
            leases = {lease.name: lease for lease in fetch(peek, _LEASES)}
        due = [job for job in self._jobs if _is_due(job, leases.get(job.name), now)]
        return sum(self._run(job, known=job.name in leases) for job in due)

    def _run(self, job: PeriodicJob, *, known: bool) -> bool:
        if not (self._take(job) if known else self._first(job)):
            return False
        try:
            job.run()
        except Exception:
            log.exception("periodic job failed", job=job.name)
        finally:
            self._give_back(job)
        return True

    def _take(self, job: PeriodicJob) -> bool:
        now = self._clock.now()
        with self._gate(), self._sessions.begin() as session:
            taken = session.execute(
                update(Lease)
                .where(
                    Lease.name == job.name,
                    Lease.until <= now,
                    or_(Lease.last_run_at.is_(None), Lease.last_run_at <= now - job.every),
                )
                .values(owner=self._owner, until=now + job.limit, last_run_at=now)
            )
            return bool(taken.rowcount)  # type: ignore[attr-defined]  # an UPDATE gives a CursorResult

    def _first(self, job: PeriodicJob) -> bool:
        now = self._clock.now()
        try:
            with self._gate(), self._sessions.begin() as session:
                session.execute(
                    insert(Lease).values(name=job.name, owner=self._owner, until=now + job.limit, last_run_at=now)
                )
        except IntegrityError:
            return False  # another process was first
        return True

    def _give_back(self, job: PeriodicJob) -> None:
        with self._gate(), self._sessions.begin() as session:
            session.execute(
                update(Lease).where(Lease.name == job.name, Lease.owner == self._owner).values(until=self._clock.now())
            )


_LEASES = select(Lease.name, Lease.until, Lease.last_run_at)


def _is_due(job: PeriodicJob, lease: Any, now: datetime) -> bool:
    """Tell whether nobody is at it and its time has come, as its lease says; without one it never ran."""
    if lease is None:
        return True
    return lease.until <= now and (lease.last_run_at is None or lease.last_run_at + job.every <= now)

"""Periodic work: each job runs in one process at a time, and what was missed while down is done at the next run."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from app.kernel.clock import Clock
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
    """Runs what is due, under a lease in the database."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        jobs: Sequence[PeriodicJob],
        clock: Clock,
        gate: Callable[[], Any] = open_gate,
    ) -> None:
        self._sessions, self._jobs, self._clock, self._gate = sessions, jobs, clock, gate
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"

    def run_due(self) -> int:
        """Run every job whose time has come and whose lease is free; return how many ran."""
        return sum(self._run(job) for job in self._jobs)

    def _run(self, job: PeriodicJob) -> bool:
        if not self._take(job):
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
        with self._sessions() as peek:  # an idle runner takes no write lock
            lease = peek.execute(select(Lease.until, Lease.last_run_at).where(Lease.name == job.name)).first()
        if lease is None:
            return self._first(job)
        due = lease.last_run_at is None or lease.last_run_at + job.every <= now
        if not due or lease.until > now:
            return False
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

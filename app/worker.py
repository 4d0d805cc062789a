"""Background work: two threads deliver committed facts, one of them what may take long; a third runs periodic jobs.

The same object works inside the web process of a small site and alone as ``flask worker``. Any number of them may run
beside each other: deliveries are claimed and jobs are leased in the database.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import structlog

from app.kernel.errors import Busy
from app.kernel.jobs import JobRunner
from app.kernel.relay import Relay

log = structlog.get_logger(__name__)

POLL = timedelta(seconds=2)
"""How long a fact may wait when nobody in this process rang the bell: another process wrote it, or a retry is due."""
REST_AFTER_FAILURE = timedelta(seconds=5)
"""How long a thread pauses when the database itself failed, so that an outage does not spin."""
PATIENCE = timedelta(seconds=20)
"""How long ``stop`` waits for the work in hand."""


class Background:
    """The background threads of one process.

    Args:
        relay: delivers committed facts.
        jobs: runs periodic work.
        wake: rung after each commit that left deliveries behind.
        context: entered by each of the three threads around all of their work; the application's context.

    """

    def __init__(
        self,
        relay: Relay,
        jobs: JobRunner,
        wake: threading.Event,
        context: Callable[[], AbstractContextManager[object]],
    ) -> None:
        self._relay, self._jobs, self._wake, self._context = relay, jobs, wake, context
        self._stopping, self._wake_slow = threading.Event(), threading.Event()
        self._threads: list[threading.Thread] = []

    @property
    def running(self) -> bool:
        """Tell whether a thread is still at work."""
        return any(thread.is_alive() for thread in self._threads)

    def start(self) -> None:
        """Start the threads; starting twice changes nothing."""
        if self.running:
            return
        self._stopping.clear()
        works = {"relay": self._deliver, "letters": self._deliver_slow, "jobs": self._run_jobs}
        self._threads = [
            threading.Thread(target=self._repeat, args=(work,), name=f"peerdesk-{name}", daemon=True)
            for name, work in works.items()
        ]
        for thread in self._threads:
            thread.start()

    def stop(self, patience: timedelta = PATIENCE) -> bool:
        """Finish the work in hand and end; tell whether all threads ended in time.

        What is still waiting stays in the database and is delivered by the next process.
        """
        self._stopping.set()
        self._wake.set()
        self._wake_slow.set()
        deadline = time.monotonic() + patience.total_seconds()
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        ended = not self.running
        if not ended:
            log.warning("background work was cut off", threads=[t.name for t in self._threads if t.is_alive()])
        return ended

    def _repeat(self, work: Callable[[], None]) -> None:
        """Call ``work`` until the end; an outage of the database is survived, not spun on."""
        with self._context():
            while not self._stopping.is_set():
                try:
                    work()
                except Busy as error:  # it said why where it was found
                    log.warning("background work waits", thread=threading.current_thread().name, reason=error.reason)
                    self._stopping.wait(REST_AFTER_FAILURE.total_seconds())
                except Exception:
                    log.exception("background work failed", thread=threading.current_thread().name)
                    self._stopping.wait(REST_AFTER_FAILURE.total_seconds())

    def _deliver(self) -> None:
        """Deliver everything that is due, then sleep until the bell rings or the poll is over."""
        self._wake.clear()  # before looking: a bell that rings while we deliver must be heard afterwards
        self._wake_slow.set()  # one bell, two who wait for it
        self._relay.drain(slow=False, stop=self._stopping.is_set)
        if not self._stopping.is_set():
            self._wake.wait(POLL.total_seconds())

    def _deliver_slow(self) -> None:
        """Do the same for what may take long."""
        self._wake_slow.clear()
        self._relay.drain(slow=True, stop=self._stopping.is_set)
        if not self._stopping.is_set():
            self._wake_slow.wait(POLL.total_seconds())

    def _run_jobs(self) -> None:
        """Run the jobs whose time has come."""
        self._jobs.run_due()
        self._stopping.wait(POLL.total_seconds())

from __future__ import annotations

import threading
import time
from contextlib import nullcontext
from datetime import timedelta

import pytest

from app.kernel.jobs import JobRunner, PeriodicJob
from app.kernel.relay import Relay
from app.web.runtime import Runtime
from app.worker import Background
from tests.support.clock import FixedClock


class RelayDouble(Relay):
    """Hands out a list of results; an exception in it is raised."""

    def __init__(self, *results: int | Exception) -> None:
        self.results, self.calls = list(results), 0

    def run_once(self, *, slow: bool | None = None) -> int:
        if slow:
            return 0
        self.calls += 1
        result = self.results.pop(0) if self.results else 0
        if isinstance(result, Exception):
            raise result
        return result


@pytest.fixture
def no_jobs(runtime: Runtime) -> JobRunner:
    return JobRunner(runtime.relay._sessions, [], FixedClock())


def eventually(truth, seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while not truth() and time.monotonic() < deadline:
        time.sleep(0.01)  # the threads under test run by the real clock
    return bool(truth())


def test_it_delivers_until_nothing_is_due_and_again_when_the_bell_rings(no_jobs):
    relay, wake = RelayDouble(3, 2, 0, 1), threading.Event()
    background = Background(relay, no_jobs, wake, nullcontext)
    background.start()
    assert eventually(lambda: relay.calls == 3)
    wake.set()
    assert eventually(lambda: relay.calls == 5, 1.5), "the bell must be quicker than the poll"
    assert background.stop()


def test_what_takes_long_holds_up_nothing_else(no_jobs):
    release, quick = threading.Event(), []

    class Hanging(RelayDouble):
        def run_once(self, *, slow: bool | None = None) -> int:
            if slow:
                release.wait(10)
            else:
                quick.append(1)
            return 0

    wake = threading.Event()
    background = Background(Hanging(), no_jobs, wake, nullcontext)
    background.start()
    for rings in (2, 3, 4):
        wake.set()
        assert eventually(lambda wanted=rings: len(quick) >= wanted, 1.5)
    release.set()
    assert background.stop()


def test_the_bell_is_heard_by_both_who_deliver(no_jobs):
    slow_calls = []

    class Counting(RelayDouble):
        def run_once(self, *, slow: bool | None = None) -> int:
            if slow:
                slow_calls.append(1)
            return 0

    wake = threading.Event()
    background = Background(Counting(), no_jobs, wake, nullcontext)
    background.start()
    assert eventually(lambda: slow_calls)
    seen = len(slow_calls)
    wake.set()
    assert eventually(lambda: len(slow_calls) > seen, 1.5), "the bell must be quicker than the poll"
    assert background.stop()


def test_an_outage_of_the_database_does_not_end_it(no_jobs, monkeypatch):
    monkeypatch.setattr("app.worker.REST_AFTER_FAILURE", timedelta(milliseconds=1))
    relay = RelayDouble(OSError("the disk is full"), 1, 0)
    background = Background(relay, no_jobs, threading.Event(), nullcontext)
    background.start()
    assert eventually(lambda: relay.calls >= 3)
    assert background.stop()


def test_starting_twice_starts_each_thread_once(no_jobs):
    background = Background(RelayDouble(), no_jobs, threading.Event(), nullcontext)
    background.start()
    background.start()
    named = [t for t in threading.enumerate() if t.name.startswith("peerdesk-")]
    assert len(named) == 3
    assert background.stop()
    assert not background.running


def test_it_can_be_started_again_after_a_stop(no_jobs):
    relay = RelayDouble()
    background = Background(relay, no_jobs, threading.Event(), nullcontext)
    background.start()
    background.stop()
    seen = relay.calls
    background.start()
    assert eventually(lambda: relay.calls > seen)
    assert background.stop()


def test_stopping_waits_for_the_job_in_hand(runtime):
    begun, done = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        time.sleep(0.2)  # the job takes a moment, and must be allowed to
        done.set()

    jobs = JobRunner(runtime.relay._sessions, [PeriodicJob("slow", timedelta(hours=1), work)], FixedClock())
    background = Background(RelayDouble(), jobs, threading.Event(), nullcontext)
    background.start()
    assert begun.wait(5)
    assert background.stop()
    assert done.is_set()


def test_stopping_says_when_work_did_not_end_in_time(no_jobs):
    release = threading.Event()

    class Stuck(RelayDouble):
        def run_once(self, *, slow: bool | None = None) -> int:  # noqa: ARG002  # the same for both
            release.wait(10)
            return 0

    background = Background(Stuck(), no_jobs, threading.Event(), nullcontext)
    background.start()
    assert not background.stop(timedelta(milliseconds=20))
    release.set()
    assert background.stop()

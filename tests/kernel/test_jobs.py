from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest

from app.kernel.jobs import JobRunner, PeriodicJob
from app.web.runtime import Runtime
from tests.conftest import CountStatements
from tests.support.clock import FixedClock


def runner(runtime: Runtime, *jobs: PeriodicJob) -> JobRunner:
    return JobRunner(runtime.unit_of_work._sessions, jobs, runtime.clock)


def test_a_job_runs_when_its_time_has_come_and_not_before(runtime: Runtime, clock: FixedClock) -> None:
    runs: list[int] = []
    jobs = runner(runtime, PeriodicJob("sweep", timedelta(minutes=5), lambda: runs.append(1)))

    jobs.run_due()
    jobs.run_due()
    clock.advance(minutes=4)
    jobs.run_due()
    assert len(runs) == 1
    clock.advance(minutes=1)
    jobs.run_due()
    assert len(runs) == 2


def test_two_processes_do_not_run_the_same_job_at_once(runtime: Runtime, clock: FixedClock) -> None:
    runs: list[str] = []
    second = runner(runtime, PeriodicJob("sweep", timedelta(0), lambda: runs.append("second")))

    def first() -> None:
        runs.append("first")
        second.run_due()  # while the first still holds the lease

    runner(runtime, PeriodicJob("sweep", timedelta(0), first)).run_due()

    assert runs == ["first"]


def test_an_idle_runner_asks_once_for_all_jobs_and_waits_for_no_writer(
    runtime: Runtime, count_statements: CountStatements
) -> None:
    runs: list[int] = []
    some = [PeriodicJob(name, timedelta(hours=1), lambda: runs.append(1)) for name in ("sweep", "count", "tidy")]
    units = runtime.unit_of_work
    jobs = JobRunner(units._sessions, some, runtime.clock, units._gate, runtime.reads)
    assert jobs.run_due() == len(runs) == 3
    with units(), count_statements() as seen:
        assert jobs.run_due() == 0
    assert len(seen) == 1


def test_a_job_that_failed_runs_again_at_its_next_time(runtime: Runtime, clock: FixedClock) -> None:
    runs: list[int] = []

    def fails_first() -> None:
        runs.append(1)
        if len(runs) == 1:
            raise RuntimeError("once")

    jobs = runner(runtime, PeriodicJob("sweep", timedelta(minutes=1), fails_first))
    jobs.run_due()
    clock.advance(minutes=1)
    jobs.run_due()

    assert len(runs) == 2


def test_a_dead_process_s_lease_runs_out(runtime: Runtime, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[int] = []

    class PowerCut(BaseException):
        pass

    def dies() -> None:
        raise PowerCut

    dead = runner(runtime, PeriodicJob("sweep", timedelta(0), dies, limit=timedelta(minutes=2)))
    monkeypatch.setattr(dead, "_give_back", lambda _job: None)  # a killed process gives nothing back
    with suppress(PowerCut):
        dead.run_due()
    alive = runner(runtime, PeriodicJob("sweep", timedelta(0), lambda: runs.append(1)))
    alive.run_due()
    assert runs == []
    clock.advance(minutes=3)
    alive.run_due()
    assert runs == [1]

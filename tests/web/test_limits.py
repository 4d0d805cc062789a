"""Rate limits of several processes, and what becomes of them when the store they share is lost."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path

import pytest

from app.config import Settings
from tests.support.valkey import Valkey, valkey_server
from tests.web.limited import send_what_is_asked

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([send_what_is_asked.__module__])  # the product is imported once for all of them

ALLOWED = 10
"""Attempts to sign in that one address has in a minute."""
TRIED, REFUSED = HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.TOO_MANY_REQUESTS
"""What an empty form gets, and what it gets too often."""
SOON, BACK_WITHIN = 3.0, 30.0
"""Seconds: how long a page may take on a crowded machine, and until the store is looked for again."""


class Process:
    """A process of the product; see ``limited``."""

    def __init__(self, folder: Path, valkey: Valkey) -> None:
        settings = Settings(
            data_dir=folder,
            database_url=None,
            secret_key="test",
            redis_url=valkey.address,
            rate_limits=True,
            testing=True,
            background=False,
        )
        self._pipe, theirs = PROCESSES.Pipe()
        self._process = PROCESSES.Process(target=send_what_is_asked, args=(settings, theirs))
        self._process.start()
        theirs.close()
        assert self._pipe.recv() == "ready"

    def asks(self, what: str) -> int:
        self._pipe.send(what)
        status, seconds = self._pipe.recv()
        assert seconds < SOON
        return int(status)

    def looks(self) -> int:
        return self.asks("look")

    def tries(self) -> int:
        return self.asks("try")

    def end(self) -> None:
        self._pipe.close()
        self._process.join(timeout=30)
        assert self._process.exitcode == 0, "it did not end well"


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    with valkey_server() as server:
        yield server


@pytest.fixture
def start(tmp_path: Path, valkey: Valkey) -> Iterator[Callable[[], Process]]:
    started: list[Process] = []

    def start_one() -> Process:
        started.append(Process(tmp_path, valkey))
        return started[-1]

    yield start_one
    for process in started:
        process.end()


def test_two_processes_count_together(start: Callable[[], Process]) -> None:
    first, second = start(), start()

    answers = [process.tries() for _ in range(ALLOWED // 2) for process in (first, second)]

    assert answers == [TRIED] * ALLOWED
    assert [first.tries(), second.tries()] == [REFUSED, REFUSED]


@pytest.mark.slow
def test_without_the_store_each_process_counts_for_itself_until_it_is_back(
    start: Callable[[], Process], valkey: Valkey
) -> None:
    first, second = start(), start()
    assert first.tries() == TRIED
    valkey.stop()

    alone = [first.tries() for _ in range(ALLOWED + 1)]
    assert alone == [*[TRIED] * ALLOWED, REFUSED]
    assert second.tries() == TRIED
    assert first.looks() == HTTPStatus.OK

    valkey.start()
    until = time.monotonic() + BACK_WITHIN
    while first.tries() == REFUSED and time.monotonic() < until:
        time.sleep(0.5)  # the store and its clients live by the real clock
    spent = [first.tries() for _ in range(ALLOWED)]
    assert spent[-1] == REFUSED
    while second.tries() != REFUSED and time.monotonic() < until:
        time.sleep(0.5)  # the store and its clients live by the real clock
    assert second.tries() == REFUSED, "both count in the store again"


@pytest.mark.slow
def test_pages_do_not_wait_for_a_store_that_does_not_answer(start: Callable[[], Process], valkey: Valkey) -> None:
    process = start()
    with valkey.silent():
        assert process.tries() == TRIED
        assert process.looks() == HTTPStatus.OK

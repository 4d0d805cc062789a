"""Hints between processes that share a real Valkey, and what becomes of them when it is lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from app.config import Settings
from app.forum.contract import PostAnswer, post_answer
from app.forum.models.question import Question
from app.identity.models import User
from app.identity.services.signing_in import revoke_sign_ins
from app.live.socket import LiveUpdates
from tests.live.served import Listening, Served, eventually, served
from tests.support.clock import FixedClock
from tests.support.factories import Make
from tests.support.texts import rich
from tests.support.valkey import Valkey, valkey_server

BACK_WITHIN = 30.0


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    with valkey_server() as server:
        yield server


@pytest.fixture
def sites(app: Flask, settings: Settings, shared_clock: FixedClock, valkey: Valkey) -> Iterator[tuple[Served, Served]]:
    shared = settings.model_copy(update={"redis_url": valkey.address})
    with served(shared, shared_clock) as first, served(shared, shared_clock) as second:
        yield first, second


@pytest.fixture
def question(make: Make) -> Question:
    return make.question(space=make.space())


def open_page(site: Served, user: User, question: Question) -> Listening:
    """Open a page; the process hears the others from its first page on, a moment later."""
    page = site.page(user)
    assert page.join(f"q:{question.id}")
    return page


def somebody_answers(site: Served, make: Make, question: Question) -> None:
    author = make.user()
    with site.runtime.unit_of_work() as uow:
        post_answer(uow, make.actor(author), PostAnswer(question.id, rich()))
    site.runtime.relay.drain()


def comes_through(site: Served, make: Make, question: Question, page: Listening) -> bool:
    page.forget()
    somebody_answers(site, make, question)
    return page.hears("hint")


def test_a_hint_reaches_the_pages_of_other_processes(
    make: Make, sites: tuple[Served, Served], question: Question
) -> None:
    here, there = sites
    page = open_page(there, make.user(), question)

    assert eventually(lambda: comes_through(here, make, question, page))


def test_a_page_opened_while_its_process_begins_to_listen_misses_nothing(
    make: Make, sites: tuple[Served, Served], question: Question
) -> None:
    here, there = sites
    page = open_page(there, make.user(), question)
    somebody_answers(here, make, question)

    assert eventually(lambda: page.hears("hint") or page.hears("reset"))


def test_signing_out_in_one_process_closes_connections_at_another(
    make: Make, sites: tuple[Served, Served], question: Question
) -> None:
    here, there = sites
    mia, bo = make.user(), make.user()
    page, other = open_page(there, mia, question), open_page(there, bo, question)
    assert eventually(lambda: comes_through(here, make, question, other))

    with here.runtime.unit_of_work() as uow:
        revoke_sign_ins(uow, mia.id)
    here.runtime.relay.drain()

    assert eventually(lambda: not page.connected)
    assert other.connected


@pytest.mark.slow
def test_what_is_missed_while_the_queue_is_lost_is_looked_for_when_it_is_back(
    make: Make, sites: tuple[Served, Served], question: Question, valkey: Valkey
) -> None:
    here, there = sites
    near, far = open_page(here, make.user(), question), open_page(there, make.user(), question)
    assert eventually(lambda: comes_through(here, make, question, far))
    for page in (near, far):
        page.forget()

    valkey.stop()
    somebody_answers(here, make, question)
    assert near.hears("hint")
    assert not far.hears("hint")

    valkey.start()
    assert eventually(lambda: far.hears("reset"), BACK_WITHIN)
    assert eventually(lambda: comes_through(here, make, question, far), BACK_WITHIN)


@pytest.mark.slow
def test_a_process_that_could_not_tell_says_so_when_it_can(
    make: Make, sites: tuple[Served, Served], question: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the sender lost its way to the queue: the listener noticed nothing."""
    here, there = sites
    page = open_page(there, make.user(), question)
    assert eventually(lambda: comes_through(here, make, question, page))
    page.forget()
    manager = here.runtime.ports[LiveUpdates]._manager
    way_out = manager._out.publish

    def lost(*_message: object) -> None:
        raise manager._failure

    monkeypatch.setattr(manager._out, "publish", lost)
    somebody_answers(here, make, question)
    assert not page.hears("hint")

    monkeypatch.setattr(manager._out, "publish", way_out)
    assert eventually(lambda: page.hears("reset"), BACK_WITHIN)


@pytest.mark.slow
def test_deliveries_do_not_wait_for_a_queue_that_does_not_answer(
    make: Make, sites: tuple[Served, Served], question: Question, valkey: Valkey
) -> None:
    here, _ = sites
    page = open_page(here, make.user(), question)
    with valkey.silent():
        for _ in range(3):  # the first waits for an answer, the others know
            somebody_answers(here, make, question)
        assert page.hears("hint")
    assert here.runtime.relay.drain() == 0

"""Letters when the mail server is rude, slow, away, or refuses somebody; and when the process dies in between."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.config import Settings
from app.forum.contract import PostAnswer, post_answer
from app.forum.models.question import Question, QuestionFollow
from app.identity.models import User
from app.identity.services.emails import ask_email_change
from app.kernel.actor import Role
from app.kernel.clock import SystemClock
from app.kernel.models import Delivery
from app.kernel.relay import MAX_ATTEMPTS
from app.text.contract import TextRenderer
from app.web.runtime import Runtime
from app.wiring import build_app
from app.worker import Background
from tests.live.served import eventually
from tests.support.clock import FixedClock
from tests.support.databases import dispose
from tests.support.factories import Make
from tests.support.mail_server import MailServer, mail_server
from tests.support.texts import rich


@pytest.fixture
def post() -> Iterator[MailServer]:
    with mail_server() as found:
        yield found


@pytest.fixture
def site(app: Flask, settings: Settings, shared_clock: FixedClock, post: MailServer) -> Iterator[Flask]:
    """The product with that mail server; the tables are those of ``app``."""
    with_mail = build_app(settings.model_copy(update={"mail_url": post.url}), shared_clock)
    with_mail.config["WTF_CSRF_ENABLED"] = False
    yield with_mail
    end(with_mail)


def end(site: Flask) -> None:
    site.extensions["peerdesk"].ports[TextRenderer].close()
    dispose(site)


@pytest.fixture
def relay(site: Flask) -> Runtime:
    found: Runtime = site.extensions["peerdesk"]
    return found


def answered(make: Make, runtime: Runtime) -> tuple[User, User]:
    """Let somebody answer; the asker and a follower are both written to, and nobody else wants to be."""
    asker, follower = make.user(), make.user()
    question: Question = make.question(asker=asker, space=make.space())
    make.save(QuestionFollow(question_id=question.id, user_id=follower.id, since=make.now))
    author = make.user()
    with runtime.unit_of_work() as uow:
        post_answer(uow, make.actor(author), PostAnswer(question.id, rich()))
    return asker, follower


def letters_due(session: Session) -> list[Delivery]:
    session.rollback()
    query = select(Delivery).where(Delivery.reaction == "notify.letters").order_by(Delivery.id)
    return list(session.scalars(query))


def test_who_is_refused_keeps_nobody_else_from_their_letter(
    site: Flask, make: Make, relay: Runtime, post: MailServer, session: Session
) -> None:
    asker, follower = answered(make, relay)
    post.answers[str(asker.email)] = "550 nobody here"

    relay.relay.drain()

    assert (len(post.to(str(asker.email))), len(post.to(str(follower.email)))) == (0, 1)
    dead = [d for d in letters_due(session) if d.dead_at is not None]
    assert len(dead) == 1
    page, desk = "/admin/deliveries", site.test_client()
    make.sign_in(desk, make.user(roles=(Role.ADMINISTRATOR,)))
    assert "refuses the address for good" in desk.get(page).get_data(as_text=True)

    post.answers.clear()
    for _impatient in range(2):
        assert desk.post(f"{page}/{dead[0].id}/retry").status_code == 303
    relay.relay.drain()

    assert (len(post.to(str(asker.email))), len(post.to(str(follower.email)))) == (1, 1)
    assert "Everything is delivered" in desk.get(page).get_data(as_text=True)


def test_a_server_that_is_away_is_tried_again_ever_more_rarely_for_half_a_day(
    make: Make, relay: Runtime, post: MailServer, session: Session, clock: FixedClock
) -> None:
    asker, follower = answered(make, relay)
    for person in (asker, follower):
        post.answers[str(person.email)] = "451 try later"
    began, waits = clock.now(), []

    for _ in range(MAX_ATTEMPTS):
        relay.relay.drain()
        waiting = [d for d in letters_due(session) if d.done_at is None and d.dead_at is None]
        if waiting:
            waits.append(max(d.due_at for d in waiting) - clock.now())
            clock.at += waits[-1]

    assert len(waits) == MAX_ATTEMPTS - 1
    assert waits[0] <= timedelta(seconds=2)
    assert waits[-1] >= timedelta(minutes=30)
    assert timedelta(hours=5) < clock.now() - began < timedelta(hours=15)
    given_up = [d for d in letters_due(session) if d.done_at is None]
    assert [(d.attempts, d.dead_at is not None) for d in given_up] == [(MAX_ATTEMPTS, True)] * 2
    assert post.letters == []


def test_a_letter_that_waits_outlives_the_process(
    site: Flask, make: Make, settings: Settings, relay: Runtime, post: MailServer, clock: FixedClock
) -> None:
    asker, follower = answered(make, relay)
    post.verdict = "451 the disk is full"
    relay.relay.drain()
    end(site)
    post.verdict = "250 taken"

    again = build_app(settings.model_copy(update={"mail_url": post.url}), clock)
    clock.advance(minutes=1)
    again.extensions["peerdesk"].relay.drain()
    again.extensions["peerdesk"].relay.drain()
    end(again)

    assert [len(post.to(str(person.email))) for person in (asker, follower)] == [1, 1]


def test_hints_and_search_do_not_wait_for_a_server_that_hangs(
    site: Flask, make: Make, relay: Runtime, post: MailServer, session: Session
) -> None:
    answered(make, relay)
    post.hangs_at = "greeting"
    background: Background = site.extensions["peerdesk.background"]
    background.start()

    def others_done() -> bool:
        session.rollback()
        open_ones = select(Delivery.reaction).where(Delivery.done_at.is_(None))
        return set(session.scalars(open_ones)) == {"notify.letters"}

    try:
        assert eventually(others_done)
        assert post.letters == []
    finally:
        post.hangs_at = None
        post.release.set()
        assert eventually(lambda: len(post.letters) == 2)
        assert background.stop()


def test_word_of_a_new_address_reaches_the_present_one_though_the_new_one_is_refused(
    make: Make, relay: Runtime, post: MailServer
) -> None:
    mia = make.user(email="mia@example.org")
    post.answers["wrong@example.org"] = "550 nobody here"
    with relay.unit_of_work() as uow:
        ask_email_change(uow, make.actor(mia), "wrong@example.org")

    relay.relay.drain()

    assert [letter["Subject"] for letter in post.to("mia@example.org")] == [
        "Your address at Peerdesk is about to change"
    ]


@pytest.fixture
def worker(settings: Settings, post: MailServer, tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Start real worker processes; none outlives the test."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PEERDESK_")},
        "PEERDESK_DATA_DIR": str(settings.data_dir), "DATABASE_URL": settings.database_address, "SECRET_KEY": "test",
        "PEERDESK_MAIL_URL": post.url,
    }  # fmt: skip
    command = [sys.executable, "-m", "flask", "--app", "app:create_app", "worker"]
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        with (tmp_path / "worker.log").open("ab") as log:
            started.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def real_time(shared_clock: FixedClock, app: Flask) -> None:
    """A real process lives by the real clock."""
    shared_clock.at = SystemClock().now() - timedelta(minutes=1)


@pytest.mark.slow
def test_a_worker_killed_with_a_letter_in_hand_sends_it_again_as_the_same_letter(
    real_time: None, site: Flask, make: Make, relay: Runtime, post: MailServer, session: Session,
    worker: Callable[[], subprocess.Popen[bytes]],
) -> None:  # fmt: skip
    asker, follower = answered(make, relay)
    post.hangs_at = "verdict"  # taken, but the worker never hears of it
    process = worker()
    assert eventually(lambda: post.letters, 40)
    process.send_signal(signal.SIGKILL)
    process.wait()
    post.hangs_at = None
    post.release.set()
    with relay.unit_of_work() as uow:  # nobody waits for the lease in a test
        uow.session.execute(update(Delivery).where(Delivery.done_at.is_(None)).values(due_at=uow.now))

    process = worker()
    assert eventually(lambda: all(d.done_at is not None for d in letters_due(session)), 40)
    process.terminate()
    assert process.wait(timeout=40) == 0

    ids = {person.id: [m["Message-ID"] for m in post.to(str(person.email))] for person in (asker, follower)}
    assert sorted(len(set(found)) for found in ids.values()) == [1, 1]
    assert sorted(len(found) for found in ids.values()) == [1, 2]


@pytest.mark.slow
def test_a_letter_given_up_by_one_process_is_sent_once_by_the_next(
    real_time: None, site: Flask, make: Make, relay: Runtime, post: MailServer, session: Session,
    worker: Callable[[], subprocess.Popen[bytes]],
) -> None:  # fmt: skip
    asker, _ = answered(make, relay)
    post.answers[str(asker.email)] = "550 nobody here"
    process = worker()
    assert eventually(lambda: any(d.dead_at is not None for d in letters_due(session)), 40)
    process.send_signal(signal.SIGKILL)
    process.wait()
    post.answers.clear()
    with relay.unit_of_work() as uow:  # what else it had in hand: nobody waits for the lease in a test
        held = (Delivery.done_at.is_(None), Delivery.dead_at.is_(None))
        uow.session.execute(update(Delivery).where(*held).values(due_at=uow.now))

    desk = site.test_client()
    make.sign_in(desk, make.user(roles=(Role.ADMINISTRATOR,)))
    assert desk.post("/admin/deliveries/retry-all", data={"reaction": "notify.letters"}).status_code == 303
    process = worker()
    assert eventually(lambda: post.to(str(asker.email)), 40)
    assert eventually(lambda: all(d.done_at is not None for d in letters_due(session)), 40)
    process.terminate()
    assert process.wait(timeout=40) == 0

    assert len(post.to(str(asker.email))) == 1

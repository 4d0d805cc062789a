"""The disk is full or write-protected: pages are read, writing ends in a clear page, and all is well afterwards."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from app.forum.models.question import Question
from app.identity.models import SignIn
from app.kernel.errors import Unwritable
from app.web.database import WRITER, db
from app.web.runtime import Runtime
from app.worker import Background
from tests.live.served import eventually
from tests.support.clock import FixedClock
from tests.support.databases import dispose
from tests.support.factories import Make

PROTECTED, FULL, PLAIN = "protected", "full", "plain"
SQLITE = {
    PROTECTED: ["PRAGMA query_only=ON"],
    FULL: ["PRAGMA max_page_count=1"],  # less than there is: no page can be added
    PLAIN: ["PRAGMA query_only=OFF", "PRAGMA max_page_count=1073741823"],
}
SAID = "This server can’t save anything right now"
Hurt = Callable[[str], None]


@pytest.fixture
def hurt(app: Flask) -> Iterator[Hurt]:
    """Let every writing connection be in such a state from now on; afterwards they are as before."""
    with app.app_context():
        engine = db.engines[WRITER]
    states = [PLAIN]

    def prepare(connection: Any, *_rest: object) -> None:
        if engine.dialect.name == "postgresql":
            connection.read_only = states[-1] == PROTECTED
            return
        for statement in SQLITE[states[-1]]:
            connection.execute(statement)

    def hurting(state: str) -> None:
        if state == FULL and engine.dialect.name == "postgresql":
            pytest.skip("this server cannot be made to run out of room in a test")
        states.append(state)

    event.listen(engine, "checkout", prepare)
    yield hurting
    event.remove(engine, "checkout", prepare)
    dispose(app)


@pytest.fixture
def mias(make: Make, client: FlaskClient) -> FlaskClient:
    make.sign_in(client, make.user())
    return client


ASKED = {
    "title": "The printer on floor two eats paper",
    "body": "Since the move. " * 300,
    "impact": "slowed",
    "tags": "",
}


@pytest.mark.parametrize("state", [PROTECTED, FULL])
def test_a_question_is_refused_in_a_sentence_and_accepted_when_there_is_room(
    make: Make, mias: FlaskClient, hurt: Hurt, session: Session, state: str
) -> None:
    form = {**ASKED, "space": str(make.space().id)}
    hurt(state)

    refused = mias.post("/ask", data=form)

    assert refused.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert SAID in html.unescape(refused.text)
    assert mias.get("/").status_code == HTTPStatus.OK
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Question)) == 0

    hurt(PLAIN)
    assert mias.post("/ask", data=form).status_code == HTTPStatus.SEE_OTHER


def test_a_visit_that_cannot_be_noted_is_a_visit_all_the_same(
    mias: FlaskClient, hurt: Hurt, session: Session, clock: FixedClock
) -> None:
    clock.advance(hours=1)
    hurt(PROTECTED)

    with mias.get("/settings") as page:
        assert page.status_code == HTTPStatus.OK

    hurt(PLAIN)
    with mias.get("/settings"):
        pass
    assert session.scalars(select(SignIn.last_seen_at)).one() == clock.now()


def test_deliveries_and_jobs_go_on_when_there_is_room_again(
    app: Flask, make: Make, mias: FlaskClient, hurt: Hurt, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.worker.REST_AFTER_FAILURE", timedelta(seconds=0.05))
    assert mias.post("/ask", data={**ASKED, "space": str(make.space().id)}).status_code == HTTPStatus.SEE_OTHER
    hurt(PROTECTED)
    with pytest.raises(Unwritable):
        runtime.relay.run_once()

    background: Background = app.extensions["peerdesk.background"]
    background.start()
    hurt(PLAIN)
    try:
        assert eventually(
            lambda: runtime.relay.drain() == 0 and "printer on floor two" in mias.get("/find?q=paper").text
        )
    finally:
        assert background.stop()

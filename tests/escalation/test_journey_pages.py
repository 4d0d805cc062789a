"""The main job over HTTP: nobody answers, a desk does, and the answer is everybody's. Notes stay with the agents."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escalation.models.tickets import Ticket
from app.forum.models.question import Question
from app.identity.models import User
from app.kernel.database import Base
from app.kernel.personal_data import Estate
from app.search.contract import DocumentSource
from app.web.runtime import Runtime
from tests.escalation.desk import Desk, open_desk
from tests.support.clock import FixedClock
from tests.support.factories import Make

SECRET = "Gatekeeper forgot the badge"


@pytest.fixture
def desk(make: Make) -> Desk:
    return open_desk(make)


def browser_of(app: Flask, make: Make, user: User) -> FlaskClient:
    browser = app.test_client()
    make.sign_in(browser, user)
    return browser


def pass_time(runtime: Runtime, clock: FixedClock, **span: float) -> None:
    clock.advance(**span)
    runtime.jobs.run_due()
    runtime.relay.drain()


def test_an_unanswered_question_is_answered_by_the_desk_and_returns_to_everybody(
    app: Flask, make: Make, desk: Desk, runtime: Runtime, clock: FixedClock, session: Session
) -> None:
    sams, jos = browser_of(app, make, desk.sam), browser_of(app, make, desk.jo)
    asked = sams.post(
        "/ask",
        data={
            "title": "Month-end close blocked by the VPN", "body": "It drops.", "impact": "blocked",
            "space": str(desk.space.id), "tags": "vpn",
        },
    )  # fmt: skip
    assert asked.status_code == 303
    where = asked.headers["Location"].split("#")[0].split("?")[0]
    assert "0 people waiting for us" in jos.get("/waiting").text
    pass_time(runtime, clock, minutes=31)
    queue = jos.get("/waiting").text
    assert "1 person waiting for us" in queue
    assert "Month-end close blocked by the VPN" in queue

    session.rollback()
    ticket = f"/waiting/{session.scalars(select(Ticket.id)).one()}"
    assert "Nobody had answered in time." in jos.get(ticket).text
    assert jos.post(f"{ticket}/message", data={"lane": "open", "body": "Which dock?", "then": "ask"}).status_code == 303
    assert "0 people waiting for us" in jos.get("/waiting").text
    assert "Which dock?" in sams.get(where).text
    assert sams.post(f"{where}/comments", data={"body": "The grey one."}).status_code == 303
    assert "1 person waiting for us" in jos.get("/waiting").text
    assert "The grey one." in jos.get(ticket).text

    solving = {"lane": "open", "body": "Update the grey dock.", "then": "solved"}
    assert jos.post(f"{ticket}/message", data=solving).status_code == 303
    runtime.relay.drain()
    page = sams.get(where).text
    assert "Update the grey dock." in page
    assert "Back to work?" in page
    assert sams.post(f"{where}/back-to-work", data={"value": "1"}).status_code == 303
    runtime.relay.drain()
    assert "Solved by Jo" in browser_of(app, make, make.user("Ann Later")).get(where).text
    assert "0 people waiting for us" in jos.get("/waiting").text
    assert "Back to work" in jos.get(ticket).text


def test_not_yet_brings_it_back_to_the_desk(app: Flask, make: Make, desk: Desk) -> None:
    sams, jos = browser_of(app, make, desk.sam), browser_of(app, make, desk.jo)
    question = desk.question()
    ticket = f"/waiting/{desk.ticket(question)}"
    jos.post(f"{ticket}/message", data={"lane": "open", "body": "Restart it.", "then": "solved"})
    assert sams.post(f"/questions/{question.id}/back-to-work", data={"value": "0"}).status_code == 303
    assert "1 person waiting for us" in jos.get("/waiting").text
    assert "is not back to work yet" in jos.get(ticket).text


def test_a_reason_that_is_too_long_is_refused_whole_and_not_cut(
    app: Flask, make: Make, desk: Desk, session: Session
) -> None:
    sams, jos = browser_of(app, make, desk.sam), browser_of(app, make, desk.jo)
    question, reason = desk.question(), "x" * 1001
    answer = sams.post(f"/questions/{question.id}/ask-for-person", data={"reason": reason})
    assert answer.status_code == 422
    assert "Make it shorter: at most 1000 characters." in answer.text
    assert f'value="{reason}"' in answer.text
    assert session.scalars(select(Ticket.id)).all() == []

    ticket = f"/waiting/{desk.ticket(question)}"
    jos.post(f"{ticket}/message", data={"lane": "open", "body": "Restart it.", "then": "solved"})
    again = {"value": "0", "why": reason}
    assert sams.post(f"/questions/{question.id}/back-to-work", data=again).status_code == 422
    assert "0 people waiting for us" in jos.get("/waiting").text
    again["why"] = reason[1:]
    assert sams.post(f"/questions/{question.id}/back-to-work", data=again).status_code == 303
    assert reason[1:] in jos.get(ticket).text


def test_a_private_note_is_read_by_agents_only(
    app: Flask, make: Make, desk: Desk, runtime: Runtime, session: Session
) -> None:
    question = desk.question()
    ticket_id = desk.ticket(question)
    jos = browser_of(app, make, desk.jo)
    jos.post(f"/waiting/{ticket_id}/message", data={"lane": "private", "body": SECRET})
    jos.post(f"/waiting/{ticket_id}/message", data={"lane": "open", "body": "Try again.", "then": "solved"})
    runtime.relay.drain()
    runtime.jobs.run_due()
    assert SECRET in jos.get(f"/waiting/{ticket_id}").text

    pages = [
        f"/questions/{question.id}", f"/questions/{question.id}/thread", f"/questions/{question.id}/history",
        f"/feeds/questions/{question.id}.atom", "/feeds/questions.atom", f"/feeds/spaces/{desk.space.slug}.atom", "/",
        "/questions", "/find?q=gatekeeper", f"/people/{desk.jo.handle}", f"/people/{desk.sam.handle}", "/inbox",
        "/waiting", f"/waiting/{ticket_id}", "/settings/data",
    ]  # fmt: skip
    for browser in (app.test_client(), browser_of(app, make, desk.sam), browser_of(app, make, desk.lee)):
        for page in pages:
            assert SECRET not in browser.get(page).text, page

    session.rollback()
    holding = [t.name for t in Base.metadata.sorted_tables if SECRET in str(session.execute(select(t)).all())]
    assert holding == ["private_notes"]  # so it is in no mail, no inbox, no message that waits
    assert SECRET not in str(list(runtime.ports[DocumentSource].documents([question.id])))
    assert SECRET not in str(runtime.ports[Estate].export(session, desk.sam.id))
    assert session.get_one(Question, question.id).answer_count == 1

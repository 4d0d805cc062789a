"""Two people act on the same ticket at the same moment: one of them does it, the other is told what happened."""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.escalation.models.tickets import State, Ticket, TicketEvent
from app.escalation.services.escalating import sweep
from app.forum.models.answer import Answer
from app.forum.models.question import Question
from app.identity.models import User
from app.kernel.actor import Role
from app.kernel.models import OutboxMessage
from app.web.runtime import Runtime
from tests.escalation.desk import Desk, open_another_desk, open_desk
from tests.support.clock import FixedClock
from tests.support.factories import Make

ROUNDS = 5
"""Threads meet by chance: each race is run so many times."""
Press = Callable[[], TestResponse]


@pytest.fixture
def desk(make: Make) -> Desk:
    return open_desk(make)


@pytest.fixture
def mei(make: Make) -> User:
    return make.user("Mei Tanaka", roles=(Role.AGENT,))


@pytest.fixture
def browser(app: Flask, make: Make) -> Callable[[User], FlaskClient]:
    def signed_in(user: User) -> FlaskClient:
        client = app.test_client()
        make.sign_in(client, user)
        return client

    return signed_in


def at_once(*presses: Press) -> list[TestResponse]:
    """Let everybody press at the same moment; return the answers in the order of those who pressed."""
    start = threading.Barrier(len(presses))

    def press(one: Press) -> TestResponse:
        start.wait(10)
        return one()

    with ThreadPoolExecutor(len(presses)) as people:
        return list(people.map(press, presses))


def one_wins(answers: list[TestResponse], *sentences: str) -> TestResponse:
    """Check that one was done and the other told in a sentence; return the refusal."""
    assert sorted(a.status_code for a in answers) == [HTTPStatus.SEE_OTHER, HTTPStatus.CONFLICT]
    refused = next(a for a in answers if a.status_code == HTTPStatus.CONFLICT)
    said = html.unescape(re.sub(r"<[^>]+>", " ", refused.text))
    assert any(sentence in said for sentence in sentences), said
    return refused


def kinds(session: Session, ticket_id: int) -> list[str]:
    session.rollback()
    query = select(TicketEvent.kind).where(TicketEvent.ticket_id == ticket_id).order_by(TicketEvent.id)
    return list(session.scalars(query))


def ticket(session: Session, ticket_id: int) -> Ticket:
    session.rollback()
    return session.get_one(Ticket, ticket_id, populate_existing=True)


def facts(session: Session, kind: str) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(OutboxMessage).where(OutboxMessage.kind == kind)) or 0


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_agents_take_it(desk: Desk, mei: User, browser, session: Session, _round: int) -> None:
    ticket_id = desk.ticket()
    seen = {"version": str(ticket(session, ticket_id).version)}
    jos, meis = browser(desk.jo), browser(mei)

    answers = at_once(*(lambda b=b: b.post(f"/waiting/{ticket_id}/take", data=seen) for b in (jos, meis)))

    refused = one_wins(answers, "Somebody changed this while you were writing")
    winner = (desk.jo, mei)[[a.status_code for a in answers].index(HTTPStatus.SEE_OTHER)]
    assert ticket(session, ticket_id).assignee_id == winner.id
    assert kinds(session, ticket_id).count("claimed") == 1
    assert winner.name in refused.text


@pytest.mark.parametrize("_round", range(ROUNDS))
@pytest.mark.parametrize("then", ["solved", "send", "ask"])
def test_two_agents_speak(desk: Desk, mei: User, browser, session: Session, then: str, _round: int) -> None:
    ticket_id = desk.ticket()
    form = {"version": str(ticket(session, ticket_id).version), "lane": "open", "then": then}
    words = {desk.jo: "Use gateway four, please.", mei: "Restart the dock, please."}
    browsers = {who: browser(who) for who in words}

    answers = at_once(
        *(
            lambda who=who: browsers[who].post(f"/waiting/{ticket_id}/message", data={**form, "body": words[who]})
            for who in words
        )
    )

    refused = one_wins(answers, "Somebody changed this while you were writing")
    loser = (desk.jo, mei)[[a.status_code for a in answers].index(HTTPStatus.CONFLICT)]
    assert words[loser] in html.unescape(refused.text), "what was typed is lost"
    said = {"solved": "solved", "send": "replied", "ask": "asked_back"}[then]
    assert kinds(session, ticket_id).count(said) == 1
    assert session.scalar(select(func.count()).select_from(Answer)) == (0 if then == "ask" else 1)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_agents_solve_it_with_an_answer(
    desk: Desk, mei: User, make: Make, browser, session: Session, _round: int
) -> None:
    question = desk.question()
    found = make.answer(question)
    ticket_id = desk.ticket(question)
    form = {"version": str(ticket(session, ticket_id).version), "answer_id": str(found.id)}
    jos, meis = browser(desk.jo), browser(mei)

    answers = at_once(*(lambda b=b: b.post(f"/waiting/{ticket_id}/solve", data=form) for b in (jos, meis)))

    one_wins(answers, "Somebody changed this while you were writing")
    assert kinds(session, ticket_id).count("solved") == 1
    assert facts(session, "escalation.ticket_solved.1") == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_an_agent_replies_while_the_asker_takes_a_peers_answer(
    desk: Desk, make: Make, browser, session: Session, _round: int
) -> None:
    """Both ways round are right: with the reply the peer solved it beside the desk, without it nobody waits."""
    question = desk.question()
    found = make.answer(question)
    ticket_id = desk.ticket(question)
    form = {"version": str(ticket(session, ticket_id).version), "lane": "open", "then": "send", "body": "Use gate 4."}
    sams, jos = browser(desk.sam), browser(desk.jo)

    accepted, replied = at_once(
        lambda: sams.post(f"/questions/{question.id}/answers/{found.id}/accept"),
        lambda: jos.post(f"/waiting/{ticket_id}/message", data=form),
    )

    assert accepted.status_code == HTTPStatus.SEE_OTHER
    now = ticket(session, ticket_id)
    if replied.status_code == HTTPStatus.SEE_OTHER:
        assert (now.state, now.solved_by_id) == (State.CONFIRMED, found.author_id)
        assert kinds(session, ticket_id).count("replied") == 1
    else:
        one_wins([accepted, replied], "Somebody changed this while you were writing")
        assert "Use gate 4." in replied.text, "what was typed is lost"
        assert now.state == State.CANCELLED
        assert "replied" not in kinds(session, ticket_id)
    assert session.get_one(Question, question.id).accepted_answer_id == found.id


def test_a_reply_to_a_ticket_that_is_over_comes_back_with_what_happened(
    desk: Desk, make: Make, browser, session: Session
) -> None:
    question = desk.question()
    found = make.answer(question, author=make.user("Ada Peer"))
    ticket_id = desk.ticket(question)
    seen = str(ticket(session, ticket_id).version)
    assert (
        browser(desk.sam).post(f"/questions/{question.id}/answers/{found.id}/accept").status_code
        == HTTPStatus.SEE_OTHER
    )

    form = {"version": seen, "lane": "open", "then": "send", "body": "Use gateway four, please."}
    late = browser(desk.jo).post(f"/waiting/{ticket_id}/message", data=form)

    assert late.status_code == HTTPStatus.CONFLICT
    assert "Use gateway four, please." in late.text
    assert "copy yours if you still need it" in late.text
    assert "This is already over" in late.text
    archive = str(open_another_desk(desk.make))
    for act in ("take", "assign", "hand-over"):
        data = {"version": seen, "assignee_id": str(desk.jo.id), "desk_id": archive, "sentence": "Look."}
        assert browser(desk.jo).post(f"/waiting/{ticket_id}/{act}", data=data).status_code == HTTPStatus.CONFLICT


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_sweepers_and_somebody_by_hand(
    desk: Desk, browser, runtime: Runtime, session: Session, clock: FixedClock, _round: int
) -> None:
    asked = browser(desk.sam).post(
        "/ask",
        data={"space": str(desk.space.id), "title": "The VPN drops every few minutes", "body": "Since this morning.",
              "impact": "several_blocked", "tags": ""},
    )  # fmt: skip
    assert asked.status_code == HTTPStatus.SEE_OTHER
    question_id = session.scalars(select(Question.id)).one()
    clock.advance(days=3)
    lees, sams = browser(desk.lee), browser(desk.sam)

    def sweeping() -> TestResponse:
        sweep(runtime.unit_of_work, runtime.reads, runtime.clock.now)
        return TestResponse(iter(()), "200 OK", {}, None)  # type: ignore[arg-type]  # a sweeper answers nobody

    *_, by_hand, by_asker = at_once(
        sweeping,
        sweeping,
        lambda: lees.post(f"/questions/{question_id}/escalate", data={"reason": "A whole team waits."}),
        lambda: sams.post(f"/questions/{question_id}/ask-for-person"),
    )

    assert {by_hand.status_code, by_asker.status_code} == {HTTPStatus.SEE_OTHER}
    session.rollback()
    ticket_id = session.scalars(select(Ticket.id)).one()
    assert kinds(session, ticket_id).count("opened") == 1
    assert facts(session, "escalation.question_escalated.1") == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_the_asker_says_yes_in_one_window_and_not_yet_in_another(
    desk: Desk, browser, session: Session, _round: int
) -> None:
    question = desk.question()
    ticket_id = desk.ticket(question)
    form = {"lane": "open", "then": "solved", "body": "Use gateway four, please."}
    browser(desk.jo).post(f"/waiting/{ticket_id}/message", data=form)
    here, there = browser(desk.sam), browser(desk.sam)
    path = f"/questions/{question.id}/back-to-work"

    answers = at_once(
        lambda: here.post(path, data={"value": "1"}),
        lambda: there.post(path, data={"value": "0", "why": "It came back."}),
    )

    one_wins(answers, "It is noted already that you are back to work", "The desk is working on this again")
    said = [kind for kind in kinds(session, ticket_id) if kind in {"confirmed", "reopened"}]
    assert len(said) == 1
    wanted = State.CONFIRMED if said == ["confirmed"] else State.REOPENED
    assert ticket(session, ticket_id).state == wanted


@pytest.mark.parametrize("value", ["1", "0"])
def test_saying_the_same_twice_is_said_once(desk: Desk, browser, session: Session, value: str) -> None:
    question = desk.question()
    ticket_id = desk.ticket(question)
    browser(desk.jo).post(f"/waiting/{ticket_id}/message", data={"lane": "open", "then": "solved", "body": "Gate 4."})
    here, there = browser(desk.sam), browser(desk.sam)
    path = f"/questions/{question.id}/back-to-work"

    answers = at_once(*(lambda b=b: b.post(path, data={"value": value}) for b in (here, there)))

    assert {a.status_code for a in answers} == {HTTPStatus.SEE_OTHER}
    assert len([kind for kind in kinds(session, ticket_id) if kind in {"confirmed", "reopened"}]) == 1

"""A ticket carries what was solved before and looks like it, as it was found when the ticket was opened."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.escalation.events import QuestionEscalated
from app.escalation.models.tickets import Ticket
from app.escalation.services.gathering import gather_similar
from app.forum.contract import AcceptAnswer, accept_answer
from app.forum.models.question import Question
from app.forum.models.space import Visibility
from app.search.contract import DocumentSource, SearchEngine
from app.search.maintenance import rebuild
from tests.escalation.desk import Desk, open_desk
from tests.support.factories import Make

SUMMARY = "VPN drops every few minutes at month end"


@pytest.fixture
def desk(make: Make) -> Desk:
    return open_desk(make)


@pytest.fixture
def jos(client: FlaskClient, make: Make, desk: Desk) -> FlaskClient:
    make.sign_in(client, desk.jo)
    return client


def index(desk: Desk) -> None:
    ports = desk.make._runtime.ports
    rebuild(ports[SearchEngine], ports[DocumentSource])


def solved(desk: Desk, title: str, **fields: object) -> Question:
    question = desk.question(title, **fields)
    answer = desk.make.answer(question)
    with desk.make.unit_of_work() as uow:
        accept_answer(uow, desk.make.actor(desk.sam), AcceptAnswer(answer.id))
    return question


def carried(session: Session, ticket_id: int) -> list[int]:
    session.expire_all()
    return list(session.get_one(Ticket, ticket_id).rule.get("similar_question_ids", ()))


def test_what_was_found_at_the_opening_stays_with_the_ticket(jos: FlaskClient, desk: Desk, session: Session) -> None:
    before = solved(desk, "VPN drops every few minutes")
    index(desk)
    ticket_id = desk.ticket(desk.question(SUMMARY))
    desk.make._runtime.relay.drain()
    assert carried(session, ticket_id) == [before.id]

    solved(desk, "VPN drops every few minutes since the new gateway")
    index(desk)
    page = jos.get(f"/waiting/{ticket_id}").text
    assert f'href="/questions/{before.id}"' in page
    assert "since the new gateway" not in page.split("Solved before, much like this")[1]


def test_a_second_delivery_changes_nothing(desk: Desk, session: Session) -> None:
    before = solved(desk, "VPN drops every few minutes")
    index(desk)
    ticket_id = desk.ticket(desk.question(SUMMARY))
    runtime = desk.make._runtime
    runtime.relay.drain()
    solved(desk, "VPN drops every few minutes again")
    index(desk)
    ticket = session.get_one(Ticket, ticket_id)
    event = QuestionEscalated(
        occurred_at=runtime.clock.now(), ticket_id=ticket_id, question_id=ticket.question_id, space_id=ticket.space_id,
        asker_id=ticket.asker_id, desk_id=ticket.desk_id, by_id=None, opened_by="sweeper",
    )  # fmt: skip
    gather_similar(runtime.unit_of_work, runtime.reads, runtime.ports[SearchEngine], event)
    assert carried(session, ticket_id) == [before.id]


def test_what_an_agent_may_not_see_is_carried_but_not_shown(jos: FlaskClient, desk: Desk, session: Session) -> None:
    make = desk.make
    hidden = make.space("Board", visibility=Visibility.PRIVATE, groups=(make.group(desk.sam),))
    secret = solved(desk, "VPN drops every few minutes in the board room", space=hidden)
    index(desk)
    ticket_id = desk.ticket(desk.question(SUMMARY))
    make._runtime.relay.drain()
    assert carried(session, ticket_id) == [secret.id]
    assert "board room" not in jos.get(f"/waiting/{ticket_id}").text


def test_nothing_alike_leaves_nothing(jos: FlaskClient, desk: Desk, session: Session) -> None:
    ticket_id = desk.ticket()
    desk.make._runtime.relay.drain()
    assert carried(session, ticket_id) == []
    assert "much like this" not in jos.get(f"/waiting/{ticket_id}").text

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.escalation.contract import EscalateNow, escalate_now
from app.escalation.models.clocks import QuestionClock
from app.escalation.models.tickets import ACTIVE, Ending, State, Ticket, TicketEvent
from app.escalation.services.joining import JoinTickets, join_tickets
from app.forum.contract import UnlinkDuplicate, unlink_duplicate
from app.forum.models.question import Question
from app.forum.models.space import Visibility
from app.identity.models import User
from app.kernel.actor import Role
from app.kernel.models import AuditEntry, KeptMail
from app.notify.models import InboxItem
from app.web.runtime import Runtime
from tests.escalation.desk import Desk, open_desk
from tests.support.clock import FixedClock
from tests.support.factories import Make


@pytest.fixture
def desk(make: Make) -> Desk:
    return open_desk(make)


@pytest.fixture
def noor(make: Make) -> User:
    return make.user("Noor de Vries")


@pytest.fixture
def pair(desk: Desk, make: Make, noor: User, clock: FixedClock) -> tuple[int, int]:
    """Sam's ticket from nine o'clock, and Noor's about the same from ten past."""
    first = desk.ticket(desk.question("The printer on the second floor is silent"))
    clock.advance(minutes=10)
    second = make.question(asker=noor, space=desk.space, title="Nothing comes out of the printer", impact="blocked")
    with make.unit_of_work() as uow:
        return first, escalate_now(uow, make.actor(noor), EscalateNow(second.id)).id


@pytest.fixture
def jos(client: FlaskClient, make: Make, desk: Desk) -> FlaskClient:
    """Jo's browser."""
    make.sign_in(client, desk.jo)
    return client


def stands(session: Session, ticket_id: int) -> Ticket:
    session.expire_all()
    session.rollback()
    return session.get_one(Ticket, ticket_id)


def due(session: Session, ticket_id: int) -> datetime | None:
    return stands(session, ticket_id).reply_due_at


def join(make: Make, who: User, ticket_id: int, other_id: int) -> None:
    with make.unit_of_work() as uow:
        join_tickets(uow, make.actor(who), JoinTickets(ticket_id, other_id))


def test_two_about_the_same_become_one_and_nobody_waits_longer(
    jos: FlaskClient, desk: Desk, session: Session, pair: tuple[int, int]
) -> None:
    first, second = pair
    promised = due(session, first)
    page = jos.get(f"/waiting/{first}/join").text
    assert "Noor de Vries: Nothing comes out of the printer" in page
    done = jos.post(f"/waiting/{first}/join", data={"other_id": str(second)}, follow_redirects=True)
    assert done.request.path == f"/waiting/{second}"
    assert "Joined. Everybody hears from you here now." in done.text
    assert f'<a href="/waiting/{first}">T-{first}</a>' in done.text
    assert "2 people affected" in done.text
    over, goes_on = stands(session, first), stands(session, second)
    assert (over.state, over.reply_due_at) == (State.CANCELLED, None)
    assert over.ended_at is not None
    assert (goes_on.state, goes_on.reply_due_at) == (State.NEW, promised), "the earlier promise holds for both"
    assert session.get_one(Question, over.question_id).duplicate_of_id == goes_on.question_id
    assert "joined this with another one" in jos.get(f"/waiting/{first}").text
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "ticket.joined")).one()
    assert (entry.subject_id, entry.actor_id, entry.details) == (first, desk.jo.id, {"other_id": second})
    ending = select(TicketEvent.detail).where(TicketEvent.ticket_id == first, TicketEvent.kind == "cancelled")
    assert session.scalars(ending).all() == [Ending.DUPLICATE]


def test_no_question_and_episode_has_two_and_taking_it_back_starts_again(
    desk: Desk, make: Make, session: Session, pair: tuple[int, int], clock: FixedClock
) -> None:
    first, second = pair
    join(make, desk.jo, first, second)
    question_id = stands(session, first).question_id
    with make.unit_of_work() as uow:
        unlink_duplicate(uow, make.actor(desk.jo), UnlinkDuplicate(question_id))
    session.rollback()
    active = select(Ticket.question_id, func.count()).where(Ticket.state.in_(ACTIVE)).group_by(Ticket.question_id)
    assert session.execute(active).all() == [(stands(session, second).question_id, 1)]
    clocks = select(QuestionClock).where(QuestionClock.question_id == question_id, QuestionClock.stopped_at.is_(None))
    assert session.scalars(clocks).one().episode == 2


def test_the_asker_is_told_once(
    desk: Desk, make: Make, session: Session, pair: tuple[int, int], runtime: Runtime
) -> None:
    first, second = pair
    runtime.relay.drain()
    session.rollback()
    letters = select(func.count()).select_from(KeptMail).where(KeptMail.to == desk.sam.email)
    before = session.scalar(letters) or 0
    join(make, desk.jo, first, second)
    runtime.relay.drain()
    session.rollback()
    question_id = stands(session, first).question_id
    told = session.scalars(select(InboxItem).where(InboxItem.user_id == desk.sam.id)).all()
    assert [item.kind for item in told if item.topic == f"question:{question_id}"] == ["joined"]
    assert (session.scalar(letters) or 0) - before <= 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Choose another one that waits"),
        ({"other_id": "999"}, "Choose another one that waits"),
        ({"other_id": "x"}, "Choose one from the list."),
        ({"reference": "T-999"}, "Choose another one that waits"),
        ({"reference": "the other one"}, "Choose another one that waits"),
        ({"reference": "T-1"}, "That is this one."),
        ({"other_id": "2", "reference": "T-2"}, "Choose one: from the list"),
        ({"reference": "T-3"}, "That one is solved or over."),
        ({"reference": "T-4"}, "Choose another one that waits"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    jos: FlaskClient,
    desk: Desk,
    make: Make,
    session: Session,
    pair: tuple[int, int],
    typed: dict[str, str],
    sentence: str,
) -> None:
    solved = desk.ticket(desk.question("Solved"))
    jos.post(f"/waiting/{solved}/message", data={"lane": "open", "body": "Shelf 4.", "then": "solved"})
    board = make.space("Board", visibility=Visibility.PRIVATE, groups=(make.group(desk.sam),))
    hidden = desk.ticket(desk.question("Board matters", space=board))
    assert (*pair, solved, hidden) == (1, 2, 3, 4)
    refused = jos.post("/waiting/1/join", data=typed)
    assert refused.status_code == 422
    assert refused.text.count(sentence) == 2, "in the summary and at the field"
    assert typed.get("reference", "") in refused.text
    assert "Board matters" not in refused.text
    assert stands(session, 1).state == State.NEW


def test_nobody_is_sent_to_what_they_may_not_read(
    jos: FlaskClient, desk: Desk, make: Make, session: Session, pair: tuple[int, int]
) -> None:
    board = make.space("Board", visibility=Visibility.PRIVATE, groups=(make.group(desk.jo, desk.sam),))
    private = desk.ticket(desk.question("Board printer", space=board))
    refused = jos.post(f"/waiting/{pair[1]}/join", data={"other_id": str(private)})
    assert refused.status_code == 422
    assert stands(session, pair[1]).state == State.NEW


def test_twice_is_once_and_who_is_too_late_is_told(jos: FlaskClient, session: Session, pair: tuple[int, int]) -> None:
    first, second = pair
    stale = jos.post(f"/waiting/{first}/join", data={"reference": f"/waiting/{second}", "version": "99"})
    assert stale.status_code == 409
    data = {"reference": f"/waiting/{second}", "once": "one form"}
    assert [jos.post(f"/waiting/{first}/join", data=data).status_code for _ in range(2)] == [303, 303]
    joined = select(func.count()).select_from(TicketEvent).where(TicketEvent.kind == "joined")
    session.rollback()
    assert session.scalar(joined) == 1


def test_only_agents_join(app: Flask, desk: Desk, make: Make, pair: tuple[int, int], session: Session) -> None:
    first, second = pair
    for person in (desk.sam, desk.lee, make.user(roles=(Role.ADMINISTRATOR,))):
        browser = app.test_client()
        make.sign_in(browser, person)
        assert browser.get(f"/waiting/{first}/join").status_code == 403
        assert browser.post(f"/waiting/{first}/join", data={"other_id": str(second)}).status_code == 403
    assert stands(session, first).state == State.NEW

"""A question is moved to another space while the desk has it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escalation.models.agreements import Policy
from app.escalation.models.tickets import State, Ticket, TicketEvent
from app.escalation.services.agreeing import EditPolicy, edit_policy, ensure_policy
from app.escalation.services.working import AssignTicket, assign_ticket
from app.forum.contract import MoveQuestion, move_question
from app.forum.models.space import Space, Visibility
from app.identity.models import User
from app.kernel.actor import Role
from app.kernel.models import AuditEntry
from app.live.models import StreamEvent
from app.web.runtime import Runtime
from tests.escalation.desk import Desk, open_another_desk, open_desk
from tests.support.clock import FixedClock
from tests.support.factories import Make


@pytest.fixture
def desk(make: Make) -> Desk:
    return open_desk(make)


@pytest.fixture
def ticket_id(desk: Desk) -> int:
    """Sam's ticket from nine o'clock, to be answered by ten."""
    return desk.ticket()


@pytest.fixture
def archive(make: Make, desk: Desk, ticket_id: int) -> int:
    """The desk of another space."""
    return open_another_desk(make)


def place(make: Make, archive: int, minutes: int, visibility: Visibility = Visibility.PUBLIC) -> Space:
    """Make a space that the archive looks after, which replies within so many minutes."""
    space, chief = make.space("Records", visibility=visibility), make.actor(make.user(roles=(Role.ADMINISTRATOR,)))
    with make.unit_of_work() as uow:
        terms = ensure_policy(uow, space.id)
        calendar_id = uow.session.get_one(Policy, terms.policy_id).calendar_id
        reply: dict[str, int | None] = dict.fromkeys(terms.reply_minutes, minutes)
        wanted = EditPolicy(space.id, terms.definition, 1, dict(terms.minutes), reply, calendar_id, archive)
        edit_policy(uow, chief, wanted)
    return space


def move(make: Make, who: User, ticket_id: int, space: Space) -> None:
    actor = make.actor(who)
    with make.unit_of_work() as uow:
        move_question(uow, actor, MoveQuestion(uow.session.get_one(Ticket, ticket_id).question_id, space.id))


def stands(session: Session, ticket_id: int) -> Ticket:
    session.rollback()
    return session.get_one(Ticket, ticket_id, populate_existing=True)


@pytest.mark.parametrize(("minutes", "due"), [(10, 15), (600, 60)])
def test_it_goes_to_the_desk_of_the_new_space_and_nobody_waits_longer(
    client: FlaskClient, desk: Desk, session: Session, clock: FixedClock, ticket_id: int, archive: int, minutes: int,
    due: int,
) -> None:  # fmt: skip
    make, asked = desk.make, clock.now()
    before, space = stands(session, ticket_id).desk_id, place(make, archive, minutes)
    clock.advance(minutes=5)
    move(make, desk.lee, ticket_id, space)
    ticket = stands(session, ticket_id)
    assert (ticket.desk_id, ticket.space_id) == (archive, space.id)
    assert session.get_one(Policy, ticket.policy_id).space_id == space.id
    assert ticket.reply_due_at == asked + timedelta(minutes=due)
    make.sign_in(client, desk.jo)
    page = client.get(f"/waiting/{ticket_id}").text
    assert "Lee Moreau moved the question to another space, which Archive looks after" in page
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "ticket.handed_over")).one()
    assert (entry.actor_id, entry.subject_id) == (desk.lee.id, ticket_id)
    assert entry.details == {"desk_id": archive, "before": before}


def test_whoever_has_it_keeps_it_and_both_desks_hear_of_it(
    make: Make, desk: Desk, session: Session, runtime: Runtime, ticket_id: int, archive: int
) -> None:
    jo, space = make.actor(desk.jo), place(make, archive, 30)
    with make.unit_of_work() as uow:
        assign_ticket(uow, jo, AssignTicket(ticket_id, desk.jo.id))
    runtime.relay.drain()
    before = stands(session, ticket_id).desk_id
    last = session.scalars(select(StreamEvent.id).order_by(StreamEvent.id.desc())).first() or 0
    move(make, desk.lee, ticket_id, space)
    runtime.relay.drain()
    ticket = stands(session, ticket_id)
    assert (ticket.desk_id, ticket.assignee_id, ticket.state) == (archive, desk.jo.id, State.OPEN)
    rooms = set(session.scalars(select(StreamEvent.room).where(StreamEvent.id > last)))
    assert {f"desk:{archive}", f"desk:{before}", f"ticket:{ticket_id}"} <= rooms


def test_who_may_not_see_it_there_gives_it_to_the_new_desk(
    make: Make, desk: Desk, session: Session, ticket_id: int, archive: int
) -> None:
    jo, space = make.actor(desk.jo), place(make, archive, 30, Visibility.PRIVATE)
    with make.unit_of_work() as uow:
        assign_ticket(uow, jo, AssignTicket(ticket_id, desk.jo.id))
    move(make, make.user(roles=(Role.ADMINISTRATOR,)), ticket_id, space)
    ticket = stands(session, ticket_id)
    assert (ticket.desk_id, ticket.assignee_id) == (archive, None)
    kinds = select(TicketEvent.kind).where(TicketEvent.ticket_id == ticket_id).order_by(TicketEvent.id)
    assert session.scalars(kinds).all()[-2:] == ["moved", "let_go"]


def test_what_is_over_stays_as_it_was_and_moving_within_one_desk_is_on_record_once(
    make: Make, desk: Desk, session: Session, ticket_id: int
) -> None:
    here = stands(session, ticket_id).desk_id
    move(make, desk.lee, ticket_id, place(make, here, 30))
    assert stands(session, ticket_id).desk_id == here
    actions = select(AuditEntry.action).where(AuditEntry.subject_kind.in_(["ticket", "question"]))
    assert session.scalars(actions).all() == ["question.moved"]
    with make.unit_of_work() as uow:
        ticket = uow.session.get_one(Ticket, ticket_id)
        ticket.ended_at = uow.now
    policy = stands(session, ticket_id).policy_id
    move(make, desk.lee, ticket_id, make.space("Elsewhere"))
    assert stands(session, ticket_id).policy_id == policy

"""What agents do with a ticket among themselves: take it, give it, write notes, hand it over."""

from __future__ import annotations

from dataclasses import dataclass

from app.escalation.access import access_ticket, agents_who_may_see
from app.escalation.events import NoteWritten, TicketAssigned
from app.escalation.models.agreements import Desk
from app.escalation.models.tickets import PrivateNote, State, Ticket
from app.escalation.permissions import can_work_on
from app.escalation.services.recording import expect_version, facts_of, note_event
from app.escalation.services.sentences import check_sentence
from app.forum.contract import claim_files_for_agents
from app.identity.contract import roles_and_groups
from app.kernel.actor import Actor, Role
from app.kernel.errors import Invalid
from app.kernel.permissions import ensure
from app.kernel.unit_of_work import UnitOfWork
from app.text.contract import RichText

LONGEST_NOTE = 30_000


AGENT_BLIND = "escalation.agent_blind"
"""Why somebody who works at a desk cannot have a ticket: its space is not open to them."""


@dataclass(frozen=True, slots=True)
class AssignTicket:
    """Give a ticket to an agent, to oneself, or back to the desk (None)."""

    ticket_id: int
    assignee_id: int | None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class WriteNote:
    """A note that only agents see."""

    ticket_id: int
    body: RichText


@dataclass(frozen=True, slots=True)
class HandOver:
    """Give a ticket to another desk, with a sentence for whoever takes it next."""

    ticket_id: int
    desk_id: int
    sentence: str
    version: int | None = None


def assign_ticket(uow: UnitOfWork, actor: Actor, command: AssignTicket) -> Ticket:
    """Let somebody have the ticket; giving it to who has it changes nothing.

    Deciding for others leaves an audit entry: giving it away, or taking what somebody has. Taking what nobody has does
    not.

    Raises:
        Invalid: field ``assignee_id``, when that person is no agent, or may not see the ticket.
        StaleTicket: when somebody was faster.

    """
    ticket = access_ticket(uow.session, actor, command.ticket_id, lock=True)
    if ticket.assignee_id == command.assignee_id and ticket.ended_at is None:
        return ticket
    expect_version(actor, ticket, command.version)
    ensure(can_work_on(actor, ticket))
    if command.assignee_id is not None and command.assignee_id != actor.id:
        _ensure_can_have(uow, command.assignee_id, ticket)
    before = ticket.assignee_id
    take(uow, actor, ticket, command.assignee_id)
    if command.assignee_id != actor.id or before is not None:
        uow.audit(actor, "ticket.given", "ticket", ticket.id, assignee_id=command.assignee_id, before=before)
    return ticket


def _ensure_can_have(uow: UnitOfWork, user_id: int, ticket: Ticket) -> None:
    if user_id in {agent.id for agent in agents_who_may_see(uow.session, ticket.space_id)}:
        return
    roles, _ = roles_and_groups(uow.session, user_id)
    raise Invalid("assignee_id", AGENT_BLIND if Role.AGENT in roles else "escalation.agent_unknown")


def take(uow: UnitOfWork, actor: Actor, ticket: Ticket, assignee_id: int | None) -> None:
    """Change who has the ticket; the caller holds its lock and has asked for permission."""
    ticket.assignee_id = assignee_id
    ticket.claimed_at = uow.now if assignee_id is not None else None
    if ticket.state in {State.NEW, State.REOPENED} and assignee_id is not None:
        ticket.state = State.OPEN
    kind = "released" if assignee_id is None else "claimed" if assignee_id == actor.id else "assigned"
    note_event(uow, ticket, actor.id, kind, assignee_id)
    uow.record(TicketAssigned(occurred_at=uow.now, **facts_of(ticket, actor.id), assignee_id=assignee_id))


def write_note(uow: UnitOfWork, actor: Actor, command: WriteNote) -> PrivateNote:
    """Tell the other agents something.

    Raises:
        Invalid: field ``body``.

    """
    ticket = access_ticket(uow.session, actor, command.ticket_id, lock=True)
    ensure(can_work_on(actor, ticket))
    check_message(command.body.source)
    note = PrivateNote(
        ticket_id=ticket.id,
        author_id=actor.user_id,
        body=command.body.source,
        body_html=command.body.html,
        renderer=command.body.renderer,
        written_at=uow.now,
    )
    uow.session.add(note)
    uow.session.flush()
    claim_files_for_agents(uow, actor, ticket.question_id, command.body.files)
    uow.record(NoteWritten(occurred_at=uow.now, **facts_of(ticket, actor.id)))
    return note


def hand_over(uow: UnitOfWork, actor: Actor, command: HandOver) -> Ticket:
    """Give the ticket to a desk, for whoever takes it next.

    Raises:
        Invalid: fields ``sentence``, ``desk_id``.
        StaleTicket: when somebody changed it meanwhile.

    """
    ticket = access_ticket(uow.session, actor, command.ticket_id, lock=True)
    expect_version(actor, ticket, command.version)
    ensure(can_work_on(actor, ticket))
    sentence = check_sentence("sentence", command.sentence, required=True)
    if uow.session.get(Desk, command.desk_id) is None:
        raise Invalid("desk_id", "escalation.desk_unknown")
    if command.desk_id == ticket.desk_id:
        raise Invalid("desk_id", "escalation.desk_has_it")
    uow.audit(actor, "ticket.handed_over", "ticket", ticket.id, desk_id=command.desk_id, before=ticket.desk_id)
    ticket.desk_id, ticket.assignee_id, ticket.claimed_at = command.desk_id, None, None
    note_event(uow, ticket, actor.id, "handed_over", command.desk_id, sentence)
    uow.record(TicketAssigned(occurred_at=uow.now, **facts_of(ticket, actor.id), assignee_id=None))
    return ticket


def check_message(text: str) -> None:
    """Refuse an empty or an endless message.

    Raises:
        Invalid: field ``body``.

    """
    if not text.strip():
        raise Invalid("body", "escalation.message_missing")
    if len(text) > LONGEST_NOTE:
        raise Invalid("body", "escalation.note_too_long")

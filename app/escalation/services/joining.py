"""Two tickets about one trouble become one: the question of the first is joined with that of the second."""

from __future__ import annotations

from dataclasses import dataclass

from app.escalation.access import access_ticket
from app.escalation.events import TicketJoined
from app.escalation.models.tickets import WAITING_FOR_US, Ending, Ticket
from app.escalation.permissions import can_join
from app.escalation.services.concluding import cancel
from app.escalation.services.recording import expect_version, facts_of, note_event
from app.forum.contract import LinkDuplicate, link_duplicate
from app.kernel.actor import Actor
from app.kernel.errors import Invalid, NotFound
from app.kernel.permissions import ensure
from app.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class JoinTickets:
    """Go on with ``other_id`` alone; ``ticket_id`` ends."""

    ticket_id: int
    other_id: int
    version: int | None = None


def join_tickets(uow: UnitOfWork, actor: Actor, command: JoinTickets) -> Ticket:
    """Join a ticket with another and return the one that stands; the earlier of their two promises holds for both.

    The forum joins the questions: people and their «me too» go along, and whoever asked is told once. Taking that back
    on the question's page lets it stand for itself again.

    Raises:
        Invalid: field ``other_id``, when there is no such ticket, it is the same one, it is over, or people would be
            sent to what they may not read.
        StaleTicket: when somebody changed the ticket meanwhile.
        Overtaken: when one of the questions was joined or deleted meanwhile.

    """
    ticket = access_ticket(uow.session, actor, command.ticket_id)
    try:
        other = access_ticket(uow.session, actor, command.other_id)
    except NotFound as error:
        raise Invalid("other_id", "escalation.other_unknown") from error
    if other.question_id == ticket.question_id:
        raise Invalid("other_id", "escalation.other_is_this")
    expect_version(actor, ticket, command.version)
    try:
        link_duplicate(uow, actor, LinkDuplicate(ticket.question_id, other.question_id, merge=True))
    except Invalid as error:
        raise Invalid("other_id", error.reason) from error
    for each in sorted((ticket, other), key=lambda one: one.id):  # both threads are locked already, in one order
        uow.session.refresh(each, with_for_update=True)
    expect_version(actor, ticket, command.version)
    ensure(can_join(actor, ticket))
    if not can_join(actor, other):
        raise Invalid("other_id", "escalation.other_over")
    _keep_earlier_promise(ticket, other)
    note_event(uow, ticket, actor.id, "joined_into", other.id)
    note_event(uow, other, actor.id, "joined", ticket.id)
    cancel(uow, ticket, actor.id, Ending.DUPLICATE)
    uow.audit(actor, "ticket.joined", "ticket", ticket.id, other_id=other.id)
    uow.record(TicketJoined(occurred_at=uow.now, **facts_of(other, actor.id)))
    return other


def _keep_earlier_promise(ticket: Ticket, other: Ticket) -> None:
    """Let nobody wait longer than they were promised; while the next word is the other asker's, nothing is due."""
    if other.state in WAITING_FOR_US and ticket.reply_due_at is not None:
        other.reply_due_at = min(ticket.reply_due_at, other.reply_due_at or ticket.reply_due_at)

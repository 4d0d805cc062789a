"""Put a ticket aside until a moment; it comes back by itself, and never after a promise."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escalation.access import access_ticket
from app.escalation.clock import LATE_SOON
from app.escalation.events import TicketCameBack, TicketPutAside
from app.escalation.models.tickets import Ticket
from app.escalation.permissions import PROMISE_FIRST, can_put_aside, can_work_on
from app.escalation.services.recording import expect_version, facts_of, note_event
from app.escalation.services.sentences import check_sentence
from app.escalation.services.working import take
from app.kernel.actor import Actor
from app.kernel.errors import Invalid
from app.kernel.permissions import ensure
from app.kernel.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

FARTHEST = timedelta(days=90)
"""Characters."""
MOST_PER_SWEEP = 100
CLOCK = Actor(name="Peerdesk", is_system=True)
Units = Callable[[], AbstractContextManager[UnitOfWork]]


@dataclass(frozen=True, slots=True)
class PutAside:
    """Do not show a ticket to its agents until then; ``sentence`` says what is waited for, and may be empty."""

    ticket_id: int
    until: datetime
    sentence: str = ""
    version: int | None = None


def put_aside(uow: UnitOfWork, actor: Actor, command: PutAside) -> Ticket:
    """Put a ticket aside; its promise stays as it is, and it comes back while there is time to keep it.

    Who puts aside what nobody has, has it. Doing it again moves the moment.

    Raises:
        Invalid: field ``own``, when the moment is past or too far; field ``when``, when a promise is to be kept first.
        StaleTicket: when somebody changed the ticket meanwhile.

    """
    ticket = access_ticket(uow.session, actor, command.ticket_id, lock=True)
    expect_version(actor, ticket, command.version)
    decision = can_put_aside(actor, ticket, uow.now)
    if decision == PROMISE_FIRST:
        raise Invalid("when", "escalation.promise_first")  # on the page there may have been time
    ensure(decision)
    if not uow.now < command.until <= uow.now + FARTHEST:
        raise Invalid("own", "escalation.aside_range")
    until = command.until
    if ticket.reply_due_at is not None:
        until = min(until, ticket.reply_due_at - LATE_SOON)
    if ticket.assignee_id is None:
        take(uow, actor, ticket, actor.user_id)
    sentence = check_sentence("awaited", command.sentence)
    note_event(uow, ticket, actor.id, "put_aside", detail=sentence, until=until)
    uow.record(TicketPutAside(occurred_at=uow.now, **facts_of(ticket, actor.id)))
    return ticket


def take_up(uow: UnitOfWork, actor: Actor, ticket_id: int) -> Ticket:
    """Bring back what was put aside; without effect when it is back already."""
    ticket = access_ticket(uow.session, actor, ticket_id, lock=True)
    ensure(can_work_on(actor, ticket))
    if ticket.aside_until is not None:
        _bring(uow, ticket, actor.id, "taken_up")
    return ticket


def due_back(session: Session, now: datetime, limit: int = MOST_PER_SWEEP) -> list[int]:
    """Return the tickets whose moment has come, the earliest first, by ``ix_tickets_aside``."""
    query = select(Ticket.id).where(Ticket.aside_until.is_not(None), Ticket.aside_until <= now)
    return list(session.scalars(query.order_by(Ticket.aside_until, Ticket.id).limit(limit)))


def come_back(units: Units, peek: Callable[[], AbstractContextManager[Session]], now: Callable[[], datetime]) -> int:
    """Tell open pages, and who has it, of every ticket whose moment has come; return how many there were.

    Views show it from the moment on by themselves; repeating it changes nothing.
    """
    with peek() as session:
        due = due_back(session, now())
    return sum(_came_back(units, ticket_id) for ticket_id in due)


def _came_back(units: Units, ticket_id: int) -> bool:
    """Bring one ticket back; a failure is logged and holds up nobody else's."""
    try:
        with units() as uow:
            ticket = access_ticket(uow.session, CLOCK, ticket_id, lock=True)
            if ticket.aside_until is None or ticket.aside_until > uow.now:
                return False
            _bring(uow, ticket, None, "came_back")
            return True
    except Exception:
        log.exception("a ticket did not come back, the next sweep tries again", ticket=ticket_id)
        return False


def _bring(uow: UnitOfWork, ticket: Ticket, by_id: int | None, kind: str) -> None:
    note_event(uow, ticket, by_id, kind)
    uow.record(TicketCameBack(occurred_at=uow.now, **facts_of(ticket, by_id), assignee_id=ticket.assignee_id))

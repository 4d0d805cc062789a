"""The marks that every act on a ticket leaves: a line in its timeline, a new version, a fact for the others."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from app.escalation.models.tickets import Ticket, TicketEvent
from app.kernel.actor import Actor
from app.kernel.errors import Conflict
from app.kernel.unit_of_work import UnitOfWork


class Facts(TypedDict):
    """Fields of every ``TicketFact`` but the instant."""

    ticket_id: int
    question_id: int
    space_id: int
    asker_id: int
    desk_id: int
    by_id: int | None


class StaleTicket(Conflict):
    """The ticket changed since the agent's page was made; the page shows both."""


def facts_of(ticket: Ticket, by_id: int | None) -> Facts:
    """Return what any fact about this ticket says first."""
    return Facts(
        ticket_id=ticket.id,
        question_id=ticket.question_id,
        space_id=ticket.space_id,
        asker_id=ticket.asker_id,
        desk_id=ticket.desk_id,
        by_id=by_id,
    )


def note_event(
    uow: UnitOfWork,
    ticket: Ticket,
    by_id: int | None,
    kind: str,
    subject_id: int | None = None,
    detail: str = "",
    until: datetime | None = None,
) -> None:
    """Add a line to the timeline; the ticket looks different now, so it lies aside no longer than this says."""
    ticket.version += 1
    ticket.aside_until = until
    uow.session.add(
        TicketEvent(
            ticket_id=ticket.id, at=uow.now, by_id=by_id, kind=kind, subject_id=subject_id, detail=detail, until=until
        )
    )


def expect_version(actor: Actor, ticket: Ticket, version: int | None) -> None:
    """Refuse what was written on an older page.

    Raises:
        StaleTicket: when somebody changed the ticket meanwhile.

    """
    if version is not None and ticket.version != version and not actor.is_system:
        raise StaleTicket("escalation.stale")

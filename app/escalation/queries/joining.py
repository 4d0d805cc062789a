"""Which other tickets one may be joined with."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escalation.access import access_ticket
from app.escalation.models.tickets import ACTIVE, Ticket
from app.escalation.permissions import can_join
from app.forum.contract import question_facts, tags_by_question
from app.identity.contract import Person, people
from app.kernel.actor import Actor
from app.kernel.permissions import ensure

MOST_OFFERED = 10
LOOKED_AT = 200
"""Tickets among which those with the same tags are looked for; who knows the other one gives its reference."""


@dataclass(frozen=True, slots=True)
class OtherTicket:
    """Another ticket that is not over."""

    id: int
    asker: Person
    title: str


@dataclass(frozen=True, slots=True)
class JoinPage:
    """A ticket, and those it may be joined with; what has most tags in common comes first."""

    id: int
    version: int
    this: OtherTicket
    others: tuple[OtherTicket, ...]


def join_page(session: Session, actor: Actor, ticket_id: int) -> JoinPage:
    """Return what somebody chooses from, in five statements.

    Raises:
        NotFound: when the ticket is absent or hidden.
        Denied: when it may not be joined with another.

    """
    ticket = access_ticket(session, actor, ticket_id)
    ensure(can_join(actor, ticket))
    open_ones = Ticket.ended_at.is_(None) & Ticket.space_id.in_(actor.space_ids) & Ticket.state.in_(ACTIVE)
    query = select(Ticket.id, Ticket.question_id, Ticket.asker_id).where(open_ones, Ticket.id != ticket.id)
    rows = session.execute(query.order_by(Ticket.reply_due_at, Ticket.id).limit(LOOKED_AT)).all()
    tags = tags_by_question(session, [ticket.question_id, *(row.question_id for row in rows)])
    mine = set(tags[ticket.question_id])
    near = sorted(rows, key=lambda row: -len(mine & set(tags[row.question_id])))[:MOST_OFFERED]
    facts = question_facts(session, [ticket.question_id, *(row.question_id for row in near)])
    who = people(session, {ticket.asker_id, *(row.asker_id for row in near)})
    return JoinPage(
        id=ticket.id,
        version=ticket.version,
        this=OtherTicket(ticket.id, who[ticket.asker_id], facts[ticket.question_id].title),
        others=tuple(OtherTicket(row.id, who[row.asker_id], facts[row.question_id].title) for row in near),
    )

"""The only way to get a row of the desk by id: what one may see first, lock if asked."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escalation.models.agreements import BusinessCalendar, Desk, DeskAgent
from app.escalation.models.texts import ReadyText
from app.escalation.models.tickets import Ticket
from app.escalation.permissions import can_keep_texts, can_see_ticket
from app.forum.contract import access_thread, readers_among
from app.identity.contract import Person, people_with_role
from app.kernel.actor import Actor, Role
from app.kernel.errors import NotFound
from app.kernel.permissions import ensure


def access_ticket(session: Session, actor: Actor, ticket_id: int, *, lock: bool = False) -> Ticket:
    """Return a ticket this actor may work with; ``lock`` takes the thread first, as every writer of it does.

    Raises:
        NotFound: when it is absent or hidden; the two look alike.

    """
    ticket = session.get(Ticket, ticket_id)
    if ticket is None or not can_see_ticket(actor, ticket):
        raise NotFound
    if lock:
        access_thread(session, actor, ticket.question_id, lock=True)
        session.refresh(ticket, with_for_update=True)
    return ticket


def last_ticket(session: Session, question_id: int, *, lock: bool = False) -> Ticket | None:
    """Return the ticket of a question's newest episode; the caller has checked who may know of the question."""
    query = select(Ticket).where(Ticket.question_id == question_id).order_by(Ticket.episode.desc()).limit(1)
    return session.scalars(query.with_for_update() if lock else query).first()


def access_text(session: Session, actor: Actor, text_id: int, *, lock: bool = False) -> ReadyText:
    """Return a ready text that this actor may look after.

    Raises:
        NotFound: when there is none.
        Denied: when the actor does not work at its desk.

    """
    text = session.get(ReadyText, text_id, with_for_update=lock or None)
    if text is None:
        raise NotFound
    ensure(can_keep_texts(actor, works_here=works_at(session, actor, text.desk_id)))
    return text


def access_calendar(session: Session, calendar_id: int, *, lock: bool = False) -> BusinessCalendar:
    """Return a calendar; those who may come here see all of them.

    Raises:
        NotFound: when there is none.

    """
    calendar = session.get(BusinessCalendar, calendar_id, with_for_update=lock or None)
    if calendar is None:
        raise NotFound
    return calendar


def access_desk(session: Session, desk_id: int, *, lock: bool = False) -> Desk:
    """Return a desk; those who may come here see all of them.

    Raises:
        NotFound: when there is none.

    """
    desk = session.get(Desk, desk_id, with_for_update=lock or None)
    if desk is None:
        raise NotFound
    return desk


def agents_who_may_see(session: Session, space_id: int) -> list[Person]:
    """Return the agents who can have a ticket of this space, by name: whoever has not left and may read it."""
    agents = people_with_role(session, Role.AGENT)
    readers = readers_among(session, space_id, [agent.id for agent in agents])
    return [agent for agent in agents if agent.id in readers]


def works_at(session: Session, actor: Actor, desk_id: int) -> bool:
    """Tell whether somebody is one of a desk's people."""
    return actor.id is not None and session.get(DeskAgent, (desk_id, actor.id)) is not None

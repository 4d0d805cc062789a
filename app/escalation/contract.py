"""What higher domains may use of escalation."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.escalation.models.tickets import Ticket
from app.escalation.services.adopting import adopt_questions
from app.escalation.services.agreeing import ensure_policy
from app.escalation.services.concluding import confirm_solution, reopen_ticket
from app.escalation.services.escalating import EscalateNow, escalate_now
from app.escalation.services.replying import AskBack, ReplyToAsker, ask_back, reply_to_asker
from app.forum.contract import readers_among
from app.identity.contract import trusted_among
from app.kernel.actor import Role

__all__ = [
    "AskBack", "EscalateNow", "ReplyToAsker", "adopt_questions", "ask_back", "confirm_solution", "ensure_policy",
    "escalate_now", "reopen_ticket", "reply_to_asker", "staff_among", "ticket_counts", "ticket_readers_among",
]  # fmt: skip


def ticket_counts(session: Session) -> dict[str, int]:
    """Return how many tickets are in each state, in one statement."""
    query = select(Ticket.state, func.count()).group_by(Ticket.state)
    return {row[0]: row[1] for row in session.execute(query)}


def staff_among(session: Session, user_ids: Collection[int]) -> frozenset[int]:
    """Return those of the people who have to do with tickets at all."""
    return trusted_among(session, user_ids, (Role.AGENT, Role.ADMINISTRATOR))


def ticket_readers_among(session: Session, ticket_id: int, user_ids: Collection[int]) -> frozenset[int]:
    """Return those of the people who may see a ticket; ``can_see_ticket`` for many at once."""
    space_id = session.scalar(select(Ticket.space_id).where(Ticket.id == ticket_id))
    if space_id is None:
        return frozenset()
    return staff_among(session, user_ids) & readers_among(session, space_id, user_ids)

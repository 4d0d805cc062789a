"""What higher domains may use of escalation."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.escalation.models.tickets import Ticket
from app.escalation.services.adopting import adopt_questions
from app.escalation.services.agreeing import ensure_policy
from app.escalation.services.concluding import confirm_solution, reopen_ticket
from app.escalation.services.escalating import EscalateNow, escalate_now
from app.escalation.services.replying import AskBack, ReplyToAsker, ask_back, reply_to_asker

__all__ = [
    "AskBack", "EscalateNow", "ReplyToAsker", "adopt_questions", "ask_back", "confirm_solution", "ensure_policy",
    "escalate_now", "reopen_ticket", "reply_to_asker", "ticket_counts",
]  # fmt: skip


def ticket_counts(session: Session) -> dict[str, int]:
    """Return how many tickets are in each state, in one statement."""
    query = select(Ticket.state, func.count()).group_by(Ticket.state)
    return {row[0]: row[1] for row in session.execute(query)}

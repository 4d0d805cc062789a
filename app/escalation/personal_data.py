"""What escalation holds about a person, and how it lets go of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.escalation.models.agreements import DeskAgent
from app.escalation.models.texts import ReadyText
from app.escalation.models.tickets import ACTIVE, PrivateNote, Ticket
from app.kernel.unit_of_work import UnitOfWork

TABLES = frozenset(
    {"calendar_versions", "policies", "desk_agents", "tickets", "ticket_events", "private_notes", "ready_texts"}
)


def export(session: Session, user_id: int) -> Mapping[str, Any]:
    """Return the person's own hand-overs, the notes they wrote, and the ready texts they changed last."""
    tickets = session.scalars(select(Ticket).where(Ticket.asker_id == user_id).order_by(Ticket.id))
    notes = session.scalars(select(PrivateNote).where(PrivateNote.author_id == user_id).order_by(PrivateNote.id))
    texts = session.scalars(select(ReadyText).where(ReadyText.changed_by_id == user_id).order_by(ReadyText.id))
    desks = session.scalars(select(DeskAgent.desk_id).where(DeskAgent.user_id == user_id).order_by(DeskAgent.desk_id))
    return {
        "handed_over": [
            {"question_id": t.question_id, "at": t.opened_at.isoformat(), "state": t.state, "impact": t.impact}
            for t in tickets
        ],
        "notes": [{"at": n.written_at.isoformat(), "text": n.body} for n in notes],
        "ready_texts": [{"at": t.changed_at.isoformat(), "name": t.name, "text": t.body} for t in texts],
        "desks": list(desks),
    }


def erase(uow: UnitOfWork, user_id: int) -> None:
    """Give back what the person had in hand; their acts and a desk's texts stay, by «someone who left»."""
    uow.session.execute(delete(DeskAgent).where(DeskAgent.user_id == user_id))
    mine = (Ticket.assignee_id == user_id) & Ticket.state.in_(ACTIVE)
    uow.session.execute(
        update(Ticket)
        .where(mine)
        .values(assignee_id=None, claimed_at=None, aside_until=None, version=Ticket.version + 1)
    )

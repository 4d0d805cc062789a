"""How questions stand between peers and their desk, for the pages of other domains."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from app.escalation.models.agreements import Desk, Policy
from app.escalation.models.clocks import QuestionClock
from app.escalation.models.tickets import State, Ticket
from app.forum.contract import question_facts
from app.identity.contract import Person, people
from app.kernel.among import among
from app.kernel.database import fetch


@dataclass(frozen=True, slots=True)
class TicketStanding:
    """The newest ticket of a question. ``reply_due_at`` is None when the next word is not the desk's."""

    id: int
    state: str
    asker: Person
    helper: Person | None
    """Who solved it, else who has it."""
    reply_due_at: datetime | None
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """The newest episode of a question. ``peers_until`` is when the desk takes it; None when it will not by itself."""

    question_id: int
    desk_name: str
    started_at: datetime
    peers_until: datetime | None
    ticket: TicketStanding | None


@dataclass(frozen=True, slots=True)
class SolvedForMe:
    """A question of one's own that the desk thinks is solved."""

    question_id: int
    title: str
    helper: Person | None


_LATER = aliased(QuestionClock)
_NEWEST = (
    select(func.max(_LATER.episode)).where(_LATER.question_id == QuestionClock.question_id).correlate(QuestionClock)
)
_STANDINGS = (
    select(
        QuestionClock.question_id, QuestionClock.started_at, QuestionClock.due_at, QuestionClock.stopped_at,
        QuestionClock.paused_at, Desk.name.label("desk_name"), Ticket.id.label("ticket_id"), Ticket.state,
        Ticket.asker_id, Ticket.solved_by_id, Ticket.assignee_id, Ticket.reply_due_at, Ticket.confirmed_at,
    )
    .join(Policy, Policy.id == QuestionClock.policy_id)
    .outerjoin(Ticket, and_(Ticket.question_id == QuestionClock.question_id, Ticket.episode == QuestionClock.episode))
    .join(Desk, Desk.id == func.coalesce(Ticket.desk_id, Policy.desk_id))
    .where(
        among(QuestionClock.question_id, "question_ids"),
        QuestionClock.episode == _NEWEST.scalar_subquery(),
    )
)  # fmt: skip  # built once: lists and question pages ask it, and putting it together costs more than running it


def standings(session: Session, question_ids: Collection[int]) -> dict[int, Standing]:
    """Map questions that were ever measured to how they stand, in two statements; asks nobody's permission."""
    if not question_ids:
        return {}
    rows = fetch(session, _STANDINGS, {"question_ids": list(question_ids)}).all()
    who = people(session, {i for row in rows for i in (row.asker_id, _helper_id(row)) if i is not None})
    return {row.question_id: _standing(row, who) for row in rows}


def solved_for_me(session: Session, user_id: int) -> list[SolvedForMe]:
    """Return one's questions that wait for «Back to work?», oldest first, in three statements."""
    mine = (Ticket.asker_id == user_id) & (Ticket.state == State.SOLVED) & Ticket.ended_at.is_(None)
    tickets = session.scalars(select(Ticket).where(mine).order_by(Ticket.solved_at, Ticket.id)).all()
    facts = question_facts(session, [t.question_id for t in tickets])
    who = people(session, {i for t in tickets if (i := _helper_id(t)) is not None})
    return [SolvedForMe(t.question_id, facts[t.question_id].title, _one(who, _helper_id(t))) for t in tickets]


def _helper_id(ticket: Any) -> int | None:
    """Return who solved a ticket, else who has it; takes the model or a row with its columns."""
    helper: int | None = ticket.solved_by_id or ticket.assignee_id
    return helper


def _one(who: Mapping[int, Person], user_id: int | None) -> Person | None:
    return None if user_id is None else who.get(user_id)


def _standing(row: Any, who: Mapping[int, Person]) -> Standing:
    runs = row.stopped_at is None and row.paused_at is None
    return Standing(
        question_id=row.question_id,
        desk_name=row.desk_name,
        started_at=row.started_at,
        peers_until=row.due_at if runs else None,
        ticket=None if row.ticket_id is None else _ticket(row, who),
    )


def _ticket(row: Any, who: Mapping[int, Person]) -> TicketStanding:
    return TicketStanding(
        id=row.ticket_id,
        state=row.state,
        asker=who[row.asker_id],
        helper=_one(who, _helper_id(row)),
        reply_due_at=row.reply_due_at,
        confirmed_at=row.confirmed_at,
    )

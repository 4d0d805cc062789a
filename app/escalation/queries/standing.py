"""How questions stand between peers and their desk, for the pages of other domains."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from app.escalation.models.agreements import Desk, Policy
from app.escalation.models.clocks import QuestionClock
from app.escalation.models.tickets import State, Ticket
from app.forum.contract import question_facts
from app.identity.contract import Person, people


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
    select(QuestionClock, Ticket, Desk.name)
    .join(Policy, Policy.id == QuestionClock.policy_id)
    .outerjoin(Ticket, and_(Ticket.question_id == QuestionClock.question_id, Ticket.episode == QuestionClock.episode))
    .join(Desk, Desk.id == func.coalesce(Ticket.desk_id, Policy.desk_id))
    .where(
        QuestionClock.question_id.in_(bindparam("question_ids", expanding=True)),
        QuestionClock.episode == _NEWEST.scalar_subquery(),
    )
)  # built once: lists and question pages ask it, and putting it together costs more than running it


def standings(session: Session, question_ids: Collection[int]) -> dict[int, Standing]:
    """Map questions that were ever measured to how they stand, in two statements; asks nobody's permission."""
    if not question_ids:
        return {}
    wanted = {"question_ids": list(question_ids)}
    rows: Sequence[Any] = session.execute(_STANDINGS, wanted).all()  # the outer join's ticket may be missing
    tickets = [ticket for _, ticket, _ in rows if ticket is not None]
    who = people(session, {i for t in tickets for i in (t.asker_id, _helper_id(t)) if i is not None})
    return {clock.question_id: _standing(clock, ticket, desk, who) for clock, ticket, desk in rows}


def solved_for_me(session: Session, user_id: int) -> list[SolvedForMe]:
    """Return one's questions that wait for «Back to work?», oldest first, in three statements."""
    mine = (Ticket.asker_id == user_id) & (Ticket.state == State.SOLVED) & Ticket.ended_at.is_(None)
    tickets = session.scalars(select(Ticket).where(mine).order_by(Ticket.solved_at, Ticket.id)).all()
    facts = question_facts(session, [t.question_id for t in tickets])
    who = people(session, {i for t in tickets if (i := _helper_id(t)) is not None})
    return [SolvedForMe(t.question_id, facts[t.question_id].title, _one(who, _helper_id(t))) for t in tickets]


def _helper_id(ticket: Ticket) -> int | None:
    return ticket.solved_by_id or ticket.assignee_id


def _one(who: Mapping[int, Person], user_id: int | None) -> Person | None:
    return None if user_id is None else who.get(user_id)


def _standing(clock: QuestionClock, ticket: Ticket | None, desk_name: str, who: Mapping[int, Person]) -> Standing:
    runs = clock.stopped_at is None and clock.paused_at is None
    return Standing(
        question_id=clock.question_id,
        desk_name=desk_name,
        started_at=clock.started_at,
        peers_until=clock.due_at if runs else None,
        ticket=None if ticket is None else _ticket(ticket, who),
    )


def _ticket(ticket: Ticket, who: Mapping[int, Person]) -> TicketStanding:
    return TicketStanding(
        id=ticket.id,
        state=ticket.state,
        asker=who[ticket.asker_id],
        helper=_one(who, _helper_id(ticket)),
        reply_due_at=ticket.reply_due_at,
        confirmed_at=ticket.confirmed_at,
    )

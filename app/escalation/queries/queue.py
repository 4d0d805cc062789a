"""The agents' queue: who is waiting for us, what breaches first on top; keyset pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.escalation.clock import LATE_SOON
from app.escalation.models.agreements import DeskAgent
from app.escalation.models.tickets import ACTIVE, WAITING_FOR_US, State, Ticket
from app.forum.contract import question_facts, tags_by_question, unanswered_count
from app.identity.contract import Person, people
from app.kernel.actor import Actor
from app.kernel.paging import Slice, cut, decode_position, encode_position

PAGE_SIZE = 30
NO_DUE_TIME = datetime.max.replace(tzinfo=UTC)
"""Stands in cursors for no due time: such tickets come last."""


class View(StrEnum):
    """What the queue is narrowed to."""

    ALL = "all"
    MINE = "mine"
    DESK = "desk"
    SOON = "soon"
    THEM = "them"
    ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One person who waits.

    ``due_at`` is None when the next word is theirs, or when we have kept our promise; ``aside_until`` when it is before
    its agents.
    """

    ticket_id: int
    version: int
    asker: Person
    title: str
    impact: str
    state: str
    due_at: datetime | None
    aside_until: datetime | None
    affected: int
    """The asker and everybody who said «me too»."""
    assignee: Person | None
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of the queue, how many people wait for us altogether, and the desks the reader works at.

    ``unanswered`` counts questions of the community that could use somebody; only known when nobody waits.
    """

    waiting: int
    rows: Slice[QueueRow]
    desk_ids: tuple[int, ...]
    unanswered: int


_COLUMNS = (
    Ticket.id, Ticket.question_id, Ticket.asker_id, Ticket.impact, Ticket.state, Ticket.reply_due_at,
    Ticket.assignee_id, Ticket.version, Ticket.aside_until,
)  # fmt: skip


def queue_page(
    session: Session, actor: Actor, view: View, now: datetime, cursor: str | None = None, size: int = PAGE_SIZE
) -> Queue:
    """Return one page in six statements, however many wait; served by ``ix_tickets_waiting``.

    Raises:
        NotFound: when the cursor is not one of ours.

    """
    query = select(*_COLUMNS).where(_not_over(actor), *_conditions(actor, view, now))
    first = Ticket.aside_until if view is View.ASIDE else Ticket.reply_due_at
    query = query.order_by(first.is_(None), first, Ticket.id).limit(size + 1)
    if cursor:
        query = query.where(_after(first, *decode_position(cursor)))
    rows = session.execute(query).all()
    page = cut(rows, size, lambda row: encode_position(getattr(row, first.key) or NO_DUE_TIME, row.id))
    waiting = waiting_count(session, actor)
    return Queue(
        waiting=waiting,
        rows=Slice(_rows(session, page.items), page.next_cursor),
        desk_ids=tuple(session.scalars(_desks_of(actor))),
        unanswered=0 if waiting else unanswered_count(session, actor),
    )


def waiting_count(session: Session, actor: Actor) -> int:
    """Return how many people wait for us, in one statement."""
    query = select(func.count()).select_from(Ticket).where(_not_over(actor), Ticket.state.in_(WAITING_FOR_US))
    return session.scalar(query) or 0


def _not_over(actor: Actor) -> ColumnElement[bool]:
    """Select the tickets of readable spaces that nobody has closed: few, however many there ever were."""
    return Ticket.space_id.in_(actor.space_ids) & Ticket.ended_at.is_(None)


def _conditions(actor: Actor, view: View, now: datetime) -> list[ColumnElement[bool]]:
    ours = Ticket.state.in_(WAITING_FOR_US)
    if view is View.MINE:
        return [Ticket.assignee_id == actor.user_id, Ticket.state.in_(ACTIVE), _before_us(now)]
    if view is View.DESK:
        return [ours, Ticket.desk_id.in_(_desks_of(actor)), _before_us(now)]
    if view is View.SOON:
        return [ours, Ticket.reply_due_at <= now + LATE_SOON, _before_us(now)]
    if view is View.ASIDE:
        return [Ticket.aside_until > now]
    if view is View.THEM:
        return [Ticket.state.in_((State.PENDING, State.SOLVED))]
    return [ours]


def _before_us(now: datetime) -> ColumnElement[bool]:
    """Select what is not put aside; its time counts from the moment on, whether or not the sweeper has been there."""
    return or_(Ticket.aside_until.is_(None), Ticket.aside_until <= now)


def _desks_of(actor: Actor) -> Select[int]:
    return select(DeskAgent.desk_id).where(DeskAgent.user_id == actor.user_id)


def _after(first: InstrumentedAttribute[datetime | None], at: datetime, last_id: int) -> ColumnElement[bool]:
    """Select what comes after the last row shown; rows without the time that orders them come last."""
    if at == NO_DUE_TIME:
        return and_(first.is_(None), Ticket.id > last_id)
    later = or_(first > at, and_(first == at, Ticket.id > last_id))
    return or_(later, first.is_(None))


def _rows(session: Session, rows: Sequence[Any]) -> tuple[QueueRow, ...]:
    facts = question_facts(session, [r.question_id for r in rows])
    tags = tags_by_question(session, list(facts))
    who = people(session, {i for r in rows for i in (r.asker_id, r.assignee_id) if i is not None})
    return tuple(
        QueueRow(
            ticket_id=r.id,
            version=r.version,
            asker=who[r.asker_id],
            title=facts[r.question_id].title,
            impact=r.impact,
            state=r.state,
            due_at=r.reply_due_at,
            aside_until=r.aside_until,
            affected=facts[r.question_id].me_too_count + 1,
            assignee=who.get(r.assignee_id),
            tags=tags[r.question_id],
        )
        for r in rows
    )

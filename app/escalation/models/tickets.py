"""What a desk works on."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base

USER = "users.id"


class State(StrEnum):
    """Where a ticket is."""

    NEW = "new"
    """Nobody at the desk has touched it."""
    OPEN = "open"
    PENDING = "pending"
    """Waiting for the asker."""
    REOPENED = "reopened"
    SOLVED = "solved"
    """The desk thinks so; the asker has not said."""
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


ACTIVE = (State.NEW, State.OPEN, State.PENDING, State.REOPENED)
WAITING_FOR_US = (State.NEW, State.OPEN, State.REOPENED)
NOT_OVER = text("ended_at IS NULL")
ASIDE = text("aside_until IS NOT NULL")
SIMILAR = "similar_question_ids"
"""Where ``Ticket.rule`` keeps them."""


class OpenedBy(StrEnum):
    """Who brought the question to the desk."""

    SWEEPER = "sweeper"
    MODERATOR = "moderator"
    ASKER = "asker"


class Ending(StrEnum):
    """Why a ticket was cancelled."""

    PEER_ANSWER = "peer_answer"
    CLOSED = "closed"
    DELETED = "deleted"
    DUPLICATE = "duplicate"


class Ticket(Base):
    """One episode of one question at one desk. ``version`` grows with every change, so stale pages are noticed."""

    __tablename__ = "tickets"
    __table_args__ = (
        UniqueConstraint("question_id", "episode"),
        Index("ix_tickets_waiting", "reply_due_at", "id", sqlite_where=NOT_OVER, postgresql_where=NOT_OVER),
        Index("ix_tickets_assignee", "assignee_id", "state"),
        Index("ix_tickets_aside", "aside_until", "id", sqlite_where=ASIDE, postgresql_where=ASIDE),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    episode: Mapped[int]
    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"))
    asker_id: Mapped[int] = mapped_column(ForeignKey(USER), index=True)
    impact: Mapped[str]
    state: Mapped[str] = mapped_column(default=State.NEW)
    version: Mapped[int] = mapped_column(default=1)
    desk_id: Mapped[int] = mapped_column(ForeignKey("desks.id"), index=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policies.id"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey(USER))
    claimed_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    opened_by: Mapped[str]
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey(USER))
    reply_due_at: Mapped[datetime | None]
    """When the desk has promised to be heard; None while it waits for the asker or when it is over."""
    aside_until: Mapped[datetime | None]
    """Put aside until then, always before ``reply_due_at``; None when it is not, or something has happened since."""
    first_reply_at: Mapped[datetime | None]
    solved_at: Mapped[datetime | None]
    solved_by_id: Mapped[int | None] = mapped_column(ForeignKey(USER))
    solution_answer_id: Mapped[int | None] = mapped_column(ForeignKey("answers.id"))
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    rule: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The rule that fired: definition, minutes, due time, policy and calendar version, me-toos, answers tried,
    similar questions solved before."""


class TicketEvent(Base):
    """One line of a ticket's timeline that only the desk sees; rows are only ever added."""

    __tablename__ = "ticket_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey(USER), index=True)
    kind: Mapped[str]
    """One of opened, claimed, assigned, released, replied, asked_back, asker_replied, solved, confirmed, reopened,
    let_go, solution_gone, weighed, handed_over, cancelled, put_aside, taken_up, came_back, joined, joined_into,
    moved."""
    subject_id: Mapped[int | None]
    """The answer, comment, desk, person or other ticket it is about, by kind."""
    detail: Mapped[str] = mapped_column(default="")
    """A reason somebody gave, or a ``models.tickets.Ending``."""
    until: Mapped[datetime | None]
    """When it comes back, where it was put aside."""


class PrivateNote(Base):
    """What agents tell each other; no page, feed, mail or index outside the desk reads this table."""

    __tablename__ = "private_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey(USER), index=True)
    body: Mapped[str]
    body_html: Mapped[str]
    renderer: Mapped[int] = mapped_column(default=0)
    written_at: Mapped[datetime]

"""What is being measured: one clock per question and episode, its pauses and everything that happened to it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base

OPEN = text("stopped_at IS NULL")
RUNNING = text("stopped_at IS NULL AND paused_at IS NULL AND due_at IS NOT NULL")


class StopReason(StrEnum):
    """Why a clock stopped."""

    ANSWERED = "answered"
    CLOSED = "closed"
    DELETED = "deleted"
    DUPLICATE = "duplicate"
    ESCALATED = "escalated"


class QuestionClock(Base):
    """The time peers have for one episode of a question.

    ``due_at`` is None while it is paused and when the policy never escalates this impact.
    """

    __tablename__ = "question_clocks"
    __table_args__ = (
        UniqueConstraint("question_id", "episode"),
        Index("ix_question_clocks_open", "question_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_question_clocks_due", "due_at", sqlite_where=RUNNING, postgresql_where=RUNNING),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    episode: Mapped[int]
    impact: Mapped[str]
    policy_id: Mapped[int] = mapped_column(ForeignKey("policies.id"))
    calendar_version_id: Mapped[int] = mapped_column(ForeignKey("calendar_versions.id"))
    started_at: Mapped[datetime]
    """Only answers from here on stop it."""
    due_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    stop_reason: Mapped[str | None]


class ClockPause(Base):
    """A stretch in which the question waited for its asker."""

    __tablename__ = "clock_pauses"

    id: Mapped[int] = mapped_column(primary_key=True)
    clock_id: Mapped[int] = mapped_column(ForeignKey("question_clocks.id"), index=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ClockEvent(Base):
    """One thing that happened to a clock; rows are only ever added, so every due time can be explained."""

    __tablename__ = "clock_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    clock_id: Mapped[int] = mapped_column(ForeignKey("question_clocks.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    """One of started, paused, resumed, recomputed, stopped."""
    due_at: Mapped[datetime | None]
    """The due time from then on."""
    detail: Mapped[str] = mapped_column(default="")

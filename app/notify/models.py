"""Inboxes, and what each person wants by e-mail."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base
from app.kernel.models import BigId

USER = "users.id"


class InboxItem(Base):
    """The latest about one topic for one person."""

    __tablename__ = "inbox_items"
    __table_args__ = (
        UniqueConstraint("user_id", "topic"),
        Index("ix_inbox_items_page", "user_id", "needs_you", "happened_at", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(USER))
    topic: Mapped[str]
    """``question:7`` or ``badge:streak``."""
    question_id: Mapped[int | None] = mapped_column(ForeignKey("questions.id"), index=True)
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("answers.id"))
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id"))
    kind: Mapped[str]
    """A key of ``kinds.KINDS``."""
    why: Mapped[str]
    by_id: Mapped[int | None] = mapped_column(ForeignKey(USER), index=True)
    needs_you: Mapped[bool]
    happened_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    later_until: Mapped[datetime | None]
    muted_at: Mapped[datetime | None]


class ToldFact(Base):
    """A fact that has reached a person; it never reaches them again."""

    __tablename__ = "told_facts"

    user_id: Mapped[int] = mapped_column(ForeignKey(USER), primary_key=True)
    message_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    told_at: Mapped[datetime] = mapped_column(index=True)


class MailChoice(Base):
    """Whether one kind of news comes to one person by e-mail, where they have said so."""

    __tablename__ = "mail_choices"

    user_id: Mapped[int] = mapped_column(ForeignKey(USER), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    wanted: Mapped[bool]

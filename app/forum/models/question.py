"""Questions and what hangs directly on them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base

USER = "users.id"
QUESTION = "questions.id"
ALIVE = text("deleted_at IS NULL")


class Impact(StrEnum):
    """What the trouble keeps the asker from doing, mildest first."""

    NOTHING = "nothing"
    SLOWED = "slowed"
    BLOCKED = "blocked"
    SEVERAL_BLOCKED = "several_blocked"


class Question(Base):
    """A request for help. ``score`` is up minus down; ``version`` counts every visible change of the whole thread."""

    __tablename__ = "questions"
    __table_args__ = (
        Index("ix_questions_newest", "space_id", "asked_at", "id"),
        Index("ix_questions_active", "space_id", "active_at", "id"),
        Index(
            "ix_questions_unanswered",
            "space_id",
            "asked_at",
            "id",
            sqlite_where=text("answer_count = 0 AND closed_at IS NULL AND deleted_at IS NULL"),
            postgresql_where=text("answer_count = 0 AND closed_at IS NULL AND deleted_at IS NULL"),
        ),
        Index("ix_questions_all_newest", "asked_at", "id", sqlite_where=ALIVE, postgresql_where=ALIVE),
        Index("ix_questions_all_active", "active_at", "id", sqlite_where=ALIVE, postgresql_where=ALIVE),
        Index("ix_questions_asker", "asker_id", "asked_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"))
    asker_id: Mapped[int] = mapped_column(ForeignKey(USER))
    title: Mapped[str]
    body: Mapped[str]
    """Markdown as the asker wrote it: the truth."""
    body_html: Mapped[str]
    """Safe HTML made from ``body`` when it was written."""
    renderer: Mapped[int] = mapped_column(default=0)
    """Version of the renderer that made ``body_html``."""
    language: Mapped[str] = mapped_column(default="en")
    impact: Mapped[str] = mapped_column(default=Impact.NOTHING)
    asked_at: Mapped[datetime]
    active_at: Mapped[datetime]
    """The last answer, comment or edit."""
    edited_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    revision: Mapped[int] = mapped_column(default=1)
    """Number of the current text in the history; an edit that names an older one is a conflict."""

    score: Mapped[int] = mapped_column(default=0)
    answer_count: Mapped[int] = mapped_column(default=0)
    """Answers that are not deleted."""
    comment_count: Mapped[int] = mapped_column(default=0)
    """Comments on the question itself that are not deleted."""
    me_too_count: Mapped[int] = mapped_column(default=0)
    view_count: Mapped[int] = mapped_column(default=0)

    accepted_answer_id: Mapped[int | None] = mapped_column(
        ForeignKey("answers.id", use_alter=True, name="fk_questions_accepted_answer_id_answers")
    )
    solved_at: Mapped[datetime | None]
    """When the accepted answer was accepted."""
    waiting_for_asker_since: Mapped[datetime | None]
    """Somebody asked back and the asker has not replied yet."""
    asked_back_by_id: Mapped[int | None] = mapped_column(ForeignKey(USER))
    duplicate_of_id: Mapped[int | None] = mapped_column(ForeignKey(QUESTION), index=True)
    merged_at: Mapped[datetime | None]
    """Merged questions redirect to ``duplicate_of_id``."""
    split_from_id: Mapped[int | None] = mapped_column(ForeignKey(QUESTION))
    """The question under which it was first written, as an answer or a comment."""
    closed_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]


class QuestionTag(Base):
    """One tag of one question, in the order the asker gave them."""

    __tablename__ = "question_tags"
    __table_args__ = (Index("ix_question_tags_tag", "tag_id", "question_id"),)

    question_id: Mapped[int] = mapped_column(ForeignKey(QUESTION), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id"), primary_key=True)
    position: Mapped[int] = mapped_column(default=0)


class MeToo(Base):
    """Somebody who has the same trouble."""

    __tablename__ = "me_toos"

    question_id: Mapped[int] = mapped_column(ForeignKey(QUESTION), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(USER), primary_key=True, index=True)
    since: Mapped[datetime]


class QuestionFollow(Base):
    """Somebody who wants to be told when the question changes."""

    __tablename__ = "question_follows"

    question_id: Mapped[int] = mapped_column(ForeignKey(QUESTION), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(USER), primary_key=True, index=True)
    since: Mapped[datetime]


class ClosureReason(StrEnum):
    """Why a question takes no more answers."""

    DUPLICATE = "duplicate"
    OFF_TOPIC = "off_topic"
    NEEDS_DETAILS = "needs_details"
    OUTDATED = "outdated"
    SOLVED_ELSEWHERE = "solved_elsewhere"


class Closure(Base):
    """Why a question takes no more answers; the open one has no ``reopened_at``."""

    __tablename__ = "closures"

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey(QUESTION), index=True)
    reason: Mapped[str]
    """A ``ClosureReason``."""
    note: Mapped[str] = mapped_column(default="")
    closed_by_id: Mapped[int] = mapped_column(ForeignKey(USER))
    closed_at: Mapped[datetime]
    reopened_by_id: Mapped[int | None] = mapped_column(ForeignKey(USER))
    reopened_at: Mapped[datetime | None]
    reopen_note: Mapped[str] = mapped_column(default="")


class DuplicateLink(Base):
    """«Same as …»: a question that another one answers; the standing one has no ``undone_at``."""

    __tablename__ = "duplicate_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey(QUESTION), index=True)
    original_id: Mapped[int] = mapped_column(ForeignKey(QUESTION), index=True)
    linked_by_id: Mapped[int] = mapped_column(ForeignKey(USER))
    linked_at: Mapped[datetime]
    merged: Mapped[bool] = mapped_column(default=False)
    undone_at: Mapped[datetime | None]


class Deflection(Base):
    """A «This solved it» on a similar question before posting: nothing was posted, somebody was helped."""

    __tablename__ = "deflections"

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey(QUESTION), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey(USER), index=True)
    typed: Mapped[str]
    at: Mapped[datetime]


class Draft(Base):
    """Text somebody has not posted yet. ``place`` is ``ask`` or ``answer:17``."""

    __tablename__ = "drafts"

    user_id: Mapped[int] = mapped_column(ForeignKey(USER), primary_key=True)
    place: Mapped[str] = mapped_column(primary_key=True)
    fields: Mapped[str]
    """JSON of the form's fields."""
    saved_at: Mapped[datetime]

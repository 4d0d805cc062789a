"""Answers, comments, votes and the history of every text."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base

USER = "users.id"
QUESTION = "questions.id"
ANSWER = "answers.id"
COMMENT = "comments.id"


class Answer(Base):
    """One attempt to help."""

    __tablename__ = "answers"
    __table_args__ = (Index("ix_answers_author", "author_id", "posted_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey(QUESTION), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey(USER))
    body: Mapped[str]
    body_html: Mapped[str]
    renderer: Mapped[int] = mapped_column(default=0)
    language: Mapped[str] = mapped_column(default="en")
    posted_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1)
    score: Mapped[int] = mapped_column(default=0)
    comment_count: Mapped[int] = mapped_column(default=0)
    working_count: Mapped[int] = mapped_column(default=0)
    """People who said that it worked for them too."""
    accepted_at: Mapped[datetime | None]
    accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey(USER), index=True)
    acceptance_note: Mapped[str] = mapped_column(default="")
    """Why staff accepted it in the asker's place."""
    from_desk: Mapped[bool] = mapped_column(default=False)
    """Written by an agent while working on the ticket."""
    deleted_at: Mapped[datetime | None]
    became_question_id: Mapped[int | None] = mapped_column(ForeignKey(QUESTION), unique=True)
    """It asked something of its own and is away here; that question has its text."""


class WorkingMark(Base):
    """Somebody for whom an answer worked."""

    __tablename__ = "working_marks"

    answer_id: Mapped[int] = mapped_column(ForeignKey(ANSWER), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(USER), primary_key=True, index=True)
    since: Mapped[datetime]


class Comment(Base):
    """A remark on the question (``answer_id`` is None) or on one of its answers."""

    __tablename__ = "comments"

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey(QUESTION), index=True)
    answer_id: Mapped[int | None] = mapped_column(ForeignKey(ANSWER), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey(USER), index=True)
    body: Mapped[str]
    body_html: Mapped[str]
    renderer: Mapped[int] = mapped_column(default=0)
    posted_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1)
    asks_back: Mapped[bool] = mapped_column(default=False)
    """The writer needs something from the asker before they can help."""
    deleted_at: Mapped[datetime | None]
    became_question_id: Mapped[int | None] = mapped_column(ForeignKey(QUESTION), unique=True)
    """As for an answer."""


def _once_on(post: str) -> Index:
    """Let everybody vote once on a post; rows of the other kind stay out of the index: each would cost a write."""
    named = text(f"{post} IS NOT NULL")
    return Index(f"uq_votes_{post}", post, "user_id", unique=True, sqlite_where=named, postgresql_where=named)


class Vote(Base):
    """One person's +1 or −1 on one post; taking it back deletes the row."""

    __tablename__ = "votes"
    __table_args__ = (
        CheckConstraint("(question_id IS NULL) <> (answer_id IS NULL)", name="one_post"),
        CheckConstraint("value IN (-1, 1)", name="value"),
        _once_on("question_id"),
        _once_on("answer_id"),
        Index("ix_votes_user_cast_at", "user_id", "cast_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(USER))
    question_id: Mapped[int | None] = mapped_column(ForeignKey(QUESTION))
    answer_id: Mapped[int | None] = mapped_column(ForeignKey(ANSWER))
    value: Mapped[int]
    cast_at: Mapped[datetime]


class Revision(Base):
    """One text of one post; number 1 is the first. Rows are only ever added."""

    __tablename__ = "revisions"
    __table_args__ = (
        UniqueConstraint("question_id", "number"),
        UniqueConstraint("answer_id", "number"),
        UniqueConstraint("comment_id", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int | None] = mapped_column(ForeignKey(QUESTION))
    answer_id: Mapped[int | None] = mapped_column(ForeignKey(ANSWER))
    comment_id: Mapped[int | None] = mapped_column(ForeignKey(COMMENT))
    number: Mapped[int]
    author_id: Mapped[int] = mapped_column(ForeignKey(USER), index=True)
    at: Mapped[datetime]
    title: Mapped[str | None]
    body: Mapped[str]
    tags: Mapped[str | None]
    """Slugs separated by spaces."""
    summary: Mapped[str] = mapped_column(default="")
    """Why, in the editor's words."""


class Deletion(Base):
    """Who took a post away and why; the standing one has no ``restored_at``."""

    __tablename__ = "deletions"

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int | None] = mapped_column(ForeignKey(QUESTION), index=True)
    answer_id: Mapped[int | None] = mapped_column(ForeignKey(ANSWER), index=True)
    comment_id: Mapped[int | None] = mapped_column(ForeignKey(COMMENT), index=True)
    deleted_by_id: Mapped[int] = mapped_column(ForeignKey(USER))
    deleted_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(default="")
    restored_by_id: Mapped[int | None] = mapped_column(ForeignKey(USER))
    restored_at: Mapped[datetime | None]


class Attachment(Base):
    """A file somebody added; it belongs to nothing until the text that names it is posted."""

    __tablename__ = "attachments"
    __table_args__ = (
        Index(
            "ix_attachments_loose",
            "uploaded_at",
            sqlite_where=text("question_id IS NULL"),
            postgresql_where=text("question_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """Random, unguessable part of the file's URL and its name in the store."""
    uploader_id: Mapped[int] = mapped_column(ForeignKey(USER), index=True)
    question_id: Mapped[int | None] = mapped_column(ForeignKey(QUESTION), index=True)
    for_agents: Mapped[bool] = mapped_column(default=False)
    """A text about the question that only agents read names it."""
    name: Mapped[str]
    media_type: Mapped[str]
    size_bytes: Mapped[int]
    sha256: Mapped[str]
    width: Mapped[int | None]
    height: Mapped[int | None]
    uploaded_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class Mention(Base):
    """Somebody named in a text."""

    __tablename__ = "mentions"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(USER), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey(USER), index=True)
    question_id: Mapped[int] = mapped_column(ForeignKey(QUESTION), index=True)
    answer_id: Mapped[int | None] = mapped_column(ForeignKey(ANSWER))
    comment_id: Mapped[int | None] = mapped_column(ForeignKey(COMMENT))
    at: Mapped[datetime]

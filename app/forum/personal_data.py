"""What the forum holds about a person: what they wrote stays for others, what is only theirs can go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.forum.models.answer import Answer, Attachment, Comment, Mention, Revision, Vote, WorkingMark
from app.forum.models.question import Closure, Deflection, Draft, MeToo, Question, QuestionFollow
from app.forum.models.space import TagFollow
from app.kernel.unit_of_work import UnitOfWork

TABLES = frozenset(
    {
        "answers", "attachments", "closures", "comments", "deflections", "deletions", "drafts", "duplicate_links",
        "me_toos", "mentions", "question_follows", "questions", "revisions", "tag_follows", "tag_synonyms", "votes",
        "working_marks",
    }
)  # fmt: skip
"""Tables that point to a person."""

_EXPORTED: Mapping[str, tuple[InstrumentedAttribute[Any], tuple[str, ...]]] = {
    "questions": (Question.asker_id, ("id", "title", "body", "impact", "asked_at", "deleted_at")),
    "answers": (Answer.author_id, ("id", "question_id", "body", "posted_at", "deleted_at")),
    "comments": (Comment.author_id, ("id", "question_id", "answer_id", "body", "posted_at", "deleted_at")),
    "edits": (Revision.author_id, ("question_id", "answer_id", "comment_id", "number", "body", "summary", "at")),
    "votes": (Vote.user_id, ("question_id", "answer_id", "value", "cast_at")),
    "me_toos": (MeToo.user_id, ("question_id", "since")),
    "worked_for_me": (WorkingMark.user_id, ("answer_id", "since")),
    "followed_questions": (QuestionFollow.user_id, ("question_id", "since")),
    "followed_tags": (TagFollow.user_id, ("tag_id", "since")),
    "drafts": (Draft.user_id, ("place", "fields", "saved_at")),
    "solved_while_asking": (Deflection.user_id, ("question_id", "typed", "at")),
    "mentions": (Mention.user_id, ("question_id", "answer_id", "comment_id", "by_id", "at")),
    "files": (Attachment.uploader_id, ("key", "name", "media_type", "size_bytes", "uploaded_at", "deleted_at")),
}
_ONLY_THEIRS: tuple[InstrumentedAttribute[Any], ...] = (
    Draft.user_id,
    Mention.user_id,
    QuestionFollow.user_id,
    TagFollow.user_id,
)


def export(session: Session, user_id: int) -> Mapping[str, Any]:
    """Return everything a person wrote, uploaded, followed or voted on; instants as ISO 8601."""
    return {name: _rows(session, owner, columns, user_id) for name, (owner, columns) in _EXPORTED.items()}


def erase(uow: UnitOfWork, user_id: int) -> None:
    """Forget what is only about this person. Texts, votes and counts stay, under the name of somebody who left.

    Threads that name them get a new version, so that no kept copy of a page goes on naming them.
    """
    for owner in _ONLY_THEIRS:
        uow.session.execute(delete(owner.class_).where(owner == user_id))
    uow.session.execute(update(Deflection).where(Deflection.user_id == user_id).values(user_id=None, typed=""))
    loose = (Attachment.uploader_id == user_id, Attachment.question_id.is_(None), Attachment.deleted_at.is_(None))
    uow.session.execute(update(Attachment).where(*loose).values(deleted_at=uow.now))
    _renew_threads(uow, user_id)


def _renew_threads(uow: UnitOfWork, user_id: int) -> None:
    """Give every thread that names somebody a new version; locks them in the order of their ids, as others do."""
    named = or_(
        Question.asker_id == user_id,
        Question.id.in_(select(Answer.question_id).where(Answer.author_id == user_id)),
        Question.id.in_(select(Comment.question_id).where(Comment.author_id == user_id)),
        Question.id.in_(select(Closure.question_id).where(Closure.closed_by_id == user_id)),
    )
    uow.session.execute(select(Question.id).where(named).order_by(Question.id).with_for_update()).all()
    renewed = update(Question).where(named).values(version=Question.version + 1)
    uow.session.execute(renewed, execution_options={"synchronize_session": False})


def _rows(
    session: Session, owner: InstrumentedAttribute[Any], columns: tuple[str, ...], user_id: int
) -> list[dict[str, Any]]:
    model: Any = owner.class_
    rows = session.execute(select(*(getattr(model, name) for name in columns)).where(owner == user_id))
    return [{name: _plain(value) for name, value in zip(columns, row, strict=True)} for row in rows]


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value

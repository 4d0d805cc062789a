"""Who took a post away and why, for those who may know."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.forum.models.answer import Deletion
from app.forum.models.question import Question
from app.forum.permissions import can_restore_question
from app.identity.contract import people
from app.kernel.actor import Actor
from app.kernel.permissions import Decision

RemovedPost = tuple[int | None, int | None, int | None]
"""The id of a question, of an answer or of a comment; the other two are None."""


@dataclass(frozen=True, slots=True)
class DeletionNote:
    """Who and why."""

    by: str
    reason: str
    may_restore: Decision


def deletion_note(session: Session, actor: Actor, question_id: int) -> DeletionNote | None:
    """Return who deleted a question and why, to its asker and to moderators; None for everybody else."""
    question = session.get(Question, question_id)
    if question is None or not (actor.is_moderator or (actor.id is not None and actor.id == question.asker_id)):
        return None
    row = session.execute(
        select(Deletion.deleted_by_id, Deletion.reason)
        .where(Deletion.question_id == question_id, Deletion.restored_at.is_(None))
        .order_by(Deletion.id.desc())
    ).first()
    if row is None:
        return None
    by = people(session, [row.deleted_by_id])[row.deleted_by_id].name
    return DeletionNote(by, row.reason, can_restore_question(actor, question, row.deleted_by_id))


def reasons_of_removal(session: Session, posts: Collection[RemovedPost]) -> dict[RemovedPost, str]:
    """Map posts that are away to why, in one statement; what came back is not among them.

    The caller knows whom it tells: those who wrote them.
    """
    if not posts:
        return {}
    questions, answers, comments = ({post[at] for post in posts if post[at] is not None} for at in range(3))
    columns = (Deletion.question_id, Deletion.answer_id, Deletion.comment_id)
    of_these = or_(*(column.in_(ids) for column, ids in zip(columns, (questions, answers, comments), strict=True)))
    rows = session.execute(select(*columns, Deletion.reason).where(of_these, Deletion.restored_at.is_(None)))
    return {(row.question_id, row.answer_id, row.comment_id): row.reason for row in rows}

"""Who took a question away and why, for those who may know."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.forum.models.answer import Deletion
from app.forum.models.question import Question
from app.identity.contract import people
from app.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class DeletionNote:
    """Who and why."""

    by: str
    reason: str


def deletion_note(session: Session, actor: Actor, question_id: int) -> DeletionNote | None:
    """Return who deleted a question and why, to its asker and to moderators; None for everybody else."""
    asker_id = session.scalar(select(Question.asker_id).where(Question.id == question_id))
    if not (actor.is_moderator or (actor.id is not None and actor.id == asker_id)):
        return None
    row = session.execute(
        select(Deletion.deleted_by_id, Deletion.reason)
        .where(Deletion.question_id == question_id, Deletion.restored_at.is_(None))
        .order_by(Deletion.id.desc())
    ).first()
    if row is None:
        return None
    return DeletionNote(people(session, [row.deleted_by_id])[row.deleted_by_id].name, row.reason)

"""The last thing that was done to a post, for somebody who came too late to do it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Executable, literal, select
from sqlalchemy.orm import Session

from app.forum.models.answer import Deletion
from app.forum.models.question import Closure, DuplicateLink
from app.identity.contract import Person, people
from app.kernel.actor import Actor
from app.kernel.models import AuditEntry


@dataclass(frozen=True, slots=True)
class LastStep:
    """Who did it, when, and what they said."""

    by: Person
    at: datetime
    note: str
    is_own: bool


def last_step(session: Session, actor: Actor, reason: str, post: str, post_id: int) -> LastStep | None:
    """Return who closed, opened, deleted, restored, linked, moved or split a post last; ``reason`` of ``Overtaken``.

    The caller has shown that the actor may do the same to the post; None when nothing was written down.
    """
    found = session.execute(_STEPS[reason](post, post_id)).first()
    if found is None:
        return None
    by_id, at, note = found
    own = by_id == actor.id and reason != "forum.moved_already"  # a second move of one's own was to another space
    return LastStep(people(session, [by_id])[by_id], at, note, own)


def _closed(_post: str, question_id: int) -> Executable:
    newest = select(Closure.closed_by_id, Closure.closed_at, Closure.note).order_by(Closure.id.desc())
    return newest.where(Closure.question_id == question_id, Closure.reopened_at.is_(None))


def _reopened(_post: str, question_id: int) -> Executable:
    newest = select(Closure.reopened_by_id, Closure.reopened_at, Closure.reopen_note).order_by(Closure.id.desc())
    return newest.where(Closure.question_id == question_id, Closure.reopened_at.is_not(None))


def _deleted(post: str, post_id: int) -> Executable:
    newest = select(Deletion.deleted_by_id, Deletion.deleted_at, Deletion.reason).order_by(Deletion.id.desc())
    return newest.where(_of(post, post_id), Deletion.restored_at.is_(None))


def _restored(post: str, post_id: int) -> Executable:
    newest = select(Deletion.restored_by_id, Deletion.restored_at, literal("")).order_by(Deletion.id.desc())
    return newest.where(_of(post, post_id), Deletion.restored_at.is_not(None))


def _linked(_post: str, question_id: int) -> Executable:
    newest = select(DuplicateLink.linked_by_id, DuplicateLink.linked_at, literal("")).order_by(DuplicateLink.id.desc())
    return newest.where(DuplicateLink.question_id == question_id, DuplicateLink.undone_at.is_(None))


def _moved(_post: str, question_id: int) -> Executable:
    newest = select(AuditEntry.actor_id, AuditEntry.at, literal("")).order_by(AuditEntry.id.desc())
    return newest.where(
        AuditEntry.subject_kind == "question",
        AuditEntry.subject_id == question_id,
        AuditEntry.action == "question.moved",
        AuditEntry.actor_id.is_not(None),
    )


def _split(post: str, post_id: int) -> Executable:
    return select(AuditEntry.actor_id, AuditEntry.at, literal("")).where(
        AuditEntry.subject_kind == post, AuditEntry.subject_id == post_id, AuditEntry.action == f"{post}.split"
    )


def _of(post: str, post_id: int) -> ColumnElement[bool]:
    columns = {"question": Deletion.question_id, "answer": Deletion.answer_id, "comment": Deletion.comment_id}
    return columns[post] == post_id


_STEPS: Mapping[str, Callable[[str, int], Executable]] = {
    "forum.closed_already": _closed,
    "forum.reopened_already": _reopened,
    "forum.deleted_already": _deleted,
    "forum.restored_already": _restored,
    "forum.linked_already": _linked,
    "forum.moved_already": _moved,
    "forum.split_already": _split,
}

"""Close a question, so that it takes no more answers, and open it again."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.forum.access import access_question
from app.forum.events import QuestionClosed, QuestionReopened
from app.forum.models.question import Closure, ClosureReason, Question
from app.forum.permissions import can_close, can_reopen
from app.forum.services.checking import check_note
from app.forum.services.facts import changed, of_thread
from app.forum.services.overtaken import ensure_still
from app.kernel.actor import Actor
from app.kernel.errors import Invalid
from app.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class CloseQuestion:
    """Why the question takes no more answers; ``reason`` is a ``ClosureReason`` other than duplicate."""

    question_id: int
    reason: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReopenQuestion:
    """Why it takes answers again."""

    question_id: int
    note: str = ""


def close_question(uow: UnitOfWork, actor: Actor, command: CloseQuestion) -> Question:
    """Let the question take no more answers; a duplicate is linked to its original instead.

    Raises:
        Invalid: fields ``reason``, ``note``.
        Overtaken: when it is closed or deleted already.

    """
    question = access_question(uow.session, actor, command.question_id, lock=True)
    ensure_still(can_close(actor, question), question)
    if command.reason not in set(ClosureReason):
        raise Invalid("reason", "forum.closure_reason_unknown")
    if command.reason == ClosureReason.DUPLICATE:
        raise Invalid("reason", "forum.duplicate_needs_original")
    shut(uow, actor, question, ClosureReason(command.reason), check_note("note", command.note))
    return question


def reopen_question(uow: UnitOfWork, actor: Actor, command: ReopenQuestion) -> Question:
    """Let the question take answers again.

    Raises:
        Invalid: field ``note``.
        Overtaken: when it is open already, deleted, or linked as the same as another.

    """
    question = access_question(uow.session, actor, command.question_id, lock=True)
    ensure_still(can_reopen(actor, question), question)
    reopen(uow, actor, question, check_note("note", command.note))
    return question


def shut(uow: UnitOfWork, actor: Actor, question: Question, reason: ClosureReason, note: str = "") -> None:
    """Close an open question; the caller holds its lock and has asked for permission."""
    question.closed_at = uow.now
    uow.session.add(
        Closure(question_id=question.id, reason=reason, note=note, closed_by_id=actor.user_id, closed_at=uow.now)
    )
    changed(question)
    uow.audit(actor, "question.closed", "question", question.id, reason=note, because=reason)
    uow.record(QuestionClosed(**of_thread(uow, actor, question), reason=reason))


def reopen(uow: UnitOfWork, actor: Actor, question: Question, note: str = "") -> None:
    """Open a closed question; the caller holds its lock and has asked for permission."""
    closure = uow.session.scalars(
        select(Closure).where(Closure.question_id == question.id, Closure.reopened_at.is_(None))
    ).first()
    if closure is not None:
        closure.reopened_at, closure.reopened_by_id, closure.reopen_note = uow.now, actor.user_id, note
    question.closed_at = None
    changed(question)
    uow.audit(actor, "question.reopened", "question", question.id, reason=note)
    uow.record(QuestionReopened(**of_thread(uow, actor, question)))

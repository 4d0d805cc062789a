"""Say that a question is the same as another; join them with their people, and take it back."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.forum.access import access_question, access_questions
from app.forum.events import DuplicateLinked, DuplicateUnlinked, MeTooChanged
from app.forum.models.question import Closure, ClosureReason, DuplicateLink, MeToo, Question, QuestionFollow
from app.forum.models.space import Space, Visibility
from app.forum.permissions import can_link_duplicate, can_merge
from app.forum.services.closing import reopen, shut
from app.forum.services.facts import changed, of_thread
from app.forum.services.overtaken import Overtaken, ensure_still
from app.forum.services.rows import add_once
from app.kernel.actor import Actor
from app.kernel.errors import Invalid
from app.kernel.permissions import ensure
from app.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class LinkDuplicate:
    """The question is the same as ``original_id``; with ``merge`` it redirects there and its people go along."""

    question_id: int
    original_id: int
    merge: bool = False


@dataclass(frozen=True, slots=True)
class UnlinkDuplicate:
    """The question stands for itself again."""

    question_id: int


def link_duplicate(uow: UnitOfWork, actor: Actor, command: LinkDuplicate) -> Question:
    """Close a question as the same as another. A link to a duplicate becomes a link to what that one is the same as.

    Raises:
        Invalid: field ``original_id``, when the two are the same question, already through other links, or when
            joining them would send people to what they may not read.
        Overtaken: when somebody else has linked it meanwhile, or one of the two was deleted.

    """
    original_id = end_of_chain(uow.session, command.original_id)
    if original_id == command.question_id:
        raise Invalid("original_id", "forum.duplicate_of_itself")
    question, original = access_questions(uow.session, actor, command.question_id, original_id)
    ensure_still((can_merge if command.merge else can_link_duplicate)(actor, question), question)
    _refuse_moving_target(original)
    if command.merge:
        _refuse_hiding(uow.session, question, original)
    if question.duplicate_of_id == original.id and (question.merged_at is not None) >= command.merge:
        return _linked_before(uow, actor, question)
    if question.merged_at is not None or question.duplicate_of_id not in {None, original.id}:
        raise Overtaken("forum.linked_already", question)
    _undo_standing_links(uow, question)
    question.duplicate_of_id = original.id
    uow.session.add(
        DuplicateLink(
            question_id=question.id,
            original_id=original.id,
            linked_by_id=actor.user_id,
            linked_at=uow.now,
            merged=command.merge,
        )
    )
    if question.closed_at is None:
        shut(uow, actor, question, ClosureReason.DUPLICATE)
    if command.merge:
        question.merged_at = uow.now
        _bring_people(uow, actor, question, original)
    changed(question)
    changed(original)
    uow.audit(actor, "question.merged" if command.merge else "question.linked", "question", question.id)
    uow.record(DuplicateLinked(**of_thread(uow, actor, question), original_id=original.id, merged=command.merge))
    return question


def unlink_duplicate(uow: UnitOfWork, actor: Actor, command: UnlinkDuplicate) -> Question:
    """Let a question stand for itself, with the people it had; they stay with the original too.

    It takes answers again, unless it was closed for another reason. Without effect when it is no duplicate.
    """
    question = access_question(uow.session, actor, command.question_id, lock=True)
    ensure((can_link_duplicate if question.merged_at is None else can_merge)(actor, question))
    if question.duplicate_of_id is None:
        return question
    original_id, question.duplicate_of_id, question.merged_at = question.duplicate_of_id, None, None
    _undo_standing_links(uow, question)
    if question.closed_at is not None and _closed_by_link(uow, question):
        reopen(uow, actor, question)
    changed(question)
    uow.audit(actor, "question.unlinked", "question", question.id)
    uow.record(DuplicateUnlinked(**of_thread(uow, actor, question), original_id=original_id))
    return question


def end_of_chain(session: Session, question_id: int) -> int:
    """Follow «same as» to the question that stands for itself; a chain cannot come back on itself."""
    while (further := session.scalar(select(Question.duplicate_of_id).where(Question.id == question_id))) is not None:
        question_id = further
    return question_id


def _refuse_moving_target(original: Question) -> None:
    """Look again under the locks: the original may have become a duplicate meanwhile, even of this question."""
    if original.duplicate_of_id is not None:
        raise Overtaken("forum.linked_already", original)
    if original.deleted_at is not None:
        raise Overtaken("forum.deleted_already", original)


def _refuse_hiding(session: Session, question: Question, original: Question) -> None:
    """Let nobody be sent to, and be told of, what they may not read."""
    ids = (question.space_id, original.space_id)
    found = {
        row.id: row.visibility for row in session.execute(select(Space.id, Space.visibility).where(Space.id.in_(ids)))
    }
    here, there = found[question.space_id], found[original.space_id]
    open_enough = there == Visibility.PUBLIC or (there == Visibility.INTERNAL and here != Visibility.PUBLIC)
    if question.space_id != original.space_id and not open_enough:
        raise Invalid("original_id", "forum.original_is_hidden")


def _linked_before(uow: UnitOfWork, actor: Actor, question: Question) -> Question:
    """Let somebody who repeats themselves be, and tell everybody else that it is done."""
    standing = select(DuplicateLink.linked_by_id).where(
        DuplicateLink.question_id == question.id, DuplicateLink.undone_at.is_(None)
    )
    if uow.session.scalars(standing.order_by(DuplicateLink.id.desc())).first() != actor.id:
        raise Overtaken("forum.linked_already", question)
    return question


def _closed_by_link(uow: UnitOfWork, question: Question) -> bool:
    """Tell whether being the same as another is why it is closed: another reason takes the privilege to reopen."""
    standing = select(Closure.reason).where(Closure.question_id == question.id, Closure.reopened_at.is_(None))
    return uow.session.scalar(standing) == ClosureReason.DUPLICATE


def _undo_standing_links(uow: UnitOfWork, question: Question) -> None:
    standing = select(DuplicateLink).where(DuplicateLink.question_id == question.id, DuplicateLink.undone_at.is_(None))
    for link in uow.session.scalars(standing):
        link.undone_at = uow.now


def _bring_people(uow: UnitOfWork, actor: Actor, question: Question, original: Question) -> None:
    """Bring followers, me-toos and the asker to the original, nobody twice; its own asker is no me-too.

    They stay on the question's own list, which nobody is shown while it leads elsewhere: taken back, it has them again.
    """
    session = uow.session
    followers = set(session.scalars(select(QuestionFollow.user_id).where(QuestionFollow.question_id == question.id)))
    affected = set(session.scalars(select(MeToo.user_id).where(MeToo.question_id == question.id)))
    followers |= affected | {question.asker_id}
    affected = (affected | {question.asker_id}) - {original.asker_id}
    _add_people(uow, QuestionFollow, original, followers)
    new = _add_people(uow, MeToo, original, affected)
    if new:
        original.me_too_count += new
        uow.record(MeTooChanged(**of_thread(uow, actor, original), me_too_count=original.me_too_count, added=True))


def _add_people(uow: UnitOfWork, model: type[MeToo | QuestionFollow], question: Question, user_ids: set[int]) -> int:
    rows = [{"question_id": question.id, "user_id": i, "since": uow.now} for i in sorted(user_ids)]
    return add_once(uow.session, model, rows)

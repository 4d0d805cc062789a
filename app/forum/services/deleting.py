"""Take a post away, and bring it back. Nothing is erased: a deleted post is hidden, with who did it and why.

Who comes too late for either is told so: ``Overtaken``.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, select

from app.forum.access import access_answer, access_comment, access_question
from app.forum.events import (
    AnswerDeleted,
    AnswerRestored,
    AskBackDropped,
    CommentDeleted,
    CommentRestored,
    QuestionDeleted,
    QuestionRestored,
)
from app.forum.models.answer import Answer, Comment, Deletion
from app.forum.models.question import Question
from app.forum.permissions import (
    can_delete_answer,
    can_delete_comment,
    can_delete_question,
    can_restore_answer,
    can_restore_comment,
    can_restore_question,
)
from app.forum.services.accepting import unaccept
from app.forum.services.checking import check_note
from app.forum.services.facts import changed, of_answer, of_thread, stop_waiting
from app.forum.services.overtaken import ensure_still
from app.forum.services.tagging import count_tags, tags_of
from app.kernel.actor import Actor
from app.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class DeleteQuestion:
    """Hide a whole thread."""

    question_id: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DeleteAnswer:
    """Hide one answer with its comments."""

    answer_id: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DeleteComment:
    """Hide one comment."""

    comment_id: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RestoreQuestion:
    """Bring a thread back."""

    question_id: int


@dataclass(frozen=True, slots=True)
class RestoreAnswer:
    """Bring an answer back."""

    answer_id: int


@dataclass(frozen=True, slots=True)
class RestoreComment:
    """Bring a comment back."""

    comment_id: int


def delete_question(uow: UnitOfWork, actor: Actor, command: DeleteQuestion) -> Question:
    """Hide a thread from everybody but its asker and moderators.

    Raises:
        Invalid: field ``note``, when somebody else than its asker does not say why.

    """
    question = access_question(uow.session, actor, command.question_id, lock=True)
    ensure_still(can_delete_question(actor, question), question)
    question.deleted_at = uow.now
    count_tags(uow.session, [tag.id for tag in tags_of(uow.session, question.id)], -1)
    _note_deletion(uow, actor, question, command.reason)
    changed(question)
    uow.record(QuestionDeleted(**of_thread(uow, actor, question)))
    return question


def restore_question(uow: UnitOfWork, actor: Actor, command: RestoreQuestion) -> Question:
    """Show a thread again."""
    question = access_question(uow.session, actor, command.question_id, lock=True)
    deletion = _standing(uow, question)
    ensure_still(can_restore_question(actor, question, deletion.deleted_by_id if deletion else None), question)
    question.deleted_at = None
    count_tags(uow.session, [tag.id for tag in tags_of(uow.session, question.id)], +1)
    _note_return(uow, actor, question, deletion)
    changed(question)
    uow.record(QuestionRestored(**of_thread(uow, actor, question)))
    return question


def delete_answer(uow: UnitOfWork, actor: Actor, command: DeleteAnswer) -> Answer:
    """Hide an answer; if it was the accepted one, the question is unsolved again.

    An ask-back under it is hidden with it: the question waits no longer for what nobody sees.

    Raises:
        Invalid: field ``note``, when somebody else than its author does not say why.

    """
    question, answer = access_answer(uow.session, actor, command.answer_id, lock=True)
    ensure_still(can_delete_answer(actor, answer), answer)
    if question.accepted_answer_id == answer.id:
        unaccept(uow, actor, question, answer)
    _note_deletion(uow, actor, answer, command.reason)
    hide_answer(uow, actor, question, answer)
    return answer


def hide_answer(uow: UnitOfWork, actor: Actor, question: Question, answer: Answer) -> None:
    """Let an answer be away, with the ask-backs under it; the caller holds the lock and has written down why."""
    answer.deleted_at = uow.now
    question.answer_count -= 1
    changed(question)
    uow.record(AnswerDeleted(**of_answer(uow, actor, question, answer), became_id=answer.became_question_id))
    uow.session.flush()
    asked_back = uow.session.scalar(select(func.max(Comment.id)).where(Comment.answer_id == answer.id, _ASKS_BACK))
    if asked_back is not None:
        _drop_ask_back(uow, actor, question, asked_back)


def restore_answer(uow: UnitOfWork, actor: Actor, command: RestoreAnswer) -> Answer:
    """Show an answer again; an acceptance it had does not come back by itself."""
    question, answer = access_answer(uow.session, actor, command.answer_id, lock=True)
    deletion = _standing(uow, answer)
    ensure_still(can_restore_answer(actor, answer, deletion.deleted_by_id if deletion else None), answer)
    answer.deleted_at = None
    question.answer_count += 1
    _note_return(uow, actor, answer, deletion)
    changed(question)
    uow.record(AnswerRestored(**of_answer(uow, actor, question, answer)))
    return answer


def delete_comment(uow: UnitOfWork, actor: Actor, command: DeleteComment) -> Comment:
    """Hide a comment; the question stops waiting for its asker when nobody's ask-back stands any more.

    Raises:
        Invalid: field ``note``, when somebody else than its author does not say why.

    """
    question, answer, comment = access_comment(uow.session, actor, command.comment_id, lock=True)
    ensure_still(can_delete_comment(actor, comment), comment)
    _note_deletion(uow, actor, comment, command.reason)
    hide_comment(uow, actor, question, answer, comment)
    return comment


def hide_comment(uow: UnitOfWork, actor: Actor, question: Question, answer: Answer | None, comment: Comment) -> None:
    """Let a comment be away; the caller holds the lock and has written down why."""
    comment.deleted_at = uow.now
    (question if answer is None else answer).comment_count -= 1
    changed(question)
    facts, became_id = of_thread(uow, actor, question), comment.became_question_id
    uow.record(CommentDeleted(**facts, comment_id=comment.id, answer_id=comment.answer_id, became_id=became_id))
    if comment.asks_back:
        _drop_ask_back(uow, actor, question, comment.id)


def restore_comment(uow: UnitOfWork, actor: Actor, command: RestoreComment) -> Comment:
    """Show a comment again; a question that waited for its asker because of it does not begin to wait anew."""
    question, answer, comment = access_comment(uow.session, actor, command.comment_id, lock=True)
    deletion = _standing(uow, comment)
    ensure_still(can_restore_comment(actor, comment, deletion.deleted_by_id if deletion else None), comment)
    comment.deleted_at = None
    (question if answer is None else answer).comment_count += 1
    _note_return(uow, actor, comment, deletion)
    changed(question)
    uow.record(CommentRestored(**of_thread(uow, actor, question), comment_id=comment.id, answer_id=comment.answer_id))
    return comment


_ASKS_BACK: ColumnElement[bool] = Comment.asks_back & Comment.deleted_at.is_(None)


def _drop_ask_back(uow: UnitOfWork, actor: Actor, question: Question, comment_id: int) -> None:
    """Stop waiting for the asker when no ask-back stands any more; ``comment_id`` is the one that went."""
    if not _still_asked_back(uow, question) and stop_waiting(question):
        uow.record(AskBackDropped(**of_thread(uow, actor, question), comment_id=comment_id))


def _still_asked_back(uow: UnitOfWork, question: Question) -> bool:
    since = question.waiting_for_asker_since
    if since is None:
        return False
    uow.session.flush()
    shown = select(Answer.id).where(Answer.question_id == question.id, Answer.deleted_at.is_(None))
    standing = exists().where(
        Comment.question_id == question.id,
        _ASKS_BACK,
        Comment.answer_id.is_(None) | Comment.answer_id.in_(shown),
        Comment.posted_at >= since,
    )
    return bool(uow.session.scalar(select(standing)))


def _note_deletion(uow: UnitOfWork, actor: Actor, post: Question | Answer | Comment, reason: str) -> None:
    by_others = actor.id != (post.asker_id if isinstance(post, Question) else post.author_id)
    reason = check_note("note", reason, required=by_others)
    kind = _kind(post)
    uow.session.add(
        Deletion(
            question_id=post.id if kind == "question" else None,
            answer_id=post.id if kind == "answer" else None,
            comment_id=post.id if kind == "comment" else None,
            deleted_by_id=actor.user_id,
            deleted_at=uow.now,
            reason=reason,
        )
    )
    if by_others:
        uow.audit(actor, f"{kind}.deleted", kind, post.id, reason=reason)


def _note_return(uow: UnitOfWork, actor: Actor, post: Question | Answer | Comment, deletion: Deletion | None) -> None:
    if deletion is not None:
        deletion.restored_at, deletion.restored_by_id = uow.now, actor.user_id
    uow.audit(actor, f"{_kind(post)}.restored", _kind(post), post.id)


def _standing(uow: UnitOfWork, post: Question | Answer | Comment) -> Deletion | None:
    columns = {"question": Deletion.question_id, "answer": Deletion.answer_id, "comment": Deletion.comment_id}
    standing = select(Deletion).where(columns[_kind(post)] == post.id, Deletion.restored_at.is_(None))
    return uow.session.scalars(standing).first()


def _kind(post: Question | Answer | Comment) -> str:
    return type(post).__name__.lower()

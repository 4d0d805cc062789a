"""Comment on a question or on one of its answers; ask back and reply."""

from __future__ import annotations

from dataclasses import dataclass

from app.forum.access import access_answer, access_comment, access_question
from app.forum.events import AskedBack, CommentEdited, CommentPosted
from app.forum.models.answer import Answer, Comment, Revision
from app.forum.models.question import Question
from app.forum.permissions import can_ask_back, can_comment, can_edit_comment
from app.forum.services.checking import check_body
from app.forum.services.drafting import discard_draft
from app.forum.services.facts import active, hear_asker, of_thread
from app.forum.services.publishing import claim_files, publish_text, tell_mentioned
from app.forum.services.revising import EditConflict
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.permissions import ensure
from app.kernel.unit_of_work import UnitOfWork
from app.text.contract import RichText


@dataclass(frozen=True, slots=True)
class PostComment:
    """A remark; ``asks_back`` when its writer needs something from the asker before they can help."""

    question_id: int
    answer_id: int | None
    body: RichText
    asks_back: bool = False


@dataclass(frozen=True, slots=True)
class EditComment:
    """A new text for a comment; ``revision`` is the number of the text that the editor started from."""

    comment_id: int
    revision: int
    body: RichText


def post_comment(uow: UnitOfWork, actor: Actor, command: PostComment) -> Comment:
    """Publish a comment; one of the asker's ends the waiting for them, one that asks back begins it.

    Raises:
        Invalid: field ``body``.

    """
    question, answer = _load_place(uow, actor, command)
    ensure(can_comment(actor, question, answer))
    if command.asks_back:
        ensure(can_ask_back(actor, question))
    check_body(actor, command.body)
    comment = Comment(
        question_id=question.id,
        answer_id=command.answer_id,
        author_id=actor.user_id,
        body=command.body.source,
        body_html=command.body.html,
        renderer=command.body.renderer,
        posted_at=uow.now,
        asks_back=command.asks_back,
    )
    uow.session.add(comment)
    (question if answer is None else answer).comment_count += 1
    active(question, uow.now)
    uow.session.flush()
    uow.record(CommentPosted(**of_thread(uow, actor, question), comment_id=comment.id, answer_id=comment.answer_id))
    hear_asker(uow, actor, question, comment.id)
    if command.asks_back:
        _wait_for_asker(uow, actor, question, comment)
    place = f"comment:{question.id}" if answer is None else f"comment:{question.id}:{answer.id}"
    publish_text(uow, actor, question, command.body, answer_id=command.answer_id, comment_id=comment.id, draft=place)
    return comment


def edit_comment(uow: UnitOfWork, actor: Actor, command: EditComment) -> Comment:
    """Change a comment's text; the old one stays in its history.

    Raises:
        EditConflict: when somebody changed it since the editor started.
        Invalid: field ``body``.

    """
    question, _, comment = access_comment(uow.session, actor, command.comment_id, lock=True)
    ensure(can_edit_comment(actor, comment))
    if comment.revision != command.revision:
        raise EditConflict(comment.revision, comment.body)
    check_body(actor, command.body)
    discard_draft(uow, actor, f"edit-comment:{comment.id}")
    if command.body.source == comment.body:
        return comment
    if comment.revision == 1:
        uow.session.add(
            Revision(
                comment_id=comment.id, number=1, author_id=comment.author_id, at=comment.posted_at, body=comment.body
            )
        )
    comment.revision += 1
    comment.body, comment.body_html = command.body.source, command.body.html
    comment.renderer, comment.edited_at = command.body.renderer, uow.now
    uow.session.add(
        Revision(comment_id=comment.id, number=comment.revision, author_id=actor.user_id, at=uow.now, body=comment.body)
    )
    active(question, uow.now)
    if actor.id != comment.author_id:
        uow.audit(actor, "comment.edited", "comment", comment.id)
    uow.record(CommentEdited(**of_thread(uow, actor, question), comment_id=comment.id, answer_id=comment.answer_id))
    tell_mentioned(uow, actor, question, command.body, answer_id=comment.answer_id, comment_id=comment.id)
    claim_files(uow, actor, question.id, command.body.files)
    return comment


def _load_place(uow: UnitOfWork, actor: Actor, command: PostComment) -> tuple[Question, Answer | None]:
    if command.answer_id is None:
        return access_question(uow.session, actor, command.question_id, lock=True), None
    question, answer = access_answer(uow.session, actor, command.answer_id, lock=True)
    if question.id != command.question_id:
        raise NotFound
    return question, answer


def _wait_for_asker(uow: UnitOfWork, actor: Actor, question: Question, comment: Comment) -> None:
    question.waiting_for_asker_since = question.waiting_for_asker_since or uow.now
    question.asked_back_by_id = actor.user_id
    uow.record(AskedBack(**of_thread(uow, actor, question), comment_id=comment.id, answer_id=comment.answer_id))

"""Make an answer or a comment that asks something of its own a question of its own, by whoever wrote it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update

from app.forum.access import access_answer, access_comment, access_space
from app.forum.events import QuestionAsked, QuestionSplitOff
from app.forum.models.answer import Answer, Attachment, Comment, Mention
from app.forum.models.question import Question
from app.forum.permissions import can_post_in, can_split
from app.forum.services.asking import check_impact
from app.forum.services.checking import check_tags, check_title
from app.forum.services.deleting import hide_answer, hide_comment
from app.forum.services.facts import of_thread
from app.forum.services.overtaken import ensure_still
from app.forum.services.publishing import follow
from app.forum.services.tagging import resolve_tags, set_tags
from app.kernel.actor import Actor
from app.kernel.permissions import ensure
from app.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class SplitPost:
    """Give an answer, or a comment, a sentence of its own; the other id is None. ``tags`` as typed."""

    answer_id: int | None
    comment_id: int | None
    title: str
    impact: str
    tags: tuple[str, ...] = ()


def split_post(uow: UnitOfWork, actor: Actor, command: SplitPost) -> Question:
    """Ask in the author's name what a post asks, in the same space; the post is away, and the thread says where to.

    Its text, files and mentions go along, and so does what others said below an answer, unless it asks the first asker
    back. Votes stay behind and give nothing any more. The promise begins now.

    Raises:
        Invalid: fields ``title``, ``tags``, ``impact``.
        Denied: when the actor may not, or the post is one that stays where it is.
        Overtaken: when somebody else was faster, or the post was taken away.

    """
    place, answer, comment = _load(uow, actor, command)
    post = answer if comment is None else comment
    assert post is not None  # the command names one of the two
    ensure_still(can_split(actor, place, post), post)
    ensure(can_post_in(actor, access_space(uow.session, actor, place.space_id)))
    title, slugs = check_title(command.title), check_tags(command.tags)
    question = Question(
        space_id=place.space_id,
        asker_id=post.author_id,
        title=title,
        body=post.body,
        body_html=post.body_html,
        renderer=post.renderer,
        language=place.language if isinstance(post, Comment) else post.language,
        impact=check_impact(command.impact),
        asked_at=uow.now,
        active_at=uow.now,
        split_from_id=place.id,
    )
    uow.session.add(question)
    uow.session.flush()
    set_tags(uow.session, question, resolve_tags(uow, slugs))
    post.became_question_id = question.id
    said = [] if isinstance(post, Comment) else _move_comments(uow, post, question)
    _move_mentions(uow, post, said, question)
    _move_files(uow, [post.body, *(each.body for each in said)], question)
    for user_id in sorted({post.author_id, *(each.author_id for each in said)}):
        follow(uow, question.id, user_id)
    if isinstance(post, Comment):
        hide_comment(uow, actor, place, answer, post)
    else:
        hide_answer(uow, actor, place, post)
    kind = type(post).__name__.lower()
    uow.audit(actor, f"{kind}.split", kind, post.id, question_id=question.id)
    facts = of_thread(uow, actor, question)
    uow.record(QuestionSplitOff(**facts, from_question_id=place.id))
    facts["by_id"] = question.asker_id
    uow.record(QuestionAsked(**facts, impact=question.impact))
    return question


def _load(uow: UnitOfWork, actor: Actor, command: SplitPost) -> tuple[Question, Answer | None, Comment | None]:
    if command.comment_id is not None:
        return access_comment(uow.session, actor, command.comment_id, lock=True, even_split=True)
    assert command.answer_id is not None  # the command names one of the two
    return *access_answer(uow.session, actor, command.answer_id, lock=True, even_split=True), None


def _move_comments(uow: UnitOfWork, answer: Answer, question: Question) -> list[Comment]:
    """Bring what was said below an answer under its question and return it, oldest first."""
    below = select(Comment).where(Comment.answer_id == answer.id, Comment.deleted_at.is_(None), ~Comment.asks_back)
    said = list(uow.session.scalars(below.order_by(Comment.id)))
    for comment in said:
        comment.question_id, comment.answer_id = question.id, None
    answer.comment_count -= len(said)
    question.comment_count = len(said)
    return said


def _move_mentions(uow: UnitOfWork, post: Answer | Comment, said: list[Comment], question: Question) -> None:
    """Let people be named where the texts are that name them."""
    here = Mention.comment_id == post.id
    if isinstance(post, Answer):
        here = (Mention.answer_id == post.id) & Mention.comment_id.is_(None)
    moved = {"question_id": question.id, "answer_id": None}
    uow.session.execute(update(Mention).where(here).values(**moved, comment_id=None))
    if said:
        uow.session.execute(update(Mention).where(Mention.comment_id.in_([each.id for each in said])).values(**moved))


def _move_files(uow: UnitOfWork, texts: list[str], question: Question) -> None:
    """Give the files that the texts name to the question; ``access_attachment`` still finds them in the old thread."""
    files = select(Attachment).where(Attachment.question_id == question.split_from_id)
    for file in uow.session.scalars(files):
        if any(file.key in text for text in texts):
            file.question_id = question.id

"""The only way to get a forum row by id: visibility first, lock if asked.

The question's row is the lock of its whole thread: whoever changes an answer, a comment or a count holds it. A service
that needs two questions takes them through ``access_questions``, which locks in the order of their ids.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from app.forum.models.answer import Answer, Attachment, Comment, Revision
from app.forum.models.question import Question, QuestionTag
from app.forum.models.space import Space, SpaceTag, Tag
from app.forum.permissions import can_see_answer, can_see_comment, can_see_question, can_see_space
from app.kernel.actor import Actor
from app.kernel.errors import NotFound

_QUESTION_OF_ANSWER = select(Question).where(
    Question.id == select(Answer.question_id).where(Answer.id == bindparam("answer_id")).scalar_subquery()
)
_QUESTION_OF_ANSWER_LOCKED = _QUESTION_OF_ANSWER.with_for_update().execution_options(populate_existing=True)
# built once: putting a statement together costs more than running it


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the SQL twin of ``can_see_question`` for lists: readable space, not deleted, whoever asks."""
    alive = Question.deleted_at.is_(None)
    return alive if actor.is_system else Question.space_id.in_(actor.space_ids) & alive


def known_to(actor: Actor) -> ColumnElement[bool]:
    """Select tags of questions and spaces that the actor may read; the words of a private space are private too.

    A tag that no question has is everybody's, unless a deleted one elsewhere had it or a space elsewhere suggests it.
    """
    suggested = exists().where(SpaceTag.tag_id == Tag.id, SpaceTag.space_id.in_(actor.space_ids))
    return or_(used_where_read(actor), suggested, (Tag.question_count == 0) & ~_stands_elsewhere(actor))


def _stands_elsewhere(actor: Actor) -> ColumnElement[bool]:
    hidden = Question.space_id.not_in(actor.space_ids), SpaceTag.space_id.not_in(actor.space_ids)
    return or_(
        exists().where(QuestionTag.tag_id == Tag.id, Question.id == QuestionTag.question_id, hidden[0]),
        exists().where(SpaceTag.tag_id == Tag.id, hidden[1]),
    )


def used_where_read(actor: Actor) -> ColumnElement[bool]:
    """Select tags of questions that the actor may read."""
    return exists().where(QuestionTag.tag_id == Tag.id, Question.id == QuestionTag.question_id, visible_to(actor))


def access_question(session: Session, actor: Actor, question_id: int, *, lock: bool = False) -> Question:
    """Return a question this actor may know about.

    Raises:
        NotFound: when it is absent or hidden; the two look alike, so that an id cannot be probed.

    """
    question = session.get(Question, question_id, with_for_update=lock or None, populate_existing=lock)
    if question is None or not can_see_question(actor, question):
        raise NotFound
    return question


def access_questions(session: Session, actor: Actor, first_id: int, second_id: int) -> tuple[Question, Question]:
    """Lock two questions in the order of their ids and return them in the order they were asked for.

    Raises:
        NotFound: when one of them is absent or hidden.

    """
    rows = {i: access_question(session, actor, i, lock=True) for i in sorted({first_id, second_id})}
    return rows[first_id], rows[second_id]


def access_answer(
    session: Session, actor: Actor, answer_id: int, *, lock: bool = False, even_split: bool = False
) -> tuple[Question, Answer]:
    """Return the question and the answer; with ``lock`` the question's row is held before the answer is read.

    ``even_split`` finds what became a question of its own, too: the thread says so to everybody.

    Raises:
        NotFound: when the answer or its question is absent or hidden.

    """
    query = _QUESTION_OF_ANSWER_LOCKED if lock else _QUESTION_OF_ANSWER
    question = session.scalars(query, {"answer_id": answer_id}).first()
    if question is None or not can_see_question(actor, question):
        raise NotFound
    answer = session.get_one(Answer, answer_id, populate_existing=lock)
    if not can_see_answer(actor, answer) and not (even_split and answer.became_question_id):
        raise NotFound
    return question, answer


def access_comment(
    session: Session, actor: Actor, comment_id: int, *, lock: bool = False, even_split: bool = False
) -> tuple[Question, Answer | None, Comment]:
    """Return the question, the answer commented on (None for the question itself) and the comment; as for an answer.

    Raises:
        NotFound: when any of them is absent or hidden.

    """
    row = session.execute(select(Comment.question_id, Comment.answer_id).where(Comment.id == comment_id)).first()
    if row is None:
        raise NotFound
    question = access_question(session, actor, row.question_id, lock=lock)
    answer = None if row.answer_id is None else session.get_one(Answer, row.answer_id, populate_existing=lock)
    comment = session.get_one(Comment, comment_id, populate_existing=lock)
    shown = can_see_comment(actor, comment) or (even_split and comment.became_question_id)
    if not shown or (answer is not None and not can_see_answer(actor, answer)):
        raise NotFound
    return question, answer, comment


def access_space(session: Session, actor: Actor, space_id: int, *, lock: bool = False) -> Space:
    """Return a space this actor may read.

    Raises:
        NotFound: when it is absent or hidden.

    """
    space = session.get(Space, space_id, with_for_update=lock or None)
    if space is None or not can_see_space(actor, space.id):
        raise NotFound
    return space


def access_space_by_slug(session: Session, actor: Actor, slug: str) -> Space:
    """Return the space with this name in its address.

    Raises:
        NotFound: when it is absent or hidden.

    """
    space = session.scalars(select(Space).where(Space.slug == slug)).first()
    if space is None or not can_see_space(actor, space.id):
        raise NotFound
    return space


def access_tag(session: Session, tag_id: int, *, lock: bool = False) -> Tag:
    """Return a tag; tags are everybody's.

    Raises:
        NotFound: when there is none with this id.

    """
    tag = session.get(Tag, tag_id, with_for_update=lock or None)
    if tag is None:
        raise NotFound
    return tag


def access_attachment(session: Session, actor: Actor, key: str) -> Attachment:
    """Return a file that a text this actor may read names, or one they uploaded themselves.

    A file goes with its texts: when the only answer or comment that names it is taken away, its readers no longer get
    it. Earlier texts count while the history shows them.

    Raises:
        NotFound: when it is absent, deleted or hidden.

    """
    attachment = session.scalars(select(Attachment).where(Attachment.key == key)).first()
    if attachment is None or attachment.deleted_at is not None:
        raise NotFound
    own = not actor.is_anonymous and actor.id == attachment.uploader_id
    if attachment.question_id is None:
        if not own:
            raise NotFound
        return attachment
    question = access_question(session, actor, attachment.question_id)
    trusted = own or actor.is_moderator or (attachment.for_agents and actor.is_agent)
    if not (trusted or _is_named(session, actor, question, key) or _is_named_before(session, actor, question, key)):
        raise NotFound
    return attachment


def _is_named_before(session: Session, actor: Actor, question: Question, key: str) -> bool:
    """Tell whether the question that this one was split from still names a file that went along."""
    before = None if question.split_from_id is None else session.get(Question, question.split_from_id)
    return before is not None and bool(can_see_question(actor, before)) and _is_named(session, actor, before, key)


def _is_named(session: Session, actor: Actor, question: Question, key: str) -> bool:
    """Tell whether a text of a question that this actor may see, or an earlier one of it, names a file."""
    if key in question.body:
        return True
    question_id = question.id
    answers = select(Answer.id).where(Answer.question_id == question_id, _stands(Answer, actor))
    comments = select(Comment.id).where(
        Comment.question_id == question_id,
        _stands(Comment, actor),
        Comment.answer_id.is_(None) | Comment.answer_id.in_(answers),
    )
    of_thread = (
        (Revision.question_id == question_id) | Revision.answer_id.in_(answers) | Revision.comment_id.in_(comments)
    )
    texts = (
        select(Answer.id).where(Answer.id.in_(answers), Answer.body.contains(key, autoescape=True)),
        select(Comment.id).where(Comment.id.in_(comments), Comment.body.contains(key, autoescape=True)),
        select(Revision.id).where(of_thread, Revision.body.contains(key, autoescape=True)),
    )
    return any(session.scalar(text.limit(1)) is not None for text in texts)


def _stands(post: type[Answer | Comment], actor: Actor) -> ColumnElement[bool]:
    """Return the SQL twin of ``can_see_answer`` and ``can_see_comment`` for who is no moderator."""
    return post.deleted_at.is_(None) | (post.author_id == actor.id)

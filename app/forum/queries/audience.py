"""Who has to do with a thread, for whoever tells people about it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Integer, bindparam, literal, select, union_all
from sqlalchemy.orm import Session

from app.forum.models.answer import Answer, Comment, Mention
from app.forum.models.question import Question, QuestionFollow, QuestionTag
from app.forum.models.space import Space, SpaceGroup, TagFollow, Visibility
from app.identity.contract import members_among
from app.kernel.database import fetch


@dataclass(frozen=True, slots=True)
class Audience:
    """The people of one thread, and of one post in it where the caller named one."""

    title: str
    space_id: int
    asker_id: int
    answer_author_id: int | None
    comment_author_id: int | None
    asks_back: bool
    stands: bool
    """Whether the named post is still there; with none named, whether the question is."""
    followers: frozenset[int]
    tag_followers: frozenset[int]
    named: frozenset[int]
    """Those whom the named post mentions."""


def audience_of(
    session: Session,
    question_id: int,
    answer_id: int | None = None,
    comment_id: int | None = None,
    *,
    even_deleted: bool = False,
) -> Audience | None:
    """Return the people of a thread; None when it is deleted, unless it is asked for nevertheless."""
    question = fetch(session, _THREAD, {"question": question_id}).first()
    if question is None or (question.deleted_at is not None and not even_deleted):
        return None
    comment = fetch(session, _COMMENT, {"comment": comment_id}).first() if comment_id is not None else None
    answer = fetch(session, _ANSWER, {"answer": answer_id}).first() if answer_id is not None else None
    people: dict[str, set[int]] = {_FOLLOWER: set(), _TAG_FOLLOWER: set(), _NAMED: set()}
    for why, user_id in fetch(session, _PEOPLE, {"question": question_id, "answer": answer_id, "comment": comment_id}):
        people[why].add(user_id)
    return Audience(
        question.title,
        question.space_id,
        question.asker_id,
        answer.author_id if answer is not None else None,
        comment.author_id if comment is not None else None,
        comment is not None and comment.asks_back,
        all(row is None or row.deleted_at is None for row in (question, answer, comment)),
        frozenset(people[_FOLLOWER]),
        frozenset(people[_TAG_FOLLOWER]),
        frozenset(people[_NAMED]),
    )


def readers_among(session: Session, space_id: int, user_ids: Collection[int]) -> frozenset[int]:
    """Return those of the people who may read a space."""
    if fetch(session, _VISIBILITY, {"space": space_id}).scalar() != Visibility.PRIVATE:
        return frozenset(user_ids)
    groups = session.scalars(select(SpaceGroup.group_id).where(SpaceGroup.space_id == space_id)).all()
    return members_among(session, user_ids, groups)


def readers_of(session: Session, question_id: int, user_ids: Collection[int]) -> frozenset[int]:
    """Return those of the people who may know of a question; when it is deleted, its page tells them so."""
    space_id = session.scalar(select(Question.space_id).where(Question.id == question_id))
    return frozenset() if space_id is None else readers_among(session, space_id, user_ids)


# built once: putting a statement together costs more than running it
_FOLLOWER, _TAG_FOLLOWER, _NAMED = "follower", "tag_follower", "named"
_THREAD = select(Question.title, Question.space_id, Question.asker_id, Question.deleted_at).where(
    Question.id == bindparam("question")
)
_COMMENT = select(Comment.author_id, Comment.asks_back, Comment.deleted_at).where(Comment.id == bindparam("comment"))
_ANSWER = select(Answer.author_id, Answer.deleted_at).where(Answer.id == bindparam("answer"))
_TAGS = select(QuestionTag.tag_id).where(QuestionTag.question_id == bindparam("question"))
_PEOPLE = union_all(
    select(literal(_FOLLOWER), QuestionFollow.user_id).where(QuestionFollow.question_id == bindparam("question")),
    select(literal(_TAG_FOLLOWER), TagFollow.user_id).where(TagFollow.tag_id.in_(_TAGS)),
    select(literal(_NAMED), Mention.user_id).where(
        Mention.question_id == bindparam("question"),
        Mention.answer_id.is_not_distinct_from(bindparam("answer", type_=Integer)),
        Mention.comment_id.is_not_distinct_from(bindparam("comment", type_=Integer)),
    ),
)
_VISIBILITY = select(Space.visibility).where(Space.id == bindparam("space"))

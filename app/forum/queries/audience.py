"""Who has to do with a thread, for whoever tells people about it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.forum.models.answer import Answer, Comment, Mention
from app.forum.models.question import Question, QuestionFollow, QuestionTag
from app.forum.models.space import Space, SpaceGroup, TagFollow, Visibility
from app.identity.contract import members_among


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
    question = session.execute(
        select(Question.title, Question.space_id, Question.asker_id, Question.deleted_at).where(
            Question.id == question_id
        )
    ).first()
    if question is None or (question.deleted_at is not None and not even_deleted):
        return None
    found = select(Comment.author_id, Comment.asks_back, Comment.deleted_at).where(Comment.id == comment_id)
    comment = session.execute(found).first() if comment_id is not None else None  # without an id it reads the table
    written = select(Answer.author_id, Answer.deleted_at).where(Answer.id == answer_id)
    answer = session.execute(written).first() if answer_id is not None else None
    followers = session.scalars(select(QuestionFollow.user_id).where(QuestionFollow.question_id == question_id))
    tags = select(QuestionTag.tag_id).where(QuestionTag.question_id == question_id)
    named = select(Mention.user_id).where(
        Mention.question_id == question_id,
        Mention.answer_id.is_not_distinct_from(answer_id),
        Mention.comment_id.is_not_distinct_from(comment_id),
    )
    return Audience(
        question.title,
        question.space_id,
        question.asker_id,
        answer.author_id if answer is not None else None,
        comment.author_id if comment is not None else None,
        comment is not None and comment.asks_back,
        all(row is None or row.deleted_at is None for row in (question, answer, comment)),
        frozenset(followers),
        frozenset(session.scalars(select(TagFollow.user_id).where(TagFollow.tag_id.in_(tags)))),
        frozenset(session.scalars(named)),
    )


def readers_among(session: Session, space_id: int, user_ids: Collection[int]) -> frozenset[int]:
    """Return those of the people who may read a space."""
    if session.scalar(select(Space.visibility).where(Space.id == space_id)) != Visibility.PRIVATE:
        return frozenset(user_ids)
    groups = session.scalars(select(SpaceGroup.group_id).where(SpaceGroup.space_id == space_id)).all()
    return members_among(session, user_ids, groups)


def readers_of(session: Session, question_id: int, user_ids: Collection[int]) -> frozenset[int]:
    """Return those of the people who may know of a question; when it is deleted, its page tells them so."""
    space_id = session.scalar(select(Question.space_id).where(Question.id == question_id))
    return frozenset() if space_id is None else readers_among(session, space_id, user_ids)

"""Counters from the rows that they count: after an import, or when somebody doubts them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, func, select, update
from sqlalchemy.orm import InstrumentedAttribute

from app.forum.models.answer import Answer, Comment, Vote
from app.forum.models.question import MeToo, Question, QuestionTag
from app.forum.models.space import Tag
from app.kernel.unit_of_work import UnitOfWork


def recount_space(uow: UnitOfWork, space_id: int) -> None:
    """Set every counter of a space's questions and answers from the rows that they count."""
    here = Question.space_id == space_id
    answer_count = _count(Answer.id, Answer.question_id == Question.id, Answer.deleted_at.is_(None))
    remarks = _count(
        Comment.id, Comment.question_id == Question.id, Comment.answer_id.is_(None), Comment.deleted_at.is_(None)
    )
    replies = _count(Comment.id, Comment.answer_id == Answer.id, Comment.deleted_at.is_(None))
    run = uow.session.execute
    run(
        update(Question).where(here).values(
            answer_count=answer_count, comment_count=remarks, score=_score(Vote.question_id == Question.id),
            me_too_count=_count(MeToo.user_id, MeToo.question_id == Question.id),
        ),
        execution_options={"synchronize_session": False},
    )  # fmt: skip
    inside = Answer.question_id.in_(select(Question.id).where(here))
    run(
        update(Answer).where(inside).values(comment_count=replies, score=_score(Vote.answer_id == Answer.id)),
        execution_options={"synchronize_session": False},
    )
    for last in (_latest(Answer.posted_at, Answer.question_id), _latest(Comment.posted_at, Comment.question_id)):
        run(
            update(Question).where(here, Question.active_at < last).values(active_at=last),
            execution_options={"synchronize_session": False},
        )
    used = select(QuestionTag.tag_id).join(Question, Question.id == QuestionTag.question_id).where(here)
    alive = select(Question.id).where(Question.deleted_at.is_(None))
    tagged = _count(QuestionTag.question_id, QuestionTag.tag_id == Tag.id, QuestionTag.question_id.in_(alive))
    run(
        update(Tag).where(Tag.id.in_(used)).values(question_count=tagged),
        execution_options={"synchronize_session": False},
    )


def _count(what: Any, *where: ColumnElement[bool]) -> ScalarSelect[Any]:
    return select(func.count(what)).where(*where).scalar_subquery()


def _score(where: ColumnElement[bool]) -> ScalarSelect[Any]:
    return select(func.coalesce(func.sum(Vote.value), 0)).where(where).scalar_subquery()


def _latest(at: InstrumentedAttribute[datetime], question_id: InstrumentedAttribute[int]) -> ScalarSelect[Any]:
    return select(func.max(at)).where(question_id == Question.id).scalar_subquery()

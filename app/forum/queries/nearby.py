"""The plain facts near one that has just happened, for whoever must not read a person's whole history each time.

Every statement is built once, finds its rows by an index and gives no more of them than the facts it is asked about.
What counts is the same as in ``earnings``.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.forum.models.answer import Answer, Revision
from app.forum.models.question import Question
from app.forum.queries.earnings import (
    ACCEPTANCES,
    ANSWERS,
    EDITS_OF_ANSWERS,
    EDITS_OF_QUESTIONS,
    QUESTIONS,
    AcceptanceFact,
    AnswerFact,
    EditFact,
    QuestionFact,
)
from app.kernel.database import fetch


def answers_named(session: Session, ids: Collection[int]) -> list[AnswerFact]:
    """Give the facts of these answers."""
    return [AnswerFact(*row) for row in fetch(session, _ANSWERS_NAMED, {"ids": list(ids)})]


def questions_named(session: Session, ids: Collection[int]) -> list[QuestionFact]:
    """Give the facts of these questions."""
    return [QuestionFact(*row) for row in fetch(session, _QUESTIONS_NAMED, {"ids": list(ids)})]


def acceptances_of(session: Session, answer_ids: Collection[int]) -> list[AcceptanceFact]:
    """Give the standing acceptances of these answers."""
    return [AcceptanceFact(*row) for row in fetch(session, _ACCEPTANCES_OF, {"ids": list(answer_ids)})]


def edits_of(session: Session, question_ids: Collection[int], answer_ids: Collection[int]) -> list[EditFact]:
    """Give what others than their writers improved in these posts."""
    found: list[Any] = []
    if question_ids:
        found += fetch(session, _EDITS_OF_QUESTIONS, {"ids": list(question_ids)})
    if answer_ids:
        found += fetch(session, _EDITS_OF_ANSWERS, {"ids": list(answer_ids)})
    return [EditFact(*row) for row in found]


def first_answers_to_newcomers(session: Session, question_ids: Collection[int]) -> list[AnswerFact]:
    """Give the first answer of each of these questions that is its asker's first one."""
    first: dict[int, AnswerFact] = {}
    for row in fetch(session, _ANSWERS_TO_NEWCOMERS, {"ids": list(question_ids)}):
        first.setdefault(row[0], AnswerFact(*row))
    return list(first.values())


def first_question_of(session: Session, asker_id: int) -> int | None:
    """Return the first question of a person that is not deleted."""
    found: int | None = fetch(session, _FIRST_QUESTION, {"asker": asker_id}).scalar()
    return found


def solutions_by_asker(session: Session, author_id: int, most: int) -> list[AnswerFact]:
    """Give one accepted answer of this author for each of at most so many askers.

    Reads all answers of the author: only for somebody who had less than ``most`` askers when asked before.
    """
    values = {"author": author_id, "most": most}
    return [AnswerFact(*row) for row in fetch(session, _SOLUTIONS_BY_ASKER, values)]


_IDS: Any = bindparam("ids", expanding=True)
_EARLIER = aliased(Question)
_ASKED_BEFORE = (
    select(_EARLIER.id)
    .where(
        _EARLIER.asker_id == Question.asker_id,
        _EARLIER.asked_at <= Question.asked_at,
        or_(_EARLIER.asked_at < Question.asked_at, _EARLIER.id < Question.id),
        _EARLIER.deleted_at.is_(None),
    )
    .exists()
)
_ONE_FOR_EACH_ASKER = (
    select(func.min(Answer.id))
    .join(Question, Question.id == Answer.question_id)
    .where(
        Answer.author_id == bindparam("author"),
        Answer.accepted_at.is_not(None),
        and_(Answer.deleted_at.is_(None), Question.deleted_at.is_(None)),
        Question.asker_id != Answer.author_id,
    )
    .group_by(Question.asker_id)
    .limit(bindparam("most"))
)
_ANSWERS_NAMED = ANSWERS.where(Answer.id.in_(_IDS))
_QUESTIONS_NAMED = QUESTIONS.where(Question.id.in_(_IDS))
_ACCEPTANCES_OF = ACCEPTANCES.where(Answer.id.in_(_IDS))
_EDITS_OF_QUESTIONS = EDITS_OF_QUESTIONS.where(Revision.question_id.in_(_IDS))
_EDITS_OF_ANSWERS = EDITS_OF_ANSWERS.where(Revision.answer_id.in_(_IDS))
_ANSWERS_TO_NEWCOMERS = ANSWERS.where(Answer.question_id.in_(_IDS), ~_ASKED_BEFORE)
_FIRST_QUESTION = QUESTIONS.where(Question.asker_id == bindparam("asker")).limit(1).with_only_columns(Question.id)
_SOLUTIONS_BY_ASKER = ANSWERS.where(Answer.id.in_(_ONE_FOR_EACH_ASKER))

"""Count everything again from the rows, and say which stored counter tells something else."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.forum.models.answer import Answer, Comment, Vote, WorkingMark
from app.forum.models.question import MeToo, Question, QuestionTag
from app.forum.models.space import Tag


def miscounts(session: Session) -> list[str]:
    alive_answers = _count(session, Answer.question_id, Answer.deleted_at.is_(None))
    on_questions = _count(session, Comment.question_id, Comment.deleted_at.is_(None), Comment.answer_id.is_(None))
    on_answers = _count(session, Comment.answer_id, Comment.deleted_at.is_(None))
    alive = select(Question.id).where(Question.deleted_at.is_(None))
    expected: list[tuple[InstrumentedAttribute[Any], dict[int, int]]] = [
        (Question.answer_count, alive_answers),
        (Question.comment_count, on_questions),
        (Question.me_too_count, _count(session, MeToo.question_id)),
        (Question.score, _count(session, Vote.question_id, of=func.sum(Vote.value))),
        (Answer.score, _count(session, Vote.answer_id, of=func.sum(Vote.value))),
        (Answer.comment_count, on_answers),
        (Answer.working_count, _count(session, WorkingMark.answer_id)),
        (Tag.question_count, _count(session, QuestionTag.tag_id, QuestionTag.question_id.in_(alive))),
    ]
    return [wrong for counter, truth in expected for wrong in _wrong(session, counter, truth)]


def contradictions(session: Session) -> list[str]:
    """Find accepted answers that the question and the answer do not agree on, and the like."""
    found: list[str] = []
    answers = {answer.id: answer for answer in session.scalars(select(Answer))}
    for question in session.scalars(select(Question)):
        accepted = [a.id for a in answers.values() if a.question_id == question.id and a.accepted_at]
        if accepted != ([question.accepted_answer_id] if question.accepted_answer_id else []):
            found.append(f"question {question.id} is solved by {question.accepted_answer_id}, answers say {accepted}")
        if question.accepted_answer_id and answers[question.accepted_answer_id].deleted_at:
            found.append(f"question {question.id} is solved by a deleted answer")
        if (question.solved_at is None) != (question.accepted_answer_id is None):
            found.append(f"question {question.id} has half an acceptance")
        if question.duplicate_of_id and question.closed_at is None:
            found.append(f"question {question.id} is an open duplicate")
    return found


def _count(session: Session, key: InstrumentedAttribute[Any], *where: Any, of: Any = None) -> dict[int, int]:
    query = select(key, func.count() if of is None else of).where(key.is_not(None), *where).group_by(key)
    return {row[0]: row[1] for row in session.execute(query)}


def _wrong(session: Session, counter: InstrumentedAttribute[Any], truth: dict[int, int]) -> list[str]:
    rows = session.execute(select(counter.class_.id, counter)).all()
    return [
        f"{counter}: {stored} stored, {truth.get(i, 0)} rows (id {i})"
        for i, stored in rows
        if stored != truth.get(i, 0)
    ]

"""The way to a post that somebody votes on: everything a vote has to know, read together under the thread's lock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Subquery, bindparam, case, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.forum.models.answer import Answer, Vote
from app.forum.models.question import Question
from app.forum.permissions import can_see_answer, can_see_question
from app.kernel.actor import Actor
from app.kernel.database import fetch, writes_alone
from app.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class VotedThread:
    """What a vote has to know of a question."""

    id: int
    space_id: int
    asker_id: int
    deleted_at: datetime | None


@dataclass(frozen=True, slots=True)
class VotedPost:
    """What a vote has to know of the post it is for; ``answer_id`` is None for the question itself."""

    answer_id: int | None
    author_id: int
    deleted_at: datetime | None
    score: int


@dataclass(frozen=True, slots=True)
class VoterStanding:
    """The actor's vote on the post, if any, and how many votes they gave today."""

    vote_id: int | None
    value: int
    cast_at: datetime | None
    today: int


def access_voted(
    session: Session, actor: Actor, question_id: int | None, answer_id: int | None, midnight: datetime
) -> tuple[VotedThread, VotedPost, VoterStanding]:
    """Lock the thread of a post this actor may know about, and return what a vote needs.

    It is read after the lock was taken, in one statement, and so holds until the transaction ends.

    Args:
        session: a writing session.
        actor: who votes.
        question_id: the post, unless it is an answer.
        answer_id: the post, unless it is a question.
        midnight: when the day began whose votes are counted.

    Raises:
        NotFound: when the answer or its question is absent or hidden.

    """
    on_answer = answer_id is not None
    named = {"post": answer_id if on_answer else question_id}
    if not writes_alone(session):
        fetch(session, _LOCK_OF_ANSWER if on_answer else _LOCK_OF_QUESTION, named)
    asked = _ANSWER if on_answer else _QUESTION
    row = fetch(session, asked, {**named, "voter": actor.user_id, "midnight": midnight}).first()
    if row is None:
        raise NotFound
    thread, post = VotedThread(*row[:4]), VotedPost(answer_id, *row[4:7])
    if not can_see_question(actor, thread) or (on_answer and not can_see_answer(actor, post)):
        raise NotFound
    return thread, post, VoterStanding(*row[7:])


def _standing_on(post: InstrumentedAttribute[int | None]) -> Subquery:
    """Make the statement: id, value and time of somebody's vote on a post, and how many they gave since midnight."""
    here: ColumnElement[bool] = post == bindparam("post", type_=Integer)
    today: ColumnElement[bool] = Vote.cast_at >= bindparam("midnight", type_=Vote.cast_at.type)
    return (
        select(
            func.max(case((here, Vote.id))),
            func.coalesce(func.max(case((here, Vote.value))), 0),
            func.max(case((here, Vote.cast_at))),
            func.count(case((today, 1))),
        )
        .where(Vote.user_id == bindparam("voter"), here | today)
        .subquery()
    )


# built once: putting a statement together costs more than running it
_THREAD = (Question.id, Question.space_id, Question.asker_id, Question.deleted_at)
_ON_QUESTION, _ON_ANSWER = _standing_on(Vote.question_id), _standing_on(Vote.answer_id)
_QUESTION: Select[*tuple[Any, ...]] = (
    select(*_THREAD, Question.asker_id, Question.deleted_at, Question.score, *_ON_QUESTION.c)
    .join(_ON_QUESTION, true())
    .where(Question.id == bindparam("post"))
)
_ANSWER: Select[*tuple[Any, ...]] = (
    select(*_THREAD, Answer.author_id, Answer.deleted_at, Answer.score, *_ON_ANSWER.c)
    .join(Answer, Answer.question_id == Question.id)
    .join(_ON_ANSWER, true())
    .where(Answer.id == bindparam("post"))
)
_LOCK_OF_QUESTION = select(Question.id).where(Question.id == bindparam("post")).with_for_update()
_LOCK_OF_ANSWER = (
    select(Question.id)
    .where(Question.id == select(Answer.question_id).where(Answer.id == bindparam("post")).scalar_subquery())
    .with_for_update()
)

"""Plain facts about what people did, for whoever rewards them: votes, acceptances, answers, edits.

Only what counts is given: nothing on a deleted post or inside a deleted thread, nothing a person did to their own post.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, null, select, union_all
from sqlalchemy.orm import Session

from app.forum.access import visible_to
from app.forum.models.answer import Answer, Revision, Vote
from app.forum.models.question import Question
from app.forum.models.space import Space
from app.kernel.actor import Actor

Statement = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class FactScope:
    """Which facts to read: one thread, or one of its posts.

    ``answer_id`` None means the question itself, unless ``whole_thread``.
    """

    question_id: int
    answer_id: int | None = None
    whole_thread: bool = False


@dataclass(frozen=True, slots=True)
class VoteFact:
    """A standing vote on somebody else's post that is not deleted."""

    question_id: int
    answer_id: int | None
    voter_id: int
    author_id: int
    value: int
    cast_at: datetime


@dataclass(frozen=True, slots=True)
class AcceptanceFact:
    """A standing acceptance of an answer that is not deleted."""

    question_id: int
    answer_id: int
    asker_id: int
    author_id: int
    accepted_by_id: int
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class AnswerFact:
    """An answer that is not deleted, to somebody else's question."""

    question_id: int
    answer_id: int
    author_id: int
    asker_id: int
    asked_at: datetime
    posted_at: datetime
    accepted_at: datetime | None
    score: int


@dataclass(frozen=True, slots=True)
class QuestionFact:
    """A question that is not deleted."""

    question_id: int
    asker_id: int
    asked_at: datetime
    score: int


@dataclass(frozen=True, slots=True)
class EditFact:
    """Somebody improved a post that somebody else had written."""

    question_id: int
    answer_id: int | None
    editor_id: int
    edited_at: datetime


@dataclass(frozen=True, slots=True)
class ReadableSpace:
    """A space to choose from."""

    id: int
    slug: str
    name: str


def vote_facts(
    session: Session, scope: FactScope | None = None, people: Collection[int] | None = None
) -> Iterator[VoteFact]:
    """Give the votes of a scope, or those that ``people`` received or gave, or all."""
    if scope is None or scope.whole_thread or scope.answer_id is None:
        yield from _rows(session, _question_votes(scope, people), VoteFact)
    if scope is None or scope.whole_thread or scope.answer_id is not None:
        yield from _rows(session, _answer_votes(scope, people), VoteFact)


def acceptance_facts(
    session: Session, scope: FactScope | None = None, people: Collection[int] | None = None
) -> Iterator[AcceptanceFact]:
    """Give the acceptances of a scope, or those that concern ``people``, or all."""
    query = ACCEPTANCES
    if scope is not None:
        query = query.where(_answers_in(scope))
    if people is not None:
        query = _concerning(query, Answer.author_id, Answer.accepted_by_id, people)
    yield from _rows(session, query, AcceptanceFact)


def live_answers() -> Statement:
    """Return the answers that are not deleted, as a statement to join: question_id, answer_id, author_id, asker_id."""
    return (
        select(Answer.question_id, Answer.id.label("answer_id"), Answer.author_id, Question.asker_id)
        .join(Question, Question.id == Answer.question_id)
        .where(_alive_answer())
    )


def visible_questions(actor: Actor) -> Statement:
    """Return the questions this actor may read, as a statement to join: id, title, space_id."""
    return select(Question.id, Question.title, Question.space_id).where(visible_to(actor))


def known_questions(actor: Actor) -> Statement:
    """Return the questions of the spaces this actor may read, away or not, to join: id, title, is_away.

    Of one that is away only its asker and moderators may be told.
    """
    columns = (Question.id, Question.title, Question.deleted_at.is_not(None).label("is_away"))
    return select(*columns) if actor.is_system else select(*columns).where(Question.space_id.in_(actor.space_ids))


def visible_titles(session: Session, actor: Actor, question_ids: Collection[int]) -> dict[int, str]:
    """Map those of the questions that this actor may read to their titles, in one statement."""
    query = visible_questions(actor).where(Question.id.in_(question_ids))
    return {row.id: row.title for row in session.execute(query)} if question_ids else {}


def question_spaces() -> Select[int, int]:
    """Return ``question_id`` and ``space_id`` of every question, as a statement to join."""
    return select(Question.id.label("question_id"), Question.space_id)


def readable_spaces(session: Session, actor: Actor) -> list[ReadableSpace]:
    """Return the spaces this actor may read, in their order, in one statement."""
    query = (
        select(Space.id, Space.slug, Space.name)
        .where(Space.id.in_(actor.space_ids), Space.archived_at.is_(None))
        .order_by(Space.position, Space.name)
    )
    return [ReadableSpace(*row) for row in session.execute(query)]


def answer_facts(
    session: Session, authors: Collection[int] | None = None, threads: Collection[int] | None = None
) -> Iterator[AnswerFact]:
    """Give the answers of ``authors``, or in ``threads``, or all, oldest first."""
    query = ANSWERS
    if authors is not None:
        query = query.where(Answer.author_id.in_(authors))
    if threads is not None:
        query = query.where(Answer.question_id.in_(threads))
    yield from _rows(session, query, AnswerFact)


def question_asking_facts(session: Session, askers: Collection[int] | None = None) -> Iterator[QuestionFact]:
    """Give the questions of ``askers``, or all, oldest first."""
    query = QUESTIONS
    yield from _rows(session, query if askers is None else query.where(Question.asker_id.in_(askers)), QuestionFact)


def edit_facts(session: Session, editors: Collection[int] | None = None) -> Iterator[EditFact]:
    """Give the edits of other people's posts by ``editors``, or all, oldest first."""
    for query in (EDITS_OF_QUESTIONS, EDITS_OF_ANSWERS):
        chosen = query if editors is None else query.where(Revision.author_id.in_(editors))
        yield from _rows(session, chosen, EditFact)


def _question_votes(scope: FactScope | None, people: Collection[int] | None) -> Statement:
    query = (
        select(Vote.question_id, null(), Vote.user_id, Question.asker_id, Vote.value, Vote.cast_at)
        .join(Question, Question.id == Vote.question_id)
        .where(Question.deleted_at.is_(None), Vote.user_id != Question.asker_id)
    )
    if scope is not None:
        query = query.where(Vote.question_id == scope.question_id)
    return query if people is None else _concerning(query, Question.asker_id, Vote.user_id, people)


def _answer_votes(scope: FactScope | None, people: Collection[int] | None) -> Statement:
    query = (
        select(Answer.question_id, Answer.id, Vote.user_id, Answer.author_id, Vote.value, Vote.cast_at)
        .join(Answer, Answer.id == Vote.answer_id)
        .join(Question, Question.id == Answer.question_id)
        .where(_alive_answer(), Vote.user_id != Answer.author_id)
    )
    if scope is not None:
        query = query.where(_answers_in(scope))
    return query if people is None else _concerning(query, Answer.author_id, Vote.user_id, people)


def _concerning(query: Statement, receiver: Any, giver: Any, people: Collection[int]) -> Statement:
    """Narrow to what these people received or gave, by two searches: an OR over both would read everything."""
    received, given = receiver.in_(people), giver.in_(people)
    both = union_all(query.where(received), query.where(given, ~received)).subquery()
    return select(*both.c)


def _alive_answer() -> ColumnElement[bool]:
    return and_(Answer.deleted_at.is_(None), Question.deleted_at.is_(None))


def _answers_in(scope: FactScope) -> ColumnElement[bool]:
    if scope.whole_thread:
        return Answer.question_id == scope.question_id
    return Answer.id == scope.answer_id


def _rows(session: Session, query: Statement, fact: Any) -> Iterator[Any]:
    """Run a query whose columns are in the order of the fact's fields."""
    for row in session.execute(query):
        yield fact(*row)


# built once: putting a statement together costs more than running it
ANSWERS: Statement = (
    select(
        Answer.question_id, Answer.id, Answer.author_id, Question.asker_id,
        Question.asked_at, Answer.posted_at, Answer.accepted_at, Answer.score,
    )
    .join(Question, Question.id == Answer.question_id)
    .where(_alive_answer(), Answer.author_id != Question.asker_id)
    .order_by(Answer.posted_at, Answer.id)
)  # fmt: skip
"""All answer facts, oldest first."""
QUESTIONS: Statement = (
    select(Question.id, Question.asker_id, Question.asked_at, Question.score)
    .where(Question.deleted_at.is_(None))
    .order_by(Question.asked_at, Question.id)
)
ACCEPTANCES: Statement = (
    select(
        Answer.question_id, Answer.id, Question.asker_id, Answer.author_id, Answer.accepted_by_id, Answer.accepted_at
    )
    .join(Question, Question.id == Answer.question_id)
    .where(_alive_answer(), Answer.accepted_at.is_not(None), Answer.accepted_by_id.is_not(None))
)
EDITS_OF_QUESTIONS: Statement = (
    select(Revision.question_id, null(), Revision.author_id, Revision.at)
    .join(Question, Question.id == Revision.question_id)
    .where(Revision.number > 1, Revision.author_id != Question.asker_id, Question.deleted_at.is_(None))
    .order_by(Revision.at, Revision.id)
)
EDITS_OF_ANSWERS: Statement = (
    select(Answer.question_id, Answer.id, Revision.author_id, Revision.at)
    .join(Answer, Answer.id == Revision.answer_id)
    .join(Question, Question.id == Answer.question_id)
    .where(Revision.number > 1, Revision.author_id != Answer.author_id, _alive_answer())
    .order_by(Revision.at, Revision.id)
)

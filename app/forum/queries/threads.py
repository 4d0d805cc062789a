"""A whole thread as plain values, for those who show it elsewhere than on its page: the agents' desk, mail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import Session

from app.forum.access import access_question
from app.forum.models.answer import Answer, Comment
from app.forum.models.question import Question, QuestionTag
from app.forum.models.space import Space, Tag
from app.forum.permissions import can_split
from app.identity.contract import Person, people
from app.kernel.actor import Actor
from app.kernel.among import among
from app.kernel.database import fetch
from app.kernel.permissions import Decision


@dataclass(frozen=True, slots=True)
class QuestionFacts:
    """A question without its text."""

    id: int
    title: str
    space_id: int
    asker_id: int
    impact: str
    asked_at: datetime
    active_at: datetime
    answer_count: int
    score: int
    me_too_count: int
    accepted_answer_id: int | None
    waiting_for_asker_since: datetime | None
    closed_at: datetime | None
    deleted_at: datetime | None
    duplicate_of_id: int | None


@dataclass(frozen=True, slots=True)
class ThreadComment:
    """A remark; ``html`` is safe to print."""

    id: int
    author: Person
    body: str
    html: str
    posted_at: datetime
    asks_back: bool
    may_split: Decision


@dataclass(frozen=True, slots=True)
class ThreadAnswer:
    """One attempt to help; ``html`` is safe to print."""

    id: int
    author: Person
    body: str
    html: str
    language: str
    posted_at: datetime
    score: int
    working_count: int
    accepted_at: datetime | None
    from_desk: bool
    comments: tuple[ThreadComment, ...]
    may_split: Decision


@dataclass(frozen=True, slots=True)
class ThreadSplit:
    """Where an answer or a comment stood that became the question ``became_id``."""

    author: Person
    posted_at: datetime
    became_id: int


@dataclass(frozen=True, slots=True)
class Thread:
    """A question with everything under it that is not deleted; answers and comments are oldest first."""

    question: QuestionFacts
    asker: Person
    space_name: str
    body: str
    html: str
    language: str
    version: int
    tags: tuple[str, ...]
    comments: tuple[ThreadComment, ...]
    answers: tuple[ThreadAnswer, ...]
    split_off: tuple[ThreadSplit, ...]


_FACTS = (
    Question.id,
    Question.title,
    Question.space_id,
    Question.asker_id,
    Question.impact,
    Question.asked_at,
    Question.active_at,
    Question.answer_count,
    Question.score,
    Question.me_too_count,
    Question.accepted_answer_id,
    Question.waiting_for_asker_since,
    Question.closed_at,
    Question.deleted_at,
    Question.duplicate_of_id,
)


_FACTS_OF = select(*_FACTS).where(among(Question.id, "question_ids"))


def question_facts(session: Session, question_ids: Collection[int]) -> dict[int, QuestionFacts]:
    """Map ids to facts, deleted questions included, in one statement; asks nobody's permission."""
    if not question_ids:
        return {}
    rows = fetch(session, _FACTS_OF, {"question_ids": list(question_ids)})
    return {row.id: QuestionFacts(*tuple(row)) for row in rows}


def thread_of(session: Session, actor: Actor, question_id: int) -> Thread:
    """Return the whole thread that this actor may read, in six statements.

    Raises:
        NotFound: when the question is absent or hidden.

    """
    question = access_question(session, actor, question_id)
    answers: Sequence[Answer] = session.scalars(
        select(Answer).where(Answer.question_id == question_id, _shows(Answer)).order_by(Answer.id)
    ).all()
    comments: Sequence[Comment] = session.scalars(
        select(Comment).where(Comment.question_id == question_id, _shows(Comment)).order_by(Comment.id)
    ).all()
    authors = people(session, {question.asker_id, *(a.author_id for a in answers), *(c.author_id for c in comments)})
    posts: list[Answer | Comment] = [*answers, *comments]
    went = [
        ThreadSplit(authors[post.author_id], post.posted_at, post.became_question_id)
        for post in posts
        if post.became_question_id is not None
    ]
    under = _by_place(actor, question, comments, authors)
    return Thread(
        question=QuestionFacts(*(getattr(question, column.key) for column in _FACTS)),
        asker=authors[question.asker_id],
        space_name=space_names(session, [question.space_id])[question.space_id],
        body=question.body,
        html=question.body_html,
        language=question.language,
        version=question.version,
        tags=_tag_slugs(session, question_id),
        comments=under[None],
        answers=tuple(
            _answer(a, authors, under[a.id], can_split(actor, question, a))
            for a in answers
            if a.became_question_id is None
        ),
        split_off=tuple(went),
    )


def _shows(post: type[Answer | Comment]) -> ColumnElement[bool]:
    """Select what stands, and what the thread names because it became a question of its own."""
    return post.deleted_at.is_(None) | post.became_question_id.is_not(None)


@dataclass(frozen=True, slots=True)
class AnswerMark:
    """What a clock has to know of an answer."""

    id: int
    author_id: int
    posted_at: datetime
    score: int
    from_desk: bool


def answer_marks(session: Session, question_id: int) -> list[AnswerMark]:
    """Return the answers of a question that are not deleted, oldest first, in one statement."""
    columns = (Answer.id, Answer.author_id, Answer.posted_at, Answer.score, Answer.from_desk)
    query = select(*columns).where(Answer.question_id == question_id, Answer.deleted_at.is_(None)).order_by(Answer.id)
    return [AnswerMark(*row) for row in session.execute(query)]


def space_names(session: Session, space_ids: Collection[int]) -> dict[int, str]:
    """Map ids to names, in one statement."""
    if not space_ids:
        return {}
    rows: Sequence[Row[int, str]] = session.execute(select(Space.id, Space.name).where(Space.id.in_(space_ids))).all()
    return {row.id: row.name for row in rows}


def _tag_slugs(session: Session, question_id: int) -> tuple[str, ...]:
    query = select(Tag.slug).join(QuestionTag, QuestionTag.tag_id == Tag.id)
    query = query.where(QuestionTag.question_id == question_id).order_by(QuestionTag.position, Tag.id)
    return tuple(session.scalars(query))


def _by_place(
    actor: Actor, question: Question, comments: Sequence[Comment], authors: dict[int, Person]
) -> defaultdict[int | None, tuple[ThreadComment, ...]]:
    under: defaultdict[int | None, tuple[ThreadComment, ...]] = defaultdict(tuple)
    for c in comments:
        if c.became_question_id is not None:
            continue
        may = can_split(actor, question, c)
        line = ThreadComment(c.id, authors[c.author_id], c.body, c.body_html, c.posted_at, c.asks_back, may)
        under[c.answer_id] += (line,)
    return under


def _answer(
    answer: Answer, authors: dict[int, Person], comments: tuple[ThreadComment, ...], may_split: Decision
) -> ThreadAnswer:
    return ThreadAnswer(
        id=answer.id,
        author=authors[answer.author_id],
        body=answer.body,
        html=answer.body_html,
        language=answer.language,
        posted_at=answer.posted_at,
        score=answer.score,
        working_count=answer.working_count,
        accepted_at=answer.accepted_at,
        from_desk=answer.from_desk,
        comments=comments,
        may_split=may_split,
    )

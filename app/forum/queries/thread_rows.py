"""The rows of one thread, read by statements that are built once: putting one together costs more than running it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import CompoundSelect, bindparam, literal, select, union_all
from sqlalchemy.orm import Session

from app.forum.models.answer import Answer, Comment, Vote, WorkingMark
from app.forum.models.question import Closure, Draft, MeToo, Question, QuestionFollow, QuestionTag
from app.forum.models.space import Space, Tag
from app.identity.contract import Person, people
from app.kernel.database import fetch

_QUESTION_ID = bindparam("question_id", type_=Question.id.type)
_USER_ID = bindparam("user_id", type_=Question.asker_id.type)
_ANSWER_IDS = select(Answer.id).where(Answer.question_id == _QUESTION_ID)

_STATE = select(
    Question.space_id, Question.version, Question.deleted_at, Question.duplicate_of_id, Question.merged_at
).where(Question.id == _QUESTION_ID)

_QUESTION = (
    select(
        Question.id, Question.title, Question.body_html, Question.language, Question.impact, Question.asker_id,
        Question.space_id, Question.asked_at, Question.active_at, Question.edited_at, Question.solved_at,
        Question.closed_at, Question.deleted_at, Question.duplicate_of_id, Question.merged_at,
        Question.accepted_answer_id, Question.waiting_for_asker_since, Question.version, Question.revision,
        Question.score, Question.me_too_count, Question.view_count, Question.answer_count,
        Question.split_from_id, Question.asker_id.label("author_id"), Space.name.label("space_name"),
        Space.slug.label("space_slug"),
    )
    .join(Space, Space.id == Question.space_id)
    .where(Question.id == _QUESTION_ID)
)  # fmt: skip

_ANSWERS = select(
    Answer.id, Answer.question_id, Answer.author_id, Answer.body_html, Answer.language, Answer.posted_at,
    Answer.edited_at, Answer.deleted_at, Answer.score, Answer.working_count, Answer.acceptance_note, Answer.accepted_at,
    Answer.from_desk, Answer.became_question_id,
).where(
    Answer.question_id == _QUESTION_ID, Answer.deleted_at.is_(None) | Answer.became_question_id.is_not(None)
)  # fmt: skip

_COMMENTS = (
    select(
        Comment.id, Comment.answer_id, Comment.author_id, Comment.body_html, Comment.posted_at, Comment.edited_at,
        Comment.deleted_at, Comment.asks_back, Comment.became_question_id,
    )
    .where(
        Comment.question_id == _QUESTION_ID, Comment.deleted_at.is_(None) | Comment.became_question_id.is_not(None)
    )
    .order_by(Comment.id)
)  # fmt: skip

_TAGS = (
    select(Tag.slug)
    .join(QuestionTag, QuestionTag.tag_id == Tag.id)
    .where(QuestionTag.question_id == _QUESTION_ID)
    .order_by(QuestionTag.position, Tag.id)
)

_CLOSURE = (
    select(Closure.closed_by_id, Closure.closed_at, Closure.reason, Closure.note)
    .where(Closure.question_id == _QUESTION_ID, Closure.reopened_at.is_(None))
    .order_by(Closure.id.desc())
    .limit(1)
)

_OWN: CompoundSelect[Any] = union_all(
    select(literal("question").label("kind"), Vote.question_id.label("id"), Vote.value.label("value")).where(
        Vote.user_id == _USER_ID, Vote.question_id == _QUESTION_ID
    ),
    select(literal("answer"), Vote.answer_id, Vote.value).where(
        Vote.user_id == _USER_ID, Vote.answer_id.in_(_ANSWER_IDS)
    ),
    select(literal("me_too"), MeToo.question_id, literal(0)).where(
        MeToo.user_id == _USER_ID, MeToo.question_id == _QUESTION_ID
    ),
    select(literal("follow"), QuestionFollow.question_id, literal(0)).where(
        QuestionFollow.user_id == _USER_ID, QuestionFollow.question_id == _QUESTION_ID
    ),
    select(literal("working"), WorkingMark.answer_id, literal(0)).where(
        WorkingMark.user_id == _USER_ID, WorkingMark.answer_id.in_(_ANSWER_IDS)
    ),
    select(literal("draft"), Draft.user_id, literal(0)).where(
        Draft.user_id == _USER_ID, Draft.place == bindparam("draft_place", type_=Draft.place.type)
    ),
)

CHARACTERS_BESIDE = 300
"""Of a post, beside its text."""


class ThreadState(NamedTuple):
    """What decides whether a page may be shown, and whether a copy of it is still good."""

    space_id: int
    version: int
    deleted: bool
    merged_into: int | None
    same_as: int | None
    """The original, merged or only linked."""


@dataclass(frozen=True, slots=True)
class Own:
    """What the reader did in this thread: votes by (kind, id), and marks."""

    votes: dict[tuple[str, int], int]
    marks: frozenset[tuple[str, int]]


NOTHING_OF_ONES_OWN = Own({}, frozenset())


def thread_state(session: Session, question_id: int) -> ThreadState | None:
    """Return the state of a thread in one statement; None when there is none."""
    row = fetch(session, _STATE, {"question_id": question_id}).one_or_none()
    if row is None:
        return None
    space_id, version, deleted_at, duplicate_of_id, merged_at = row
    return ThreadState(
        space_id, version, deleted_at is not None, duplicate_of_id if merged_at else None, duplicate_of_id
    )


class ThreadRows(NamedTuple):
    """What a thread is for everybody; only a new version of the question, a name or a count of views changes it.

    Answers and comments that became questions of their own are among them; nothing else that is away is.
    ``question`` carries the name and the slug of its space, ``closure`` says how a closed question was closed, and
    ``people`` maps the ids of everybody named.
    """

    question: Any
    answers: Sequence[Any]
    comments: Sequence[Any]
    closure: Any | None
    people: dict[int, Person]
    tags: tuple[str, ...]

    @property
    def characters(self) -> int:
        """About how long it is."""
        texts = (row.body_html for row in (self.question, *self.answers, *self.comments))
        return sum(len(text) + CHARACTERS_BESIDE for text in texts)


def thread_rows(session: Session, question_id: int) -> ThreadRows | None:
    """Return a thread's rows in five statements, one more when it is closed; None when there is none."""
    question: Any = fetch(session, _QUESTION, {"question_id": question_id}).one_or_none()
    if question is None:
        return None
    answers, comments = _answer_rows(session, question), _comment_rows(session, question_id)
    closure = _closure_row(session, question)
    who = people(session, _everybody(question, answers, comments, closure))
    return ThreadRows(question, answers, comments, closure, who, _tag_slugs(session, question_id))


def _everybody(question: Any, answers: Sequence[Any], comments: Sequence[Any], closure: Any | None) -> set[int]:
    named = {question.asker_id, *(a.author_id for a in answers), *(c.author_id for c in comments)}
    return named | ({closure.closed_by_id} if closure else set())


def _answer_rows(session: Session, question: Any) -> Sequence[Any]:
    """Return the answers: accepted first, then what helped most, then the oldest."""
    rows = fetch(session, _ANSWERS, {"question_id": question.id}).all()
    accepted = question.accepted_answer_id
    return sorted(rows, key=lambda a: (a.id != accepted, -a.score, a.id))


def _comment_rows(session: Session, question_id: int) -> Sequence[Any]:
    """Return the comments of the whole thread, oldest first."""
    return fetch(session, _COMMENTS, {"question_id": question_id}).all()


def _tag_slugs(session: Session, question_id: int) -> tuple[str, ...]:
    """Return the tags of a question in the asker's order."""
    return tuple(fetch(session, _TAGS, {"question_id": question_id}).scalars())


def _closure_row(session: Session, question: Any) -> Any | None:
    """Return how a closed question was closed; asks nothing about an open one."""
    if question.closed_at is None:
        return None
    return fetch(session, _CLOSURE, {"question_id": question.id}).first()


def own_marks(session: Session, user_id: int, question_id: int) -> Own:
    """Return the reader's votes and marks of the whole thread in one statement."""
    asked = {"user_id": user_id, "question_id": question_id, "draft_place": f"answer:{question_id}"}
    rows = fetch(session, _OWN, asked).all()
    votes = {(kind, post_id): value for kind, post_id, value in rows if value}
    return Own(votes, frozenset((kind, post_id) for kind, post_id, value in rows if not value))

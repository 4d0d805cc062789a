"""Everything the question page shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session

from app.forum import permissions as may
from app.forum.models.answer import Answer, Comment, Vote, WorkingMark
from app.forum.models.question import Closure, MeToo, Question, QuestionFollow, QuestionTag
from app.forum.models.space import Space, Tag
from app.identity.contract import Person, people
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.permissions import Decision


@dataclass(frozen=True, slots=True)
class CommentLine:
    """One remark, ready to print."""

    id: int
    author: Person
    html: str
    posted_at: datetime
    edited_at: datetime | None
    asks_back: bool
    may_edit: Decision
    may_delete: Decision


@dataclass(frozen=True, slots=True)
class AnswerCard:
    """One answer, ready to print; ``vote`` is the reader's own."""

    id: int
    author: Person
    html: str
    language: str
    posted_at: datetime
    edited_at: datetime | None
    score: int
    working_count: int
    accepted: bool
    acceptance_note: str
    from_desk: bool
    newest: bool
    vote: int
    works_for_me: bool
    comments: tuple[CommentLine, ...]
    may_vote_up: Decision
    may_vote_down: Decision
    may_accept: Decision
    may_mark_working: Decision
    may_comment: Decision
    may_edit: Decision
    may_delete: Decision


@dataclass(frozen=True, slots=True)
class ClosedBecause:
    """Why a question takes no more answers."""

    reason: str
    note: str
    by: Person
    at: datetime


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """The page, ready to render; touching it never runs SQL."""

    id: int
    title: str
    html: str
    language: str
    impact: str
    asker: Person
    space_id: int
    space_name: str
    space_slug: str
    asked_at: datetime
    active_at: datetime
    edited_at: datetime | None
    solved_at: datetime | None
    version: int
    revision: int
    score: int
    me_too_count: int
    view_count: int
    answer_count: int
    tags: tuple[str, ...]
    comments: tuple[CommentLine, ...]
    answers: tuple[AnswerCard, ...]
    closed: ClosedBecause | None
    original: tuple[int, str] | None
    waiting_for_asker: bool
    is_asker: bool
    vote: int
    me_too: bool
    following: bool
    may_vote_up: Decision
    may_vote_down: Decision
    may_answer: Decision
    may_comment: Decision
    may_ask_back: Decision
    may_join: Decision
    may_follow: Decision
    may_edit: Decision
    may_close: Decision
    may_reopen: Decision
    may_delete: Decision
    may_link_duplicate: Decision

    @property
    def people_ids(self) -> list[int]:
        """Everybody the page names, for the scores beside the names."""
        return list({self.asker.id, *(a.author.id for a in self.answers)})

    @property
    def solver(self) -> Person | None:
        """Who wrote the accepted answer."""
        return next((a.author for a in self.answers if a.accepted), None)


@dataclass(frozen=True, slots=True)
class _Own:
    """What the reader did in this thread."""

    votes: dict[tuple[str, int], int]
    marks: frozenset[tuple[str, int]]


def question_page(session: Session, actor: Actor, question_id: int) -> QuestionPage:
    """Load the page in five statements, one more for a signed-in reader, one or two when closed or a duplicate.

    Raises:
        NotFound: when the question is absent or hidden; a deleted one is shown by ``gone_page`` instead.

    """
    found = session.execute(
        select(Question, Space.name, Space.slug).join(Space).where(Question.id == question_id)
    ).one_or_none()
    if found is None or not may.can_see_question(actor, found[0]):
        raise NotFound
    question, space_name, space_slug = found
    answers = _answers(session, question)
    comments = _comments(session, question_id)
    closure = _closure(session, question)
    who = people(session, _everybody(question, answers, comments, closure))
    own = _own(session, actor, question_id) if actor.id is not None else _Own({}, frozenset())
    lines = _lines(actor, comments, who)
    newest = max((a.posted_at for a in answers), default=None) if len(answers) > 1 else None
    return QuestionPage(
        id=question.id,
        title=question.title,
        html=question.body_html,
        language=question.language,
        impact=question.impact,
        asker=who[question.asker_id],
        space_id=question.space_id,
        space_name=space_name,
        space_slug=space_slug,
        asked_at=question.asked_at,
        active_at=question.active_at,
        edited_at=question.edited_at,
        solved_at=question.solved_at,
        version=question.version,
        revision=question.revision,
        score=question.score,
        me_too_count=question.me_too_count,
        view_count=question.view_count,
        answer_count=question.answer_count,
        tags=tuple(_tags(session, question_id)),
        comments=lines[None],
        answers=tuple(_card(actor, question, a, who, own, lines[a.id], a.posted_at == newest) for a in answers),
        closed=ClosedBecause(closure.reason, closure.note, who[closure.closed_by_id], closure.closed_at)
        if closure
        else None,
        original=_original(session, actor, question),
        waiting_for_asker=question.waiting_for_asker_since is not None,
        is_asker=actor.id == question.asker_id,
        vote=own.votes.get(("question", question.id), 0),
        me_too=("me_too", question.id) in own.marks,
        following=("follow", question.id) in own.marks,
        may_vote_up=may.can_vote(actor, question, 1),
        may_vote_down=may.can_vote(actor, question, -1),
        may_answer=may.can_answer(actor, question),
        may_comment=may.can_comment(actor, question),
        may_ask_back=may.can_ask_back(actor, question),
        may_join=may.can_join(actor, question),
        may_follow=may.can_follow(actor, question),
        may_edit=may.can_edit_question(actor, question),
        may_close=may.can_close(actor, question),
        may_reopen=may.can_reopen(actor, question),
        may_delete=may.can_delete_question(actor, question),
        may_link_duplicate=may.can_link_duplicate(actor, question),
    )


def thread_tag(session: Session, question_id: int) -> tuple[int, int, bool, int | None] | None:
    """Return (space id, version, deleted, merged into) of a question in one statement; None when there is none."""
    row = session.execute(
        select(
            Question.space_id,
            Question.version,
            Question.deleted_at.is_not(None),
            Question.duplicate_of_id,
            Question.merged_at,
        ).where(Question.id == question_id)
    ).one_or_none()
    return (row[0], row[1], row[2], row[3] if row[4] else None) if row else None


def _answers(session: Session, question: Question) -> Sequence[Answer]:
    """Load the answers: accepted first, then what helped most, then the oldest."""
    rows = session.scalars(select(Answer).where(Answer.question_id == question.id, Answer.deleted_at.is_(None))).all()
    return sorted(rows, key=lambda a: (a.id != question.accepted_answer_id, -a.score, a.id))


def _comments(session: Session, question_id: int) -> Sequence[Comment]:
    return session.scalars(
        select(Comment).where(Comment.question_id == question_id, Comment.deleted_at.is_(None)).order_by(Comment.id)
    ).all()


def _tags(session: Session, question_id: int) -> Sequence[str]:
    return session.scalars(
        select(Tag.slug)
        .join(QuestionTag, QuestionTag.tag_id == Tag.id)
        .where(QuestionTag.question_id == question_id)
        .order_by(QuestionTag.position)
    ).all()


def _closure(session: Session, question: Question) -> Closure | None:
    if question.closed_at is None:
        return None
    return session.scalars(
        select(Closure)
        .where(Closure.question_id == question.id, Closure.reopened_at.is_(None))
        .order_by(Closure.id.desc())
        .limit(1)
    ).first()


def _original(session: Session, actor: Actor, question: Question) -> tuple[int, str] | None:
    """Return the id and title of the question this one is the same as, when the reader may see it."""
    if question.duplicate_of_id is None:
        return None
    original = session.get(Question, question.duplicate_of_id)
    if original is None or not may.can_see_question(actor, original):
        return None
    return original.id, original.title


def _everybody(
    question: Question, answers: Sequence[Answer], comments: Sequence[Comment], closure: Closure | None
) -> set[int]:
    named = {question.asker_id, *(a.author_id for a in answers), *(c.author_id for c in comments)}
    return named | ({closure.closed_by_id} if closure else set())


def _own(session: Session, actor: Actor, question_id: int) -> _Own:
    """Load the reader's votes and marks of the whole thread in one statement."""
    me = actor.user_id
    answers = select(Answer.id).where(Answer.question_id == question_id)
    rows: Sequence[Any] = session.execute(
        union_all(
            select(literal("question").label("kind"), Vote.question_id.label("id"), Vote.value.label("value")).where(
                Vote.user_id == me, Vote.question_id == question_id
            ),
            select(literal("answer"), Vote.answer_id, Vote.value).where(
                Vote.user_id == me, Vote.answer_id.in_(answers)
            ),
            select(literal("me_too"), MeToo.question_id, literal(0)).where(
                MeToo.user_id == me, MeToo.question_id == question_id
            ),
            select(literal("follow"), QuestionFollow.question_id, literal(0)).where(
                QuestionFollow.user_id == me, QuestionFollow.question_id == question_id
            ),
            select(literal("working"), WorkingMark.answer_id, literal(0)).where(
                WorkingMark.user_id == me, WorkingMark.answer_id.in_(answers)
            ),
        )
    ).all()
    votes = {(row.kind, row.id): row.value for row in rows if row.value}
    return _Own(votes, frozenset((row.kind, row.id) for row in rows if not row.value))


def _lines(
    actor: Actor, comments: Sequence[Comment], who: dict[int, Person]
) -> dict[int | None, tuple[CommentLine, ...]]:
    under: dict[int | None, list[CommentLine]] = defaultdict(list)
    for comment in comments:
        under[comment.answer_id].append(
            CommentLine(
                comment.id,
                who[comment.author_id],
                comment.body_html,
                comment.posted_at,
                comment.edited_at,
                comment.asks_back,
                may.can_edit_comment(actor, comment),
                may.can_delete_comment(actor, comment),
            )
        )
    return defaultdict(tuple, {place: tuple(lines) for place, lines in under.items()})


def _card(
    actor: Actor,
    question: Question,
    answer: Answer,
    who: dict[int, Person],
    own: _Own,
    comments: tuple[CommentLine, ...],
    newest: bool,
) -> AnswerCard:
    return AnswerCard(
        id=answer.id,
        author=who[answer.author_id],
        html=answer.body_html,
        language=answer.language,
        posted_at=answer.posted_at,
        edited_at=answer.edited_at,
        score=answer.score,
        working_count=answer.working_count,
        accepted=answer.id == question.accepted_answer_id,
        acceptance_note=answer.acceptance_note,
        from_desk=answer.from_desk,
        newest=newest,
        vote=own.votes.get(("answer", answer.id), 0),
        works_for_me=("working", answer.id) in own.marks,
        comments=comments,
        may_vote_up=may.can_vote(actor, answer, 1),
        may_vote_down=may.can_vote(actor, answer, -1),
        may_accept=may.can_accept(actor, question, answer),
        may_mark_working=may.can_mark_working(actor, question, answer),
        may_comment=may.can_comment(actor, question, answer),
        may_edit=may.can_edit_answer(actor, answer),
        may_delete=may.can_delete_answer(actor, answer),
    )

"""Everything the question page shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.forum import permissions as may
from app.forum.models.question import Question
from app.forum.queries.thread_rows import (
    NOTHING_OF_ONES_OWN,
    Own,
    ThreadRows,
    own_marks,
    thread_rows,
)
from app.identity.contract import Person
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.permissions import Decision


@dataclass(frozen=True, slots=True)
class SplitLine:
    """Where an answer stood that became a question of its own."""

    id: int
    author: Person
    became_id: int


@dataclass(frozen=True, slots=True)
class CommentLine:
    """One remark, ready to print; when it ``became_id``, a question of its own, only who wrote it."""

    id: int
    author: Person
    html: str
    posted_at: datetime
    edited_at: datetime | None
    asks_back: bool
    became_id: int | None
    may_edit: Decision
    may_delete: Decision
    may_split: Decision


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
    may_split: Decision


@dataclass(frozen=True, slots=True)
class ClosedBecause:
    """Why a question takes no more answers."""

    reason: str
    note: str
    by: Person
    at: datetime


@dataclass(frozen=True, slots=True)
class ThreadHead:
    """What an answer's card has to know of its question."""

    id: int
    asker: Person
    is_asker: bool
    may_ask_back: Decision


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
    split_answers: tuple[SplitLine, ...]
    split_from: int | None
    closed: ClosedBecause | None
    original: tuple[int, str] | None
    waiting_for_asker: bool
    is_asker: bool
    vote: int
    me_too: bool
    following: bool
    has_draft: bool
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
    def head(self) -> ThreadHead:
        """What an answer's card has to know of the question."""
        return ThreadHead(self.id, self.asker, self.is_asker, self.may_ask_back)

    @property
    def people_ids(self) -> list[int]:
        """Everybody the page names, for the scores beside the names."""
        return list({self.asker.id, *(a.author.id for a in self.answers)})

    @property
    def solver(self) -> Person | None:
        """Who wrote the accepted answer."""
        return next((a.author for a in self.answers if a.accepted), None)


def question_page(session: Session, actor: Actor, question_id: int, rows: ThreadRows | None = None) -> QuestionPage:
    """Load the page in five statements, one more for a signed-in reader, one or two when closed or a duplicate.

    The rows carry the columns that permissions look at, under the names that the models give them.

    Args:
        session: for reading.
        actor: the reader.
        question_id: which one.
        rows: of this version of the thread, when they were read before.

    Raises:
        NotFound: when the question is absent or hidden.

    """
    rows = rows or thread_rows(session, question_id)
    if rows is None or not may.can_see_question(actor, rows.question):
        raise NotFound
    question, answers, comments, closure, who, tags = rows
    own = NOTHING_OF_ONES_OWN if actor.id is None else own_marks(session, actor.id, question_id)
    lines = _lines(actor, question, comments, who)
    shown = [a for a in answers if a.became_question_id is None]
    newest = max(a.posted_at for a in shown) if len(shown) > 1 else None
    return QuestionPage(
        id=question.id,
        title=question.title,
        html=question.body_html,
        language=question.language,
        impact=question.impact,
        asker=who[question.asker_id],
        space_id=question.space_id,
        space_name=question.space_name,
        space_slug=question.space_slug,
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
        tags=tags,
        comments=lines[None],
        answers=tuple(_card(actor, question, a, who, own, lines[a.id], a.posted_at == newest) for a in shown),
        split_answers=tuple(
            SplitLine(a.id, who[a.author_id], a.became_question_id) for a in answers if a.became_question_id
        ),
        split_from=question.split_from_id,
        closed=ClosedBecause(closure.reason, closure.note, who[closure.closed_by_id], closure.closed_at)
        if closure
        else None,
        original=_original(session, actor, question.duplicate_of_id),
        waiting_for_asker=question.waiting_for_asker_since is not None,
        is_asker=actor.id == question.asker_id,
        vote=own.votes.get(("question", question.id), 0),
        me_too=("me_too", question.id) in own.marks,
        following=("follow", question.id) in own.marks,
        has_draft=("draft", actor.id) in own.marks,
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


def _original(session: Session, actor: Actor, original_id: int | None) -> tuple[int, str] | None:
    """Return the id and title of the question this one is the same as, when the reader may see it."""
    original = None if original_id is None else session.get(Question, original_id)
    if original is None or not may.can_see_question(actor, original):
        return None
    return original.id, original.title


def _lines(
    actor: Actor, question: Any, comments: Sequence[Any], who: dict[int, Person]
) -> defaultdict[int | None, tuple[CommentLine, ...]]:
    under: defaultdict[int | None, tuple[CommentLine, ...]] = defaultdict(tuple)
    for comment in comments:
        line = CommentLine(
            comment.id,
            who[comment.author_id],
            "" if comment.became_question_id else comment.body_html,
            comment.posted_at,
            comment.edited_at,
            comment.asks_back,
            comment.became_question_id,
            may.can_edit_comment(actor, comment),
            may.can_delete_comment(actor, comment),
            may.can_split(actor, question, comment),
        )
        under[comment.answer_id] += (line,)
    return under


def _card(
    actor: Actor,
    question: Any,
    answer: Any,
    who: dict[int, Person],
    own: Own,
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
        may_split=may.can_split(actor, question, answer),
    )

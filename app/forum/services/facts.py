"""The part that every fact about a thread has in common, and the marks a change leaves on the question."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from app.forum.events import AskerReplied
from app.forum.models.answer import Answer
from app.forum.models.question import Question
from app.forum.permissions import SomeThread
from app.kernel.actor import Actor
from app.kernel.unit_of_work import UnitOfWork


class ThreadFacts(TypedDict):
    """Fields of every ``ThreadEvent``."""

    occurred_at: datetime
    question_id: int
    space_id: int
    asker_id: int
    by_id: int


class AnswerFacts(ThreadFacts):
    """Fields of every ``AnswerEvent``."""

    answer_id: int
    author_id: int


def of_thread(uow: UnitOfWork, actor: Actor, question: SomeThread) -> ThreadFacts:
    """Return what any fact about this question says first."""
    return ThreadFacts(
        occurred_at=uow.now,
        question_id=question.id,
        space_id=question.space_id,
        asker_id=question.asker_id,
        by_id=actor.user_id,
    )


def of_answer(uow: UnitOfWork, actor: Actor, question: Question, answer: Answer) -> AnswerFacts:
    """Return what any fact about this answer says first."""
    return AnswerFacts(**of_thread(uow, actor, question), answer_id=answer.id, author_id=answer.author_id)


def changed(question: Question) -> None:
    """Note that the page of the question looks different now; the caller holds the question's lock."""
    question.version += 1


def active(question: Question, at: datetime) -> None:
    """Note an answer, a comment or an edit: it brings the question to the top of the active ones."""
    changed(question)
    question.active_at = at


def hear_asker(uow: UnitOfWork, actor: Actor, question: Question, comment_id: int | None = None) -> None:
    """Stop waiting for the asker when the actor is the asker: any contribution of theirs is a reply."""
    if actor.id == question.asker_id and stop_waiting(question):
        uow.record(AskerReplied(**of_thread(uow, actor, question), comment_id=comment_id))


def stop_waiting(question: Question) -> bool:
    """Let the question no longer wait for its asker; tell whether it did. The caller says why."""
    waited = question.waiting_for_asker_since is not None
    question.waiting_for_asker_since = None
    question.asked_back_by_id = None
    return waited

"""Votes: one row for one person and one post; taking it back deletes the row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, delete, func, select

from app.forum.access import access_answer, access_question
from app.forum.events import VoteCast, VoteWithdrawn
from app.forum.models.answer import Answer, Vote
from app.forum.models.question import Question
from app.forum.permissions import author_of, can_vote
from app.forum.services.facts import changed, of_thread
from app.kernel.actor import Actor
from app.kernel.errors import Denied, Invalid
from app.kernel.permissions import deny, ensure
from app.kernel.unit_of_work import UnitOfWork

VOTES_PER_DAY = 40
"""Votes one person may give in a UTC day; the limit of the large communities."""


@dataclass(frozen=True, slots=True)
class SetVote:
    """What the actor's vote on one post shall be from now on: +1, −1 or 0 for none."""

    question_id: int | None
    answer_id: int | None
    value: int


def set_vote(uow: UnitOfWork, actor: Actor, command: SetVote) -> int:
    """Make the actor's vote what the command says and return the post's score; repeating has no second effect.

    Raises:
        Invalid: when the value is none of −1, 0, 1 or not exactly one post is named.
        Denied: ``forum.too_many_votes`` after 40 votes in one UTC day.

    """
    if command.value not in {-1, 0, 1} or (command.question_id is None) == (command.answer_id is None):
        raise Invalid("value", "forum.vote_unknown")
    question, post = _load_post(uow, actor, command)
    standing = uow.session.scalars(_votes_on(post).where(Vote.user_id == actor.user_id)).first()
    if command.value == (standing.value if standing else 0):
        return post.score
    if question.deleted_at is not None:
        ensure(deny("forum.deleted"))
    ensure(can_vote(actor, post, command.value))
    if standing is not None:
        _withdraw(uow, actor, question, post, standing)
    if command.value:
        _cast(uow, actor, question, post, command.value)
    changed(question)
    return post.score


def _load_post(uow: UnitOfWork, actor: Actor, command: SetVote) -> tuple[Question, Question | Answer]:
    """Lock the question: every count of its thread changes under that lock."""
    if command.answer_id is not None:
        return access_answer(uow.session, actor, command.answer_id, lock=True)
    question = access_question(uow.session, actor, command.question_id or 0, lock=True)
    return question, question


def _votes_on(post: Question | Answer) -> Select[Vote]:
    return select(Vote).where(Vote.question_id == post.id if isinstance(post, Question) else Vote.answer_id == post.id)


def _withdraw(uow: UnitOfWork, actor: Actor, question: Question, post: Question | Answer, vote: Vote) -> None:
    uow.session.execute(delete(Vote).where(Vote.id == vote.id))
    post.score -= vote.value
    uow.record(
        VoteWithdrawn(
            **of_thread(uow, actor, question),
            vote_id=vote.id,
            answer_id=vote.answer_id,
            author_id=author_of(post),
            value=vote.value,
            score=post.score,
            cast_at=vote.cast_at.isoformat(),
        )
    )
    uow.session.expunge(vote)


def _cast(uow: UnitOfWork, actor: Actor, question: Question, post: Question | Answer, value: int) -> None:
    if _votes_today(uow, actor.user_id) >= VOTES_PER_DAY:
        raise Denied("forum.too_many_votes", maximum=VOTES_PER_DAY)
    on_question = isinstance(post, Question)
    vote = Vote(
        user_id=actor.user_id,
        question_id=post.id if on_question else None,
        answer_id=None if on_question else post.id,
        value=value,
        cast_at=uow.now,
    )
    uow.session.add(vote)
    post.score += value
    uow.session.flush()
    uow.record(
        VoteCast(
            **of_thread(uow, actor, question),
            vote_id=vote.id,
            answer_id=vote.answer_id,
            author_id=author_of(post),
            value=value,
            score=post.score,
        )
    )


def _votes_today(uow: UnitOfWork, user_id: int) -> int:
    midnight = uow.now.replace(hour=0, minute=0, second=0, microsecond=0)
    query = select(func.count()).select_from(Vote)
    return uow.session.execute(
        query.where(Vote.user_id == user_id, Vote.cast_at >= midnight, Vote.cast_at < midnight + timedelta(days=1))
    ).scalar_one()

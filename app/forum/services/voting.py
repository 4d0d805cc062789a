"""Votes: one row for one person and one post; taking it back deletes the row.

People vote more often than they write, so everything here is one short statement each, on the tables themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from sqlalchemy import Table, bindparam, delete, insert, update

from app.forum.access_votes import VotedPost, VotedThread, VoterStanding, access_voted
from app.forum.events import VoteCast, VoteWithdrawn
from app.forum.models.answer import Answer, Vote
from app.forum.models.question import Question
from app.forum.permissions import can_vote
from app.forum.services.facts import of_thread
from app.kernel.actor import Actor
from app.kernel.database import fetch
from app.kernel.errors import Denied, Invalid, NotFound
from app.kernel.permissions import deny, ensure
from app.kernel.unit_of_work import UnitOfWork

VOTES_PER_DAY = 40
"""Votes one person may give in a UTC day; the limit of the large communities."""

VOTES = cast("Table", Vote.__table__)
ANSWERS = cast("Table", Answer.__table__)
QUESTIONS = cast("Table", Question.__table__)


@dataclass(frozen=True, slots=True)
class SetVote:
    """What the actor's vote on one post shall be from now on: +1, −1 or 0 for none.

    ``within`` is the question whose page an answer is said to stand on; on another one there is no such answer.
    """

    question_id: int | None
    answer_id: int | None
    value: int
    within: int | None = None


def set_vote(uow: UnitOfWork, actor: Actor, command: SetVote) -> int:
    """Make the actor's vote what the command says and return the post's score; repeating has no second effect.

    The question's row is locked first, so two votes on one thread never meet: neither doubles a row or loses a count.

    Raises:
        Invalid: when the value is none of −1, 0, 1 or not exactly one post is named.
        NotFound: when the post is absent or hidden, or does not stand ``within``.
        Denied: ``forum.too_many_votes`` after 40 votes in one UTC day.

    """
    if command.value not in {-1, 0, 1} or (command.question_id is None) == (command.answer_id is None):
        raise Invalid("value", "forum.vote_unknown")
    midnight = uow.now.replace(hour=0, minute=0, second=0, microsecond=0)
    thread, post, standing = access_voted(uow.session, actor, command.question_id, command.answer_id, midnight)
    if command.within not in {None, thread.id}:
        raise NotFound
    if command.value == standing.value:
        return post.score
    if thread.deleted_at is not None:
        ensure(deny("forum.deleted"))
    ensure(can_vote(actor, post, command.value))
    if command.value and standing.today >= VOTES_PER_DAY:
        raise Denied("forum.too_many_votes", maximum=VOTES_PER_DAY)
    score = post.score
    if standing.vote_id is not None:
        score = _withdraw(uow, actor, thread, post, standing)
    if command.value:
        score = _cast(uow, actor, thread, post, score, command.value)
    _store(uow, thread, post, score)
    return score


def _withdraw(uow: UnitOfWork, actor: Actor, thread: VotedThread, post: VotedPost, standing: VoterStanding) -> int:
    assert standing.vote_id is not None
    assert standing.cast_at is not None
    fetch(uow.session, _WITHDRAW, {"vote": standing.vote_id})
    score = post.score - standing.value
    uow.record(
        VoteWithdrawn(
            **of_thread(uow, actor, thread),
            vote_id=standing.vote_id,
            answer_id=post.answer_id,
            author_id=post.author_id,
            value=standing.value,
            score=score,
            cast_at=standing.cast_at.isoformat(),
        )
    )
    return score


def _cast(uow: UnitOfWork, actor: Actor, thread: VotedThread, post: VotedPost, score: int, value: int) -> int:
    row = {
        "user_id": actor.user_id,
        "question_id": thread.id if post.answer_id is None else None,
        "answer_id": post.answer_id,
        "value": value,
        "cast_at": uow.now,
    }
    vote_id = fetch(uow.session, _CAST, row).scalar_one()
    uow.record(
        VoteCast(
            **of_thread(uow, actor, thread),
            vote_id=vote_id,
            answer_id=post.answer_id,
            author_id=post.author_id,
            value=value,
            score=score + value,
        )
    )
    return score + value


def _store(uow: UnitOfWork, thread: VotedThread, post: VotedPost, score: int) -> None:
    """Keep score and version."""
    if post.answer_id is None:
        fetch(uow.session, _SCORE_QUESTION, {"post": thread.id, "new_score": score})
    else:
        fetch(uow.session, _SCORE_ANSWER, {"post": post.answer_id, "new_score": score})
        fetch(uow.session, _CHANGE_QUESTION, {"post": thread.id})


# built once: putting a statement together costs more than running it
_CAST = insert(VOTES).returning(VOTES.c.id)
_WITHDRAW = delete(VOTES).where(VOTES.c.id == bindparam("vote"))
_SCORE_ANSWER = update(ANSWERS).where(ANSWERS.c.id == bindparam("post")).values(score=bindparam("new_score"))
_CHANGE_QUESTION = update(QUESTIONS).where(QUESTIONS.c.id == bindparam("post")).values(version=QUESTIONS.c.version + 1)
_SCORE_QUESTION = _CHANGE_QUESTION.values(score=bindparam("new_score"))

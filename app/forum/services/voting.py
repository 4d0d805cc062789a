"""Votes: one row for one person and one post; taking it back deletes the row.

People vote more often than they write, so everything here is one short statement each, on the tables themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, Integer, Select, Table, bindparam, case, delete, func, insert, select, update

from app.forum.access import VotedPost, VotedThread, access_voted
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


@dataclass(frozen=True, slots=True)
class _Standing:
    """The actor's vote on the post, if any, and how many votes they gave today."""

    vote_id: int | None
    value: int
    cast_at: datetime | None
    today: int


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
    thread, post = access_voted(uow.session, actor, command.question_id, command.answer_id)
    if command.within not in {None, thread.id}:
        raise NotFound
    standing = _standing(uow, actor.user_id, thread, post)
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


def _standing(uow: UnitOfWork, user_id: int, thread: VotedThread, post: VotedPost) -> _Standing:
    midnight = uow.now.replace(hour=0, minute=0, second=0, microsecond=0)
    query = _STANDING_ON_QUESTION if post.answer_id is None else _STANDING_ON_ANSWER
    values = {"voter": user_id, "post": post.answer_id or thread.id, "midnight": midnight}
    return _Standing(*fetch(uow.session, query, values).one())


def _withdraw(uow: UnitOfWork, actor: Actor, thread: VotedThread, post: VotedPost, standing: _Standing) -> int:
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


def _standing_by(column: ColumnElement[int | None]) -> Select[int | None, int, datetime | None, int]:
    here: ColumnElement[bool] = column == bindparam("post", type_=Integer)
    today: ColumnElement[bool] = VOTES.c.cast_at >= bindparam("midnight", type_=VOTES.c.cast_at.type)
    return select(
        func.max(case((here, VOTES.c.id))),
        func.coalesce(func.max(case((here, VOTES.c.value))), 0),
        func.max(case((here, VOTES.c.cast_at))),
        func.count(case((today, 1))),
    ).where(VOTES.c.user_id == bindparam("voter"), here | today)


# built once: putting a statement together costs more than running it
_STANDING_ON_QUESTION, _STANDING_ON_ANSWER = _standing_by(VOTES.c.question_id), _standing_by(VOTES.c.answer_id)
_CAST = insert(VOTES).returning(VOTES.c.id)
_WITHDRAW = delete(VOTES).where(VOTES.c.id == bindparam("vote"))
_SCORE_ANSWER = update(ANSWERS).where(ANSWERS.c.id == bindparam("post")).values(score=bindparam("new_score"))
_CHANGE_QUESTION = update(QUESTIONS).where(QUESTIONS.c.id == bindparam("post")).values(version=QUESTIONS.c.version + 1)
_SCORE_QUESTION = _CHANGE_QUESTION.values(score=bindparam("new_score"))

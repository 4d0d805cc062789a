from __future__ import annotations

import threading

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.forum.models.answer import Answer, Vote
from app.forum.services.voting import VOTES_PER_DAY, SetVote, set_vote
from app.kernel.actor import Actor, Role
from app.kernel.errors import Denied, Invalid
from app.kernel.unit_of_work import UnitOfWorkFactory
from tests.forum.services.telling import facts_of
from tests.support.clock import FixedClock
from tests.support.factories import Make, read

MAY_VOTE = frozenset({"vote_up", "vote_down"})


@pytest.fixture
def answer(make: Make) -> Answer:
    return make.answer(make.question())


@pytest.fixture
def voter(make: Make, answer: Answer) -> Actor:
    return make.actor(make.user(), privileges=MAY_VOTE)


def test_a_vote_counts_and_repeating_it_changes_nothing(
    unit_of_work: UnitOfWorkFactory, voter: Actor, answer: Answer
) -> None:
    told = []
    for _ in range(2):
        with unit_of_work() as uow:
            assert set_vote(uow, voter, SetVote(None, answer.id, 1)) == 1
            told += facts_of(uow)

    assert [name for name, _ in told] == ["VoteCast"]


def test_switching_takes_one_vote_back_and_casts_another(
    unit_of_work: UnitOfWorkFactory, voter: Actor, answer: Answer
) -> None:
    with unit_of_work() as uow:
        set_vote(uow, voter, SetVote(None, answer.id, 1))
    with unit_of_work() as uow:
        assert set_vote(uow, voter, SetVote(None, answer.id, -1)) == -1
        told = [(name, fact.value, fact.score) for name, fact in facts_of(uow)]

    assert told == [("VoteWithdrawn", 1, 0), ("VoteCast", -1, -1)]


def test_taking_a_vote_back_leaves_no_row(
    unit_of_work: UnitOfWorkFactory, voter: Actor, answer: Answer, session: Session
) -> None:
    for value in (1, 0):
        with unit_of_work() as uow:
            score = set_vote(uow, voter, SetVote(answer.question_id, None, value))

    assert score == 0
    assert session.scalars(select(Vote)).all() == []


def test_nobody_votes_on_their_own(make: Make, unit_of_work: UnitOfWorkFactory) -> None:
    ann = make.user(roles=(Role.MODERATOR,))
    question = make.question(asker=ann)

    with pytest.raises(Denied, match="own_vote"), unit_of_work() as uow:
        set_vote(uow, make.actor(ann), SetVote(question.id, None, 1))


@pytest.mark.parametrize(("value", "needs"), [(1, "vote_up"), (-1, "vote_down")])
def test_voting_takes_a_privilege(
    make: Make, unit_of_work: UnitOfWorkFactory, answer: Answer, value: int, needs: str
) -> None:
    actor = make.actor(make.user(), privileges=MAY_VOTE - {needs})

    with pytest.raises(Denied, match=f"needs_{needs}"), unit_of_work() as uow:
        set_vote(uow, actor, SetVote(None, answer.id, value))


def test_votes_of_one_day_are_limited_and_come_back_at_midnight_utc(
    make: Make, unit_of_work: UnitOfWorkFactory, clock: FixedClock, voter: Actor, answer: Answer
) -> None:
    user = make.user()
    with make.unit_of_work() as uow:
        for _ in range(VOTES_PER_DAY):
            other = Answer(
                question_id=answer.question_id, author_id=user.id, body="x", body_html="x", posted_at=uow.now
            )
            uow.session.add(other)
            uow.session.flush()
            set_vote(uow, voter, SetVote(None, other.id, 1))

    with pytest.raises(Denied, match="too_many_votes"), unit_of_work() as uow:
        set_vote(uow, voter, SetVote(None, answer.id, 1))

    clock.advance(hours=15)
    with unit_of_work() as uow:
        assert set_vote(uow, voter, SetVote(None, answer.id, 1)) == 1


@pytest.mark.parametrize("command", [SetVote(1, None, 2), SetVote(None, None, 1), SetVote(1, 1, 1)])
def test_a_made_up_vote_is_refused(unit_of_work: UnitOfWorkFactory, voter: Actor, command: SetVote) -> None:
    with pytest.raises(Invalid, match="vote_unknown"), unit_of_work() as uow:
        set_vote(uow, voter, command)


def test_fifty_identical_votes_at_once_are_one_vote(
    make: Make, unit_of_work: UnitOfWorkFactory, voter: Actor, answer: Answer
) -> None:
    problems: list[BaseException] = []

    def vote() -> None:
        try:
            with unit_of_work() as uow:
                set_vote(uow, voter, SetVote(None, answer.id, 1))
        except BaseException as problem:  # noqa: BLE001  # a thread's failure must reach the test
            problems.append(problem)

    threads = [threading.Thread(target=vote) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert problems == []
    with read(make._app) as session:
        assert session.get_one(Answer, answer.id).score == 1
        assert len(session.scalars(select(Vote)).all()) == 1

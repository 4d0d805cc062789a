"""What the ledger says, how it is checked, and how it is put right."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.kernel.actor import Role
from app.kernel.errors import Denied, Invalid
from app.kernel.jobs import PeriodicJob
from app.kernel.models import AuditEntry
from app.reputation.caps import CapKind, Gain, derive_caps
from app.reputation.contract import check_ledger, recompute_all, scores
from app.reputation.jobs import reputation_jobs
from app.reputation.models import Cap, Entry, Score
from app.reputation.rules import Rule, RuleBook, Rules
from app.reputation.services.changing_rules import ChangeRules, change_rules
from app.web.runtime import Runtime
from tests.reputation.world import Step, World
from tests.support.clock import FixedClock
from tests.support.factories import Make

ASKER, AUTHOR, VOTER = 0, 1, 3
FIRST_ANSWER_POST = 3
"""Place of the first answer, written by ``AUTHOR``, in ``World.posts``."""


@pytest.fixture
def world(app: Flask, clock: FixedClock) -> World:
    return World(app, clock)


def shown(runtime: Runtime, world: World, who: int) -> int:
    user_id = world.people[who].user_id
    with runtime.reads() as session:
        return scores(session, [user_id])[user_id]


def test_helping_gives_what_the_rules_say(runtime: Runtime, world: World) -> None:
    world.play(Step("vote", VOTER, FIRST_ANSWER_POST, 1))
    world.play(Step("vote", VOTER, 0, 1))
    world.play(Step("accept", what=0))

    assert shown(runtime, world, AUTHOR) == 1 + 10 + 15
    assert shown(runtime, world, ASKER) == 1 + 5 + 2


def test_voting_an_answer_down_costs_both_and_nobody_is_shown_below_one(runtime: Runtime, world: World) -> None:
    world.play(Step("vote", VOTER, FIRST_ANSWER_POST, -1))

    assert shown(runtime, world, AUTHOR) == 1
    assert shown(runtime, world, VOTER) == 1
    assert world.sums()[world.people[AUTHOR].user_id] == -2
    world.play(Step("vote", VOTER, 4, 1))
    assert world.sums()[world.people[VOTER].user_id] == -1


def test_accepting_ones_own_answer_gives_nothing(world: World) -> None:
    world.play(Step("accept", what=2))

    assert world.sums() == {}


def test_an_answer_that_is_confirmed_and_accepted_is_rewarded_once(runtime: Runtime, world: World) -> None:
    world.play(Step("confirm", ASKER, 0))
    assert shown(runtime, world, AUTHOR) == 16
    world.play(Step("accept", what=0))
    assert shown(runtime, world, AUTHOR) == 16
    assert world.disagreements() == []


def test_reversals_name_what_they_take_back_and_why(world: World, session: Session) -> None:
    world.play(Step("vote", VOTER, FIRST_ANSWER_POST, 1))
    world.play(Step("delete_answer", what=0))
    world.play(Step("restore_answer", what=0))

    entries = session.scalars(select(Entry).order_by(Entry.id)).all()
    assert [(e.points, e.reason, e.occurrence) for e in entries] == [
        (10, "earned", 1),
        (-10, "answer_deleted", 1),
        (10, "answer_restored", 2),
    ]
    assert entries[1].reverses_id == entries[0].id


def test_the_database_refuses_to_reverse_twice_and_to_count_a_fact_twice(
    runtime: Runtime, world: World, session: Session
) -> None:
    world.play(Step("vote", VOTER, FIRST_ANSWER_POST, 1))
    world.play(Step("vote", VOTER, FIRST_ANSWER_POST, 0))
    original, reversal = (dict(row) for row in session.execute(select(*Entry.__table__.columns)).mappings())
    for row in (original, reversal):
        with pytest.raises(IntegrityError), runtime.unit_of_work() as uow:
            uow.session.add(Entry(**{**row, "id": None}))


def test_a_damaged_ledger_is_found_and_put_right(runtime: Runtime, world: World) -> None:
    for who in (0, 2, 3, 4):
        world.play(Step("vote", who, FIRST_ANSWER_POST, 1))
    author = world.people[AUTHOR].user_id
    with runtime.unit_of_work() as uow:
        uow.session.execute(update(Score).where(Score.user_id == author).values(score_sum=999))
        lost = uow.session.scalars(select(Entry.id).where(Entry.user_id == author).order_by(Entry.id)).first()
        uow.session.execute(delete(Entry).where(Entry.id == lost))

    with runtime.reads() as session:
        (drift,) = check_ledger(session)
    assert (drift.user_id, drift.kept, drift.summed, drift.recomputed, drift.wrong_lines) == (author, 999, 30, 40, 1)
    check = next(job for job in reputation_jobs(runtime.reads, runtime.unit_of_work) if job.name == "reputation.check")
    assert isinstance(check, PeriodicJob)
    assert check.run() == [drift]

    with runtime.unit_of_work() as uow:
        assert recompute_all(uow.session, uow.now) == 1
    assert world.disagreements() == []
    with runtime.unit_of_work() as uow:
        assert recompute_all(uow.session, uow.now) == 0


def test_a_ledger_can_be_built_from_the_facts_alone(runtime: Runtime, world: World) -> None:
    for who in range(5):
        for post in range(8):
            world.play(Step("vote", who, post, 1))
    world.play(Step("accept", what=0))
    before = world.sums()
    with runtime.unit_of_work() as uow:
        for table in (Entry, Cap, Score):
            uow.session.execute(delete(table))

    with runtime.unit_of_work() as uow:
        assert recompute_all(uow.session, uow.now) > 0

    assert world.sums() == before
    assert world.disagreements() == []


def test_one_persons_ledger_can_be_put_right_alone(runtime: Runtime, world: World) -> None:
    world.play(Step("vote", VOTER, FIRST_ANSWER_POST, 1))
    world.play(Step("vote", VOTER, 4, 1))
    with runtime.unit_of_work() as uow:
        uow.session.execute(delete(Entry))
        recompute_all(uow.session, uow.now, [world.people[AUTHOR].user_id])

    with runtime.reads() as session:
        assert [drift.user_id for drift in check_ledger(session)] == [world.people[2].user_id]


def test_new_rules_hold_from_the_next_day_and_leave_old_facts_alone(
    runtime: Runtime, world: World, clock: FixedClock, session: Session
) -> None:
    with runtime.unit_of_work() as uow:
        version = change_rules(uow, world.staff, ChangeRules(Rules(answer_up=50), "Answers matter more"))
    assert version.valid_from == datetime(2026, 3, 3, tzinfo=UTC)
    world.play(Step("vote", VOTER, FIRST_ANSWER_POST, 1))
    world.play(Step("night"))
    world.play(Step("vote", ASKER, FIRST_ANSWER_POST, 1))

    assert shown(runtime, world, AUTHOR) == 1 + 10 + 50
    assert session.scalars(select(AuditEntry.action)).all() == ["reputation.rules_changed"]


def test_only_administrators_change_rules_and_only_within_reason(runtime: Runtime, make: Make, world: World) -> None:
    moderator = make.actor(make.user(roles=(Role.MODERATOR,)))
    with pytest.raises(Denied), runtime.unit_of_work() as uow:
        change_rules(uow, moderator, ChangeRules(Rules(), ""))
    with pytest.raises(Invalid) as refusal, runtime.unit_of_work() as uow:
        change_rules(uow, world.staff, ChangeRules(Rules(down_received=5), ""))
    assert refusal.value.field == "down_received"


def test_the_default_day_is_worth_two_hundred_with_partial_fill() -> None:
    day = datetime(2026, 3, 2, tzinfo=UTC).date()
    gains = [Gain(day, Rule.ANSWER_UP, 10, voter, 1, answer) for voter in range(4) for answer in range(5)]
    gains.append(Gain(day, Rule.QUESTION_UP, 5, 9, 7, None))

    assert derive_caps(RuleBook(), gains) == {(day, CapKind.DAY, ""): -5}


def test_of_one_persons_votes_for_another_six_count_in_a_day() -> None:
    day = datetime(2026, 3, 2, tzinfo=UTC).date()
    gains = [Gain(day, Rule.ANSWER_UP, 10, 4, 1, answer) for answer in range(6)]
    gains.append(Gain(day, Rule.QUESTION_UP, 5, 4, 7, None))

    assert derive_caps(RuleBook(), gains) == {(day, CapKind.PAIR_UPS, "4"): -5}

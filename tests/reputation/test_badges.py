"""Badges are given fact by fact from what is near, and that gives the same people the same as their whole history."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.forum.events import AnswerAccepted, AnswerPosted
from app.forum.models.answer import Answer, Vote
from app.forum.models.question import Question
from app.forum.services.answering import PostAnswer, post_answer
from app.forum.services.asking import AskQuestion, ask_question
from app.forum.services.editing import EditAnswer, EditQuestion, edit_answer, edit_question
from app.forum.services.voting import SetVote, set_vote
from app.identity.models import User
from app.kernel.relay import Relay
from app.kernel.unit_of_work import UnitOfWork
from app.reputation import badges
from app.reputation.contract import award_all_badges, recompute_all
from app.reputation.events import BadgeAwarded
from app.reputation.models import BadgeAward
from app.reputation.services.awarding import all_awards, give_badges
from app.reputation.services.near import awards_after
from app.reputation.subscribers import badge_subscription
from app.text.contract import RichText
from app.web.runtime import Runtime
from tests.conftest import CountStatements
from tests.reputation.test_agreement import new_world, relaxed
from tests.reputation.world import VOTER, Step, World
from tests.support.clock import FixedClock
from tests.support.databases import FreshDatabase, SqliteFile
from tests.support.factories import Make

LOW = {
    "GOOD_QUESTION": 2,
    "GREAT_ANSWER": 2,
    "STREAK_DAYS": 2,
    "STREAK_WITHIN": timedelta(days=3),
    "OLD": timedelta(days=1),
    "TEACHER_PEOPLE": 2,
}
"""Heights that five people reach in a few steps."""
VERBS = (
    "ask", "answer", "answer", "accept", "accept", "accept", "accept_as_staff", "withdraw", "delete_answer",
    "delete_answer", "restore_answer", "restore_answer", "delete_question", "restore_question", "edit_answer",
    "edit_question", "night", "night",
)  # fmt: skip
small = st.integers(0, 9)
votes = st.builds(Step, st.just("vote"), small, small, st.sampled_from([1, 1, 1, -1, 0]))
others = st.builds(Step, st.sampled_from(VERBS), small, small, small)
histories = st.lists(st.one_of(votes, others, others), min_size=10, max_size=40)


class Village(World):
    """The same world, in which people also ask, answer and edit; badges are given after each step."""

    def __init__(self, app: Flask, clock: FixedClock) -> None:
        super().__init__(app, clock)
        self._make = Make(app)
        self.people = [self._make.actor(self._user(p.user_id), privileges=VOTER | {"edit"}) for p in self.people]
        units, reads = self._runtime.unit_of_work, self._runtime.reads
        self._relay = Relay(units._sessions, [badge_subscription(units, reads)], clock, units._gate)
        self._give_all()

    def held(self) -> set[tuple[int, str]]:
        with self._runtime.reads() as session:
            return holders(session)

    def earned(self) -> set[tuple[int, str]]:
        """Return what the whole history says now."""
        with self._runtime.reads() as session:
            return {(award["user_id"], award["code"]) for award in all_awards(session, ())}

    def deliver(self) -> None:
        self._relay.drain()

    def _user(self, user_id: int) -> User:
        with self._runtime.reads() as session:
            return session.get_one(User, user_id)

    def _give_all(self) -> None:
        with self._runtime.unit_of_work() as uow:
            award_all_badges(uow.session)

    def _ask(self, uow: UnitOfWork, step: Step) -> None:
        space = self.questions[step.what % 2].space_id
        command = AskQuestion(space, "It makes a noise", RichText("Loud.", "<p>Loud.</p>", 0), "nothing")
        self.questions.append(ask_question(uow, self._person(step), command))

    def _answer(self, uow: UnitOfWork, step: Step) -> None:
        text = RichText("Oil it.", "<p>Oil it.</p>", 0)
        self.answers.append(post_answer(uow, self._person(step), PostAnswer(self._question_id(step), text)))

    def _edit_answer(self, uow: UnitOfWork, step: Step) -> None:
        answer = uow.session.get_one(Answer, self._answer_id(step))
        text = RichText(f"{answer.body}!", "<p>Clearer.</p>", 0)
        edit_answer(uow, self._person(step), EditAnswer(answer.id, answer.revision, text))

    def _edit_question(self, uow: UnitOfWork, step: Step) -> None:
        question = uow.session.get_one(Question, self._question_id(step))
        text = RichText(f"{question.body}!", "<p>Clearer.</p>", 0)
        edit = EditQuestion(question.id, question.revision, question.title, text, (), question.impact)
        edit_question(uow, self._person(step), edit)


@pytest.fixture
def low(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in LOW.items():
        monkeypatch.setattr(badges, name, value)
    for name in ("STREAK_WITHIN", "TEACHER_PEOPLE"):
        monkeypatch.setattr(f"app.reputation.services.near.{name}", LOW[name])


def live(village: Village, history: list[Step]) -> set[str]:
    """Play and compare after each step; return the badges that were earned."""
    held = village.held()
    for number, step in enumerate(history):
        village.play(step)
        village.deliver()
        held |= village.earned()
        assert village.held() == held, f"after step {number}: {step}"
    return {code for _, code in held}


def holders(session: Session) -> set[tuple[int, str]]:
    return {(person, code) for person, code in session.execute(select(BadgeAward.user_id, BadgeAward.code))}


def cast_vote(runtime: Runtime, make: Make, answer: Answer) -> None:
    voter = make.actor(make.user(), privileges=VOTER)
    with runtime.unit_of_work() as uow:
        set_vote(uow, voter, SetVote(None, answer.id, 1))


@settings(relaxed, max_examples=6)
@given(histories)
def test_facts_one_by_one_give_what_the_whole_history_gives(
    low: None, app: Flask, database: FreshDatabase, clock: FixedClock, history: list[Step]
) -> None:
    new_world(app, database, clock)
    live(Village(app, clock), history if isinstance(database, SqliteFile) else history[:10])


def test_a_long_life_of_a_village_gives_every_badge_fact_by_fact(
    low: None, app: Flask, database: FreshDatabase, clock: FixedClock
) -> None:
    dice, history = random.Random(0), list[Step]()
    for _ in range(155):
        verb = "vote" if dice.random() < 0.4 else dice.choice(VERBS)
        value = dice.choice([1, 1, 1, -1, 0]) if verb == "vote" else dice.randrange(8)
        history.append(Step(verb, dice.randrange(10), dice.randrange(10), value))
    if isinstance(database, SqliteFile):
        assert live(Village(app, clock), history) == set(badges.BY_CODE)
    else:
        live(Village(app, clock), history[:30])


def test_what_was_taken_back_before_its_fact_arrived_gives_nothing_and_what_was_given_stays(
    app: Flask, clock: FixedClock
) -> None:
    village = Village(app, clock)
    before = village.held()
    village.play(Step("accept", what=0))
    village.play(Step("withdraw", what=0))
    village.deliver()
    assert village.held() == before

    village.play(Step("accept", what=0))
    village.deliver()
    given = village.held()
    village.play(Step("withdraw", what=0))
    village.deliver()
    assert village.held() == given > before


def test_a_badge_is_given_once_and_told(runtime: Runtime, make: Make, session: Session) -> None:
    mei, jo = make.user(), make.user()
    question = make.question(asker=jo)
    answer = make.answer(question, author=mei, accepted_at=make.now, accepted_by_id=jo.id)
    about = {"question_id": question.id, "space_id": question.space_id, "asker_id": jo.id, "answer_id": answer.id}
    with runtime.unit_of_work() as uow:
        facts = [
            AnswerPosted(occurred_at=uow.now, **about, author_id=mei.id, by_id=mei.id, from_desk=False),
            AnswerAccepted(occurred_at=uow.now, **about, author_id=mei.id, by_id=jo.id),
        ]
        awards = awards_after(uow.session, facts)
        assert give_badges(uow, awards) == 4
        assert sum(isinstance(fact, BadgeAwarded) for fact in uow.pending) == 4
        assert give_badges(uow, awards) == 0
    with runtime.reads() as reading:
        assert awards_after(reading, facts) == []

    held = holders(session)
    mine = {(mei.id, code) for code in ("first_answer", "first_accepted", "welcome")}
    assert held == mine | {(jo.id, "closed_the_loop")}


def test_the_fifth_day_of_help_in_two_weeks_makes_a_streak_from_the_ledger(runtime: Runtime, make: Make) -> None:
    mei = make.user()
    for days in (30, 13, 9, 5, 2):
        at = make.now - timedelta(days=days)
        answer = make.answer(make.question(asked_at=at), author=mei, posted_at=at)
        make.save(Vote(user_id=make.user().id, answer_id=answer.id, value=1, cast_at=at))
    with runtime.unit_of_work() as uow:
        recompute_all(uow.session, uow.now)
        award_all_badges(uow.session)

    def codes() -> set[str]:
        runtime.relay.drain()
        with runtime.reads() as session:
            return set(session.scalars(select(BadgeAward.code).where(BadgeAward.user_id == mei.id)))

    assert "streak" not in codes()
    cast_vote(runtime, make, answer)
    assert "streak" in codes()


def test_what_follows_a_vote_does_not_grow_with_what_its_author_has_written(
    runtime: Runtime, make: Make, count_statements: CountStatements
) -> None:
    mei, space = make.user(), make.space()
    counts = []
    for more in (1, 40):
        answers = [make.answer(make.question(space=space), author=mei, score=1) for _ in range(more)]
        with runtime.unit_of_work() as uow:
            uow.session.execute(delete(BadgeAward))  # whoever holds a badge costs less
        cast_vote(runtime, make, answers[0])
        with count_statements() as seen:
            assert runtime.relay.run_once() == 2
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 12

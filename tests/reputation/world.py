"""A small community in which anything can happen to anything, through the real services."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from app.forum.services.accepting import AcceptAnswer, accept_answer, withdraw_acceptance
from app.forum.services.deleting import (
    DeleteAnswer,
    DeleteQuestion,
    RestoreAnswer,
    RestoreQuestion,
    delete_answer,
    delete_question,
    restore_answer,
    restore_question,
)
from app.forum.services.duplicating import LinkDuplicate, UnlinkDuplicate, link_duplicate, unlink_duplicate
from app.forum.services.moving import MoveQuestion, move_question
from app.forum.services.voting import SetVote, set_vote
from app.kernel.actor import Actor, Role
from app.kernel.errors import AppError
from app.kernel.personal_data import Estate
from app.kernel.unit_of_work import UnitOfWork
from app.reputation.models import Cap, Entry, Score
from app.reputation.periods import EVERYWHERE, Period
from app.reputation.queries.lost_points import lost_points
from app.reputation.queries.standings import count_standings
from app.reputation.rules import Rules
from app.reputation.services.changing_rules import ChangeRules, change_rules
from app.reputation.services.confirming import confirm_desk_answer, withdraw_desk_confirmation
from app.reputation.services.recomputing import check_ledger, recompute
from app.web.runtime import Runtime
from tests.reputation.oracle import expected_sums
from tests.support.clock import FixedClock
from tests.support.factories import Make

VOTER = frozenset({"vote_up", "vote_down"})
TIGHT = Rules(daily_limit=18, pair_ups=2, pair_downs=1, post_limit=24)
OTHER = Rules(
    daily_limit=12,
    pair_ups=1,
    pair_downs=1,
    post_limit=30,
    answer_up=7,
    question_up=3,
    accepted=20,
    accepting=1,
    down_received=-3,
    down_given=0,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that somebody tries to do; what is refused changes nothing."""

    verb: str
    who: int = 0
    what: int = 0
    value: int = 0


class World:
    """Five people, three questions in two spaces, five answers; some of the posts are by the same people."""

    def __init__(self, app: Flask, clock: FixedClock) -> None:
        self._runtime: Runtime = app.extensions["peerdesk"]
        self._clock = clock
        make = Make(app)
        people = [make.user() for _ in range(5)]
        spaces = [make.space(), make.space()]
        self.staff = make.actor(make.user(roles=(Role.MODERATOR, Role.ADMINISTRATOR)))
        self.people = [make.actor(person, privileges=VOTER) for person in people]
        self.questions = [make.question(asker=people[i], space=spaces[s]) for i, s in ((0, 0), (1, 0), (0, 1))]
        authors = ((0, 1), (0, 2), (0, 0), (1, 1), (2, 1))
        self.answers = [make.answer(self.questions[q], author=people[a]) for q, a in authors]

    @property
    def posts(self) -> list[tuple[int | None, int | None]]:
        return [(q.id, None) for q in self.questions] + [(None, a.id) for a in self.answers]

    def tighten_rules(self) -> None:
        """Make every limit easy to reach, from the next day on."""
        self.play(Step("change_rules"))
        self.play(Step("night"))

    def seen(self) -> set[str]:
        """Return the kinds of limits in force and the reasons of all ledger rows."""
        with self._runtime.reads() as session:
            return {*session.scalars(select(Cap.kind)), *session.scalars(select(Entry.reason))}

    def play(self, step: Step) -> None:
        """Do one step in a transaction of its own."""
        if step.verb == "night":
            self._clock.advance(hours=24)
            return
        act: Callable[[UnitOfWork, Step], Any] = getattr(self, f"_{step.verb}")
        with suppress(AppError), self._runtime.unit_of_work() as uow:
            act(uow, step)

    def disagreements(self) -> list[str]:
        """Say where kept sums, stored rows, recomputation (``check_ledger``) and the second opinion differ."""
        with self._runtime.reads() as session:
            found = [repr(drift) for drift in check_ledger(session)]
            kept = {
                user_id: total for user_id, total in session.execute(select(Score.user_id, Score.score_sum)) if total
            }
            expected = expected_sums(session)
        return found if kept == expected else [*found, f"kept {kept}, expected {expected}"]

    def losses(self) -> tuple[int, int]:
        """Return what all limits take back, and what the questions of the community lose by them."""
        with self._runtime.reads() as session:
            taken = sum(session.scalars(select(Cap.points)))
            lost = sum(loss.points for loss in lost_points(session))
        return -taken, lost

    def misranked(self) -> list[str]:
        """Say where leaderboards differ from a plain sum of rows."""
        lengths = {Period.WEEK: 7, Period.MONTH: 30, Period.YEAR: 365, Period.ALL: 10_000}
        space_of = {question.id: question.space_id for question in self.questions}
        today = self._clock.now().date()
        with self._runtime.reads() as session:
            counted = {period: count_standings(session, period, today) for period in lengths}
            entries, caps = session.scalars(select(Entry)).all(), session.scalars(select(Cap)).all()
            losses = list(lost_points(session))
        rows = [(EVERYWHERE, row.user_id, row.day, row.points) for row in entries]
        rows += [(EVERYWHERE, row.user_id, row.day, row.points) for row in caps]
        rows += [(space_of[row.question_id], row.user_id, row.day, row.points) for row in entries]
        rows += [(space_of[row.question_id], row.user_id, row.day, -row.points) for row in losses]
        found = []
        for period, length in lengths.items():
            first = today - timedelta(days=length - 1)
            for place in (EVERYWHERE, *space_of.values()):
                sums = Counter[int]()
                for _, user_id, _, points in (row for row in rows if row[0] == place and row[2] >= first):
                    sums[user_id] += points
                expected = sorted(((i, n) for i, n in sums.items() if n > 0), key=lambda item: (-item[1], item[0]))
                if counted[period].get(place, []) != expected:
                    found.append(f"{period} of {place}: {counted[period].get(place)}, expected {expected}")
        return found

    def sums(self) -> dict[int, int]:
        with self._runtime.reads() as session:
            return recompute(session)

    def _person(self, step: Step) -> Actor:
        return self.people[step.who % len(self.people)]

    def _answer_id(self, step: Step) -> int:
        return self.answers[step.what % len(self.answers)].id

    def _question_id(self, step: Step) -> int:
        return self.questions[step.what % len(self.questions)].id

    def _vote(self, uow: UnitOfWork, step: Step) -> None:
        question_id, answer_id = self.posts[step.what % len(self.posts)]
        set_vote(uow, self._person(step), SetVote(question_id, answer_id, step.value))

    def _accept(self, uow: UnitOfWork, step: Step) -> None:
        answer = self.answers[step.what % len(self.answers)]
        asker = next(q.asker_id for q in self.questions if q.id == answer.question_id)
        actor = next(person for person in self.people if person.id == asker)
        accept_answer(uow, actor, AcceptAnswer(answer.id))

    def _accept_as_staff(self, uow: UnitOfWork, step: Step) -> None:
        accept_answer(uow, self.staff, AcceptAnswer(self._answer_id(step), "They said so on the phone"))

    def _withdraw(self, uow: UnitOfWork, step: Step) -> None:
        withdraw_acceptance(uow, self.staff, self._answer_id(step))

    def _delete_answer(self, uow: UnitOfWork, step: Step) -> None:
        delete_answer(uow, self.staff, DeleteAnswer(self._answer_id(step), "Shows a password"))

    def _restore_answer(self, uow: UnitOfWork, step: Step) -> None:
        """Restore whatever is deleted, so that the community does not die out."""
        for answer in self.answers[step.what % 2 :: 2]:
            with suppress(AppError):
                restore_answer(uow, self.staff, RestoreAnswer(answer.id))

    def _delete_question(self, uow: UnitOfWork, step: Step) -> None:
        delete_question(uow, self.staff, DeleteQuestion(self._question_id(step), "Not for here"))

    def _restore_question(self, uow: UnitOfWork, _step: Step) -> None:
        for question in self.questions:
            with suppress(AppError):
                restore_question(uow, self.staff, RestoreQuestion(question.id))

    def _merge(self, uow: UnitOfWork, step: Step) -> None:
        original = self.questions[step.who % len(self.questions)].id
        link_duplicate(uow, self.staff, LinkDuplicate(self._question_id(step), original, merge=True))

    def _unmerge(self, uow: UnitOfWork, step: Step) -> None:
        unlink_duplicate(uow, self.staff, UnlinkDuplicate(self._question_id(step)))

    def _move(self, uow: UnitOfWork, step: Step) -> None:
        spaces = [question.space_id for question in self.questions]
        move_question(uow, self.staff, MoveQuestion(self._question_id(step), spaces[step.value % len(spaces)]))

    def _leave(self, uow: UnitOfWork, step: Step) -> None:
        """Somebody deletes their account; what they did goes on counting for others."""
        self._runtime.ports[Estate].erase(uow, self._person(step).user_id)

    def _confirm(self, uow: UnitOfWork, step: Step) -> None:
        confirm_desk_answer(uow, self._answer_id(step), self._person(step).user_id)

    def _unconfirm(self, uow: UnitOfWork, step: Step) -> None:
        for answer in self.answers[step.what % 2 :: 2]:
            withdraw_desk_confirmation(uow, answer.id)

    def _change_rules(self, uow: UnitOfWork, step: Step) -> None:
        rules = (TIGHT, OTHER)[step.value % 2]
        change_rules(uow, self.staff, ChangeRules(rules, "We try something"))

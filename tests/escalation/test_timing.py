from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.escalation.models.agreements import Definition
from app.escalation.services.agreeing import EditPolicy, edit_policy, ensure_policy
from app.escalation.terms import DEFAULT_MINUTES, DEFAULT_REPLY_MINUTES
from app.forum.contract import (
    AcceptAnswer,
    CloseQuestion,
    MoveQuestion,
    PostAnswer,
    PostComment,
    ReopenQuestion,
    accept_answer,
    close_question,
    move_question,
    post_answer,
    post_comment,
    reopen_question,
    withdraw_acceptance,
)
from app.forum.services.deleting import (
    DeleteAnswer,
    DeleteComment,
    RestoreAnswer,
    delete_answer,
    delete_comment,
    restore_answer,
)
from app.forum.services.editing import EditQuestion, edit_question
from app.forum.services.voting import SetVote, set_vote
from app.kernel.actor import Role
from tests.escalation.support import Desk, text

MONDAY_NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("impact", "due"),
    [
        ("nothing", datetime(2026, 3, 4, 17, tzinfo=UTC)),
        ("slowed", datetime(2026, 3, 2, 13, tzinfo=UTC)),
        ("blocked", datetime(2026, 3, 2, 9, 30, tzinfo=UTC)),
        ("several_blocked", MONDAY_NINE),
    ],
)
def test_asking_starts_a_clock_by_impact(desk: Desk, impact: str, due: datetime) -> None:
    assert desk.due(desk.ask(impact)) == due


def test_the_clock_waits_while_the_asker_is_asked_back(desk: Desk, clock) -> None:
    question = desk.ask()
    clock.advance(hours=1)
    desk.act(desk.jo, post_comment, PostComment(question, None, text("Which dock?"), asks_back=True))
    assert desk.due(question) is None

    clock.advance(hours=2)
    desk.act(desk.sam, post_comment, PostComment(question, None, text("The grey one.")))

    assert desk.due(question) == MONDAY_NINE + timedelta(hours=6)


def test_the_clock_goes_on_when_the_ask_back_is_taken_away(desk: Desk, clock) -> None:
    question = desk.ask()
    clock.advance(hours=1)
    comment = desk.act(desk.jo, post_comment, PostComment(question, None, text("Which dock?"), asks_back=True))
    clock.advance(hours=2)
    desk.act(desk.jo, delete_comment, DeleteComment(comment.id))

    assert desk.due(question) == MONDAY_NINE + timedelta(hours=6)


def test_a_peers_answer_stops_the_clock(desk: Desk) -> None:
    question = desk.ask()
    desk.act(desk.mei, post_answer, PostAnswer(question, text("Use TCP 443.")))

    assert desk.clock(question).stop_reason == "answered"


def test_answering_oneself_does_not_stop_the_clock(desk: Desk) -> None:
    question = desk.ask()
    desk.act(desk.sam, post_answer, PostAnswer(question, text("Still nothing.")))

    assert desk.clock(question).stopped_at is None


def test_a_deleted_answer_starts_a_new_episode(desk: Desk, clock) -> None:
    question = desk.ask()
    answer = desk.act(desk.mei, post_answer, PostAnswer(question, text("Use TCP 443.")))
    clock.advance(hours=2)
    desk.act(desk.mei, delete_answer, DeleteAnswer(answer.id, "wrong"))

    again = desk.clock(question)
    assert (again.episode, again.due_at) == (2, MONDAY_NINE + timedelta(hours=6))


def test_a_withdrawn_acceptance_starts_a_new_episode_that_old_answers_do_not_stop(desk: Desk, clock) -> None:
    question = desk.ask()
    answer = desk.act(desk.mei, post_answer, PostAnswer(question, text("Use TCP 443.")))
    desk.act(desk.sam, accept_answer, AcceptAnswer(answer.id))
    clock.advance(minutes=5)
    desk.act(desk.sam, withdraw_acceptance, answer.id)
    desk.act(desk.sam, post_comment, PostComment(question, None, text("It is back.")))

    again = desk.clock(question)
    assert (again.episode, again.stopped_at) == (2, None)


def test_closing_stops_and_reopening_starts_again(desk: Desk, make) -> None:
    moderator = make.user(roles=(Role.MODERATOR,))
    question = desk.ask()
    desk.act(moderator, close_question, CloseQuestion(question, "off_topic", "Not here"))
    assert desk.clock(question).stop_reason == "closed"

    desk.act(moderator, reopen_question, ReopenQuestion(question, "It was right"))

    assert desk.clock(question).episode == 2


def test_another_impact_moves_the_promise(desk: Desk) -> None:
    question = desk.ask("slowed")
    title = "VPN drops every few minutes"
    desk.act(desk.sam, edit_question, EditQuestion(question, 1, title, text(), (), "blocked", "It is worse"))

    assert desk.due(question) == MONDAY_NINE + timedelta(minutes=30)


def test_a_moved_question_gets_the_promise_of_its_new_space(desk: Desk, make) -> None:
    admin, other = make.user(roles=(Role.ADMINISTRATOR,)), make.space("Finance")
    change(desk, admin, other.id, minutes={**DEFAULT_MINUTES, "slowed": 60})
    question = desk.ask()

    desk.act(admin, move_question, MoveQuestion(question, other.id))

    assert desk.due(question) == MONDAY_NINE + timedelta(hours=1)


def test_a_changed_policy_holds_for_new_questions_and_moves_no_promise(desk: Desk, make) -> None:
    admin, early = make.user(roles=(Role.ADMINISTRATOR,)), desk.ask()
    change(desk, admin, desk.space.id, minutes={**DEFAULT_MINUTES, "slowed": 60})
    desk.act(desk.sam, post_comment, PostComment(early, None, text("Anybody?")))

    assert desk.due(early) == MONDAY_NINE + timedelta(hours=4)
    assert desk.due(desk.ask()) == MONDAY_NINE + timedelta(hours=1)


def test_never_is_a_promise_too(desk: Desk, make) -> None:
    admin = make.user(roles=(Role.ADMINISTRATOR,))
    change(desk, admin, desk.space.id, minutes={**DEFAULT_MINUTES, "nothing": None})

    assert desk.due(desk.ask("nothing")) is None


def test_where_only_an_accepted_answer_counts_an_answer_does_not_stop_the_clock(desk: Desk, make) -> None:
    admin = make.user(roles=(Role.ADMINISTRATOR,))
    change(desk, admin, desk.space.id, definition=Definition.NO_ACCEPTED)
    question = desk.ask()
    answer = desk.act(desk.mei, post_answer, PostAnswer(question, text("Use TCP 443.")))
    assert desk.clock(question).stopped_at is None

    desk.act(desk.sam, accept_answer, AcceptAnswer(answer.id))

    assert desk.clock(question).stop_reason == "answered"


def test_where_a_score_counts_the_vote_that_reaches_it_stops_the_clock(desk: Desk, make) -> None:
    admin = make.user(roles=(Role.ADMINISTRATOR,))
    change(desk, admin, desk.space.id, definition=Definition.NO_SCORE)
    question = desk.ask()
    answer = desk.act(desk.mei, post_answer, PostAnswer(question, text("Use TCP 443.")))
    assert desk.clock(question).stopped_at is None

    desk.act(admin, set_vote, SetVote(None, answer.id, 1))

    assert desk.clock(question).stop_reason == "answered"


def change(desk: Desk, admin, space_id: int, **fields) -> None:
    with desk.runtime.unit_of_work() as uow:
        terms = ensure_policy(uow, space_id)
    settings: dict[str, Any] = {
        "definition": Definition.NO_REPLY,
        "min_score": 1,
        "minutes": dict(DEFAULT_MINUTES),
        "reply_minutes": dict(DEFAULT_REPLY_MINUTES),
        "calendar_id": 1,
        "desk_id": terms.desk_id,
    } | fields
    desk.act(admin, edit_policy, EditPolicy(space_id, **settings))


def test_an_answer_that_is_back_keeps_the_promise_again(desk: Desk, clock) -> None:
    question = desk.ask("blocked")
    answer = desk.act(desk.mei, post_answer, PostAnswer(question, text("Use TCP 443.")))
    clock.advance(minutes=5)
    desk.act(desk.mei, delete_answer, DeleteAnswer(answer.id, "wrong"))
    clock.advance(minutes=1)
    desk.act(desk.mei, restore_answer, RestoreAnswer(answer.id))
    clock.advance(days=7)

    assert (desk.sweep(), desk.tickets(question)) == (0, [])
    assert (desk.clock(question).episode, desk.clock(question).stop_reason) == (2, "answered")

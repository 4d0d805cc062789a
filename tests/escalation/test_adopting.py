from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escalation.models.clocks import QuestionClock
from app.escalation.models.tickets import Ticket
from app.forum.services.answering import PostAnswer, post_answer
from app.text.contract import RichText
from app.web.runtime import Runtime
from tests.support.clock import FixedClock
from tests.support.factories import Make


def adopt(app: Flask, *arguments: str) -> str:
    result = app.test_cli_runner().invoke(args=["adopt", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_unanswered_questions_of_before_get_a_promise_once(
    app: Flask, make: Make, runtime: Runtime, clock: FixedClock, session: Session
) -> None:
    space = make.space(slug="old-forum")
    lately, long_ago = clock.now() - timedelta(days=3), clock.now() - timedelta(days=900)
    waiting = make.question(space=space, asked_at=lately)
    make.answer(make.question(space=space, asked_at=lately))
    make.question(space=space, asked_at=long_ago)
    make.question(asked_at=lately)

    said = adopt(app, "old-forum", "--asked-since", "2026-02-01")
    adopt(app, "old-forum", "--asked-since", "2026-02-01")

    assert "promises of 1 begin now" in said
    clocks = session.scalars(select(QuestionClock)).all()
    assert [(c.question_id, c.started_at) for c in clocks] == [(waiting.id, clock.now())]
    clock.advance(days=2)
    runtime.jobs.run_due()
    session.rollback()
    assert session.scalars(select(Ticket.question_id)).all() == [waiting.id]


def test_helping_with_a_question_of_before_begins_no_promise(app: Flask, make: Make, session: Session) -> None:
    question = make.question()
    helper = make.actor(make.user())
    with make.unit_of_work() as uow:
        post_answer(uow, helper, PostAnswer(question.id, RichText("Restart it.", "<p>Restart it.</p>", 1)))
    assert session.scalars(select(QuestionClock)).all() == []


def test_a_space_that_does_not_exist_is_named(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["adopt", "nowhere", "--asked-since", "2026-02-01"])
    assert result.exit_code == 2
    assert "no space has the address 'nowhere'" in result.output

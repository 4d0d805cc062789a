from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.forum.models.answer import Answer, Comment, Vote
from app.forum.models.question import Question
from app.forum.models.space import Space, Visibility
from app.identity.models import RoleGrant, User
from app.identity.passwords import matches
from app.kernel.actor import Role
from app.kernel.models import Delivery
from app.reputation.services.recomputing import check_ledger
from app.seed.company import DEMO_PASSWORD
from app.seed.content import read_content, span
from app.seed.planting import Planting, SiteHasPeople
from app.text.renderer import MarkdownRenderer
from app.web.runtime import Runtime


@pytest.fixture
def planting(app: Flask, runtime: Runtime) -> Iterator[Planting]:
    renderer = MarkdownRenderer(workers=0)
    yield Planting(runtime.unit_of_work, app.extensions["peerdesk.actor_of"], renderer)
    renderer.close()


def test_the_demo_community_has_people_spaces_and_questions_in_many_states(planting, session):
    planted = planting.plant()
    assert (planted.people, planted.spaces) == (12, 6)
    assert planted.questions >= 40

    def count(*where):
        return session.scalar(select(func.count(Question.id)).where(*where))

    assert count(Question.accepted_answer_id.is_not(None)) >= 20
    assert count(Question.answer_count == 0, Question.closed_at.is_(None)) >= 5
    assert count(Question.waiting_for_asker_since.is_not(None)) >= 1
    assert count(Question.duplicate_of_id.is_not(None)) == 1
    assert count(Question.closed_at.is_not(None)) >= 2
    assert count(Question.revision > 1) >= 2
    assert count(Question.language == "de") >= 2
    assert count(Question.language == "ar") == 1
    assert session.scalar(select(func.count(Comment.id))) >= 8
    assert set(session.scalars(select(Space.visibility))) == set(Visibility)


def test_every_role_can_be_tried_with_the_demo_password(planting, session):
    planting.plant()
    assert set(session.scalars(select(RoleGrant.role))) == set(Role)
    assert all(matches(DEMO_PASSWORD, stored) for stored in session.scalars(select(User.password_hash).distinct()))


def test_nothing_in_it_happens_in_the_future_or_before_its_question(planting, session, clock):
    planting.plant()
    for moment in (Question.active_at, Answer.posted_at, Comment.posted_at, Vote.cast_at):
        assert session.scalar(select(func.max(moment))) <= clock.now()
    early = (
        select(Answer.id).join(Question, Question.id == Answer.question_id).where(Answer.posted_at <= Question.asked_at)
    )
    assert session.scalars(early).all() == []


def test_reputation_follows_from_what_happened(planting, session):
    planting.plant()
    assert check_ledger(session) == []


def test_a_site_with_people_is_never_given_people_with_a_known_password(planting, make, session):
    make.user()
    with pytest.raises(SiteHasPeople):
        planting.plant()
    assert session.scalar(select(func.count(User.id))) == 1


def test_an_interrupted_planting_leaves_nothing_and_can_be_repeated(planting, session):
    def interrupt(story):
        yield from story[:20]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        planting.plant(interrupt)
    assert [session.scalar(select(func.count(row))) for row in (User.id, Question.id, Delivery.id)] == [0, 0, 0]
    session.rollback()
    assert planting.plant().questions >= 40


def test_every_question_names_people_and_spaces_that_exist():
    content = read_content()
    people, spaces = {p["key"] for p in content.people}, {s["slug"] for s in content.spaces}
    for question in content.questions:
        parts = [*question.get("answer", ()), *question.get("comment", ()), *question.get("edit", ())]
        named = {question["asker"], *question.get("votes", ()), *question.get("me_too", ())}
        named |= {part["by"] for part in parts} | {by for part in parts for by in part.get("votes", ())}
        assert named <= people, question["title"]
        assert question["space"] in spaces


def test_spans_read_as_people_write_them():
    assert span("2d 3h") == timedelta(days=2, hours=3)
    assert span("45m") == timedelta(minutes=45)
    with pytest.raises(ValueError, match="no span"):
        span("soon")

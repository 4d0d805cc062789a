from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from app.escalation.models.agreements import DeskAgent
from app.escalation.models.tickets import Ticket
from app.escalation.services.escalating import due_clocks
from app.forum.models.answer import Answer, Comment, Vote
from app.forum.models.question import Question
from app.forum.models.space import Space, Visibility
from app.identity.models import RoleGrant, User
from app.identity.passwords import matches
from app.kernel.actor import Role
from app.kernel.database import ReadSession
from app.kernel.models import Delivery
from app.reputation.services.recomputing import check_ledger
from app.seed.company import DEMO_PASSWORD
from app.seed.content import read_content, span
from app.seed.planting import Planting, SiteHasPeople
from app.seed.threads import source_texts
from app.text.renderer import MarkdownRenderer
from tests.support.databases import FreshDatabase


def plant_in(app: Flask) -> Planting:
    units = app.extensions["peerdesk"].unit_of_work
    return Planting(units, app.extensions["peerdesk.actor_of"], MarkdownRenderer(workers=0))


@pytest.fixture(scope="module")
def planted(built_app: Flask, database: FreshDatabase) -> sessionmaker[ReadSession]:
    """Plant once for all tests that only read; they come first here."""
    database.reset(built_app)
    plant_in(built_app).plant()
    reads: sessionmaker[ReadSession] = built_app.extensions["peerdesk"].reads
    return reads


@pytest.fixture
def community(planted: sessionmaker[ReadSession]) -> Iterator[Session]:
    with planted() as session:
        yield session


@pytest.fixture
def planting(app: Flask) -> Planting:
    return plant_in(app)


def test_it_has_people_spaces_and_questions_in_many_states(community):
    def count(*where):
        return community.scalar(select(func.count(Question.id)).where(*where))

    assert community.scalar(select(func.count(User.id))) == 12
    assert community.scalar(select(func.count(Space.id))) == 6
    assert count() >= 40
    assert count(Question.accepted_answer_id.is_not(None)) >= 20
    assert count(Question.answer_count == 0, Question.closed_at.is_(None)) >= 5
    assert count(Question.waiting_for_asker_since.is_not(None)) >= 1
    assert count(Question.duplicate_of_id.is_not(None)) == 1
    assert count(Question.closed_at.is_not(None)) >= 2
    assert count(Question.revision > 1) >= 2
    assert count(Question.language == "de") >= 2
    assert count(Question.language == "ar") == 1
    assert community.scalar(select(func.count(Comment.id))) >= 8
    assert set(community.scalars(select(Space.visibility))) == set(Visibility)


def test_the_desk_has_one_late_ticket_and_one_that_waits_for_the_asker(community, shared_clock):
    found = community.scalars(select(Ticket).order_by(Ticket.opened_at)).all()
    assert [ticket.state for ticket in found] == ["pending", "new"]
    assert found[0].assignee_id is not None
    assert found[1].reply_due_at < shared_clock.now()
    assert community.scalar(select(func.count()).select_from(DeskAgent)) == 2
    assert due_clocks(community, shared_clock.now()) == []


def test_every_role_can_be_tried_with_the_demo_password(community):
    assert set(community.scalars(select(RoleGrant.role))) == set(Role)
    assert all(matches(DEMO_PASSWORD, stored) for stored in community.scalars(select(User.password_hash).distinct()))


def test_nothing_in_it_happens_in_the_future_or_before_its_question(community, shared_clock):
    for moment in (Question.active_at, Answer.posted_at, Comment.posted_at, Vote.cast_at):
        assert community.scalar(select(func.max(moment))) <= shared_clock.now()
    early = (
        select(Answer.id).join(Question, Question.id == Answer.question_id).where(Answer.posted_at <= Question.asked_at)
    )
    assert community.scalars(early).all() == []


def test_reputation_follows_from_what_happened(community):
    assert check_ledger(community) == []


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
    assert planting.plant(lambda story: story[:30]).people == 12


def test_every_question_names_people_and_spaces_that_exist():
    content = read_content()
    people, spaces = {p["key"] for p in content.people}, {s["slug"] for s in content.spaces}
    for question in content.questions:
        parts = [part for kind in ("answer", "comment", "edit", "desk") for part in question.get(kind, ())]
        named = {question["asker"], *question.get("votes", ()), *question.get("me_too", ())}
        named |= {part["by"] for part in parts} | {by for part in parts for by in part.get("votes", ())}
        assert named <= people, question["title"]
        assert question["space"] in spaces


def test_spans_read_as_people_write_them():
    assert span("2d 3h") == timedelta(days=2, hours=3)
    assert span("45m") == timedelta(minutes=45)
    with pytest.raises(ValueError, match="no span"):
        span("soon")


@pytest.mark.parametrize("table", read_content().questions, ids=lambda table: table["title"])
def test_no_line_of_a_text_ends_inside_a_sentence(table):
    renderer = MarkdownRenderer(workers=0)
    for source in source_texts(table):
        assert "<br" not in renderer.render(source).html, source

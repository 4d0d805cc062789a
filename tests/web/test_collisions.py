"""Two people take the same name at one moment: who comes second hears it in a sentence, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.escalation.models.agreements import BusinessCalendar, Desk, DeskAgent
from app.forum.models.space import Space, Tag, TagSynonym
from app.identity.models import Group, User
from app.kernel.errors import Conflict, Invalid
from app.web.runtime import perform_once


def space(now):
    return Space(slug="vpn", name="VPN", created_at=now)


def group(_now):
    return Group(slug="berlin", name="Berlin")


def calendar(now):
    return BusinessCalendar(name="Week days", created_at=now)


def person(now):
    return User(handle=f"nova-{id(object())}", name="Nova", email="nova@x.example", created_at=now)


TWICE = {
    space: ("slug", "forum.slug_taken"),
    group: ("name", "identity.group_exists"),
    calendar: ("name", "escalation.name_taken"),
    person: ("email", "identity.email_taken"),
}


def adding(make_row):
    """Return what adds the row that is made for the moment of the transaction."""

    def act(uow):
        uow.session.add(make_row(uow.now))
        return "/"

    return act


@pytest.mark.parametrize("token", [None, "the token of a form"])
@pytest.mark.parametrize("row", TWICE)
def test_a_name_that_was_taken_since_it_was_looked_up_is_said_at_its_field(app, make, row, token):
    make.save(row(make.now))
    with app.test_request_context(), pytest.raises(Invalid) as refused:
        perform_once(token, adding(row))
    assert (refused.value.field, refused.value.reason) == TWICE[row]


def test_one_word_for_two_tags_is_said_at_its_field(app, make):
    first, second = (make.save(Tag(slug=slug, created_at=make.now)) for slug in ("mail", "post"))
    make.save(TagSynonym(slug="letters", tag_id=first.id, created_at=make.now))
    with app.test_request_context(), pytest.raises(Invalid, match="synonym_taken"):
        perform_once(None, adding(lambda now: TagSynonym(slug="letters", tag_id=second.id, created_at=now)))


def test_what_no_field_is_to_blame_for_is_a_conflict(app, make):
    agent = make.user()
    desk = make.save(Desk(name="Desk", calendar_id=make.save(calendar(make.now)).id, created_at=make.now))
    make.save(DeskAgent(desk_id=desk.id, user_id=agent.id, since=make.now))
    with app.test_request_context(), pytest.raises(Conflict, match="collided"):
        perform_once("t", adding(lambda now: DeskAgent(desk_id=desk.id, user_id=agent.id, since=now)))


def test_another_broken_rule_stays_a_fault(app, make, session):
    with app.test_request_context(), pytest.raises(IntegrityError):
        perform_once("t", adding(lambda now: TagSynonym(slug="x", tag_id=None, created_at=now)))
    assert session.scalar(select(TagSynonym.slug)) is None

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.forum.models.space import Space, Visibility
from app.kernel.actor import Role
from tests.support.factories import Make

HOME = {"name": "Travel", "slug": "travel", "purpose": "Trips and tickets", "visibility": "internal", "tags": "visa"}


@pytest.fixture
def admin(client: FlaskClient, make: Make) -> FlaskClient:
    make.sign_in(client, make.user(roles=(Role.ADMINISTRATOR,)))
    return client


def test_a_space_is_opened_listed_and_changed(admin: FlaskClient, session: Session) -> None:
    assert admin.post("/admin/spaces", data=HOME).status_code == 303
    assert "Trips and tickets" in admin.get("/admin/spaces").text
    space_id = session.scalars(select(Space.id).where(Space.slug == "travel")).one()
    form = admin.get(f"/admin/spaces/{space_id}").text
    assert 'value="visa"' in form
    changed = {"name": "Journeys", "visibility": "public", "tags": "visa train", "archived": "y", "position": "3"}
    assert admin.post(f"/admin/spaces/{space_id}", data=changed).status_code == 303
    session.rollback()
    space = session.get_one(Space, space_id)
    assert (space.name, space.visibility, space.position) == ("Journeys", Visibility.PUBLIC, 3)
    assert space.archived_at is not None


def test_a_private_space_is_open_to_its_groups(admin: FlaskClient, make: Make) -> None:
    ann = make.user("Ann")
    group = make.group(ann)
    refused = admin.post("/admin/spaces", data=HOME | {"visibility": "private"})
    assert refused.status_code == 422
    assert 'value="Trips and tickets"' in refused.text
    assert (
        admin.post("/admin/spaces", data=HOME | {"visibility": "private", "group_ids": str(group.id)}).status_code
        == 303
    )
    for user, status in ((ann, 200), (make.user("Bob"), 404)):
        browser = admin.application.test_client()
        make.sign_in(browser, user)
        assert browser.get("/spaces/travel").status_code == status


@pytest.mark.parametrize("wrong", [{"slug": "Not Good"}, {"slug": ""}, {"name": ""}, {"visibility": "secret"}])
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(admin: FlaskClient, wrong: dict[str, str]) -> None:
    page = admin.post("/admin/spaces", data=HOME | wrong)
    assert page.status_code == 422
    assert "There is a problem" in page.text
    assert "Trips and tickets" in page.text


def test_only_administrators_lay_out_the_house(client: FlaskClient, make: Make) -> None:
    make.sign_in(client, make.user(roles=(Role.MODERATOR,)))
    assert client.get("/admin/spaces").status_code == 403
    assert client.post("/admin/spaces", data=HOME).status_code == 403


def test_a_closed_space_takes_no_new_questions_and_says_so_while_old_ones_are_answered(client, make):
    space = make.space("Old house", visibility=Visibility.PUBLIC, archived_at=make.now)
    question = make.question(space=space)
    make.sign_in(client, make.user())

    assert "Takes no new questions" in client.get("/spaces").text
    asked = {"title": "Who has the key now?", "body": "", "impact": "nothing", "tags": "", "space": str(space.id)}
    assert client.post("/ask", data=asked).status_code == 422
    answered = client.post(f"/questions/{question.id}/answers", data={"body": "Ask at the gate."})
    assert answered.status_code == 303
    assert "Ask at the gate." in client.get(f"/questions/{question.id}").text

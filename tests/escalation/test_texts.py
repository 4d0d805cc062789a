from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escalation.models.agreements import Desk as DeskRow
from app.escalation.models.agreements import DeskAgent
from app.escalation.models.texts import ReadyText
from app.escalation.models.tickets import Ticket, TicketEvent
from app.escalation.services.keeping import NewText, add_text
from app.forum.models.answer import Answer
from app.identity.models import User
from app.kernel.actor import Role
from app.kernel.errors import Denied, Invalid
from app.kernel.models import AuditEntry
from tests.escalation.desk import Desk, open_desk
from tests.support.factories import Make

HELLO = {"name": "Hello", "body": "Hello {asker},\n\nthis is {agent}. {other} stays."}


@pytest.fixture
def desk(make: Make) -> Desk:
    return open_desk(make)


@pytest.fixture
def ticket_id(desk: Desk) -> int:
    return desk.ticket()


@pytest.fixture
def desk_id(ticket_id: int, desk: Desk, make: Make, session: Session) -> int:
    """The desk of the ticket, where Jo works."""
    found = session.get_one(Ticket, ticket_id).desk_id
    make.save(DeskAgent(desk_id=found, user_id=desk.jo.id, since=make.now))
    return found


@pytest.fixture
def jos(client: FlaskClient, make: Make, desk: Desk, desk_id: int) -> FlaskClient:
    """Jo's browser."""
    make.sign_in(client, desk.jo)
    return client


def keep(make: Make, who: User, desk_id: int, name: str = "Hello", body: str = HELLO["body"]) -> int:
    with make.unit_of_work() as uow:
        return add_text(uow, make.actor(who), NewText(desk_id, name, body)).id


def texts(session: Session) -> list[tuple[str, str]]:
    session.rollback()
    return [(text.name, text.body) for text in session.scalars(select(ReadyText).order_by(ReadyText.id))]


def box(page: str) -> str:
    """Return what stands in the composer."""
    found = re.search(r'<textarea[^>]*name="body"[^>]*>\r?\n?(.*?)</textarea>', page, re.DOTALL)
    assert found
    return found[1].replace("\r\n", "\n")


def test_an_agent_keeps_changes_and_deletes_a_text_and_each_is_on_record(
    jos: FlaskClient, desk: Desk, desk_id: int, session: Session
) -> None:
    empty = jos.get("/waiting/texts").text
    assert "Nothing here yet." in empty
    kept = jos.post("/waiting/texts", data={**HELLO, "desk_id": str(desk_id)}, follow_redirects=True)
    assert "Saved." in kept.text
    assert "Changed by Jo Lindqvist" in kept.text
    assert texts(session) == [("Hello", HELLO["body"])]
    page = jos.get("/waiting/texts/1").text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    jos.post("/waiting/texts/1", data={"name": "Welcome", "body": "Hi {asker}", "version": version[1]})
    assert texts(session) == [("Welcome", "Hi {asker}")]
    gone = jos.post("/waiting/texts/1/delete", follow_redirects=True)
    assert "Deleted." in gone.text
    assert texts(session) == []
    trail = session.scalars(select(AuditEntry).where(AuditEntry.subject_kind == "ready_text").order_by(AuditEntry.id))
    assert [(e.action, e.actor_id) for e in trail] == [
        (f"ready_text.{act}", desk.jo.id) for act in ("added", "changed", "deleted")
    ]
    assert jos.get("/waiting/texts/1").status_code == 404


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "Give it a name."),
        ({"name": "  "}, "Give it a name."),
        ({"name": "x" * 81}, "80 characters"),
        ({"body": ""}, "Write something first."),
        ({"body": " \n "}, "Write something first."),
        ({"body": "x" * 5001}, "5000 characters"),
        ({"name": "Taken"}, "Another one already has this name."),
        ({"desk_id": "99"}, "Choose one from the list."),
        ({"desk_id": "x"}, "Choose one from the list."),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_typed_is_lost(
    jos: FlaskClient, desk: Desk, desk_id: int, make: Make, session: Session, typed: dict[str, str], sentence: str
) -> None:
    keep(make, desk.jo, desk_id, name="Taken")
    data = {"name": "Greeting", "body": "Good morning", "desk_id": str(desk_id), **typed}
    refused = jos.post("/waiting/texts", data=data)
    assert refused.status_code == 422
    assert refused.text.count(sentence) >= 2, "in the summary and at the field"
    assert "Problem:" in refused.text
    for name, other in (("name", "body"), ("body", "name")):
        if name in typed:
            assert data[other] in refused.text
    assert len(texts(session)) == 1


def test_sending_it_twice_keeps_one_text(jos: FlaskClient, desk_id: int, session: Session) -> None:
    data = {**HELLO, "desk_id": str(desk_id), "once": "the same form"}
    assert [jos.post("/waiting/texts", data=data).status_code for _ in range(2)] == [303, 303]
    assert len(texts(session)) == 1
    gone = {"once": "the other form"}
    assert [jos.post("/waiting/texts/1/delete", data=gone).status_code for _ in range(2)] == [303, 303]


def test_somebody_faster_is_shown_beside_ones_own_text(
    jos: FlaskClient, desk: Desk, desk_id: int, make: Make, session: Session
) -> None:
    text_id = keep(make, desk.jo, desk_id)
    mine = {"name": "Mine", "body": "My words", "version": "1"}
    assert jos.post(f"/waiting/texts/{text_id}", data={**mine, "body": "Theirs"}).status_code == 303
    late = jos.post(f"/waiting/texts/{text_id}", data=mine)
    assert late.status_code == 409
    assert "Somebody changed this text meanwhile." in late.text
    assert "Theirs" in late.text
    assert box(late.text) == "My words"
    assert jos.post(f"/waiting/texts/{text_id}", data={**mine, "version": "2"}).status_code == 303
    assert texts(session) == [("Mine", "My words")]


def test_texts_belong_to_the_people_of_their_desk_and_to_administrators(
    app, desk: Desk, desk_id: int, make: Make, session: Session
) -> None:
    text_id = keep(make, desk.jo, desk_id)
    for person, status in [
        (make.user(roles=(Role.AGENT,)), 403),
        (desk.lee, 403),
        (desk.sam, 403),
        (make.user(roles=(Role.ADMINISTRATOR,)), 200),
    ]:
        browser = app.test_client()
        make.sign_in(browser, person)
        assert browser.get(f"/waiting/texts/{text_id}").status_code == status
        data = {"name": f"By {person.id}", "body": "Words"}
        assert browser.post(f"/waiting/texts/{text_id}", data=data).status_code == (303 if status == 200 else 403)
    stranger = make.user(roles=(Role.AGENT,))
    browser = app.test_client()
    make.sign_in(browser, stranger)
    assert "you work at none yet" in browser.get("/waiting/texts").text
    assert browser.post(f"/waiting/texts/{text_id}/delete").status_code == 403
    with pytest.raises(Denied, match="not_at_this_desk"):
        keep(make, stranger, desk_id)
    assert len(texts(session)) == 1


def test_a_desk_has_an_end_of_texts(desk: Desk, desk_id: int, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.escalation.services.keeping.MOST_TEXTS", 1)
    keep(make, desk.jo, desk_id)
    with pytest.raises(Invalid, match="texts_enough"):
        keep(make, desk.jo, desk_id, name="One more")


def test_a_text_comes_back_in_the_message_with_names_and_nothing_typed_is_lost(
    jos: FlaskClient, desk: Desk, desk_id: int, ticket_id: int, make: Make, session: Session
) -> None:
    text_id = keep(make, desk.jo, desk_id)
    page = jos.get(f"/waiting/{ticket_id}").text
    assert f'<option value="{text_id}">Hello</option>' in page
    events = len(session.scalars(select(TicketEvent)).all())
    data = {"lane": "private", "body": "Typed before.", "text_id": str(text_id), "then": "insert", "once": "kept"}
    back = jos.post(f"/waiting/{ticket_id}/message", data=data)
    assert back.status_code == 200
    assert box(back.text) == "Typed before.\n\nHello Sam Okafor,\n\nthis is Jo Lindqvist. {other} stays."
    assert 'value="private" checked' in back.text
    assert 'value="kept"' in back.text
    session.rollback()
    assert len(session.scalars(select(TicketEvent)).all()) == events, "nothing was sent"
    sent = {"lane": "open", "body": box(back.text), "once": "kept"}
    assert jos.post(f"/waiting/{ticket_id}/message", data=sent).status_code == 303
    session.rollback()
    assert session.scalars(select(Answer.body)).one() == box(back.text)
    alone = jos.post(f"/waiting/{ticket_id}/message", data={"text_id": str(text_id), "then": "insert"})
    assert box(alone.text).startswith("Hello Sam")


def test_a_script_gets_the_words_alone(
    jos: FlaskClient, desk: Desk, desk_id: int, ticket_id: int, make: Make, session: Session
) -> None:
    text_id = keep(make, desk.jo, desk_id, body="Hi {asker} <b>")
    words = jos.get(f"/waiting/{ticket_id}/texts/{text_id}")
    assert (words.text, words.mimetype) == ("Hi Sam Okafor <b>", "text/plain")
    calendar_id = session.scalars(select(DeskRow.calendar_id)).one()
    other = make.save(DeskRow(name="Other", calendar_id=calendar_id, created_at=make.now))
    make.save(DeskAgent(desk_id=other.id, user_id=desk.jo.id, since=make.now))
    elsewhere = keep(make, desk.jo, other.id)
    assert jos.get(f"/waiting/{ticket_id}/texts/{elsewhere}").status_code == 404
    unknown = jos.post(f"/waiting/{ticket_id}/message", data={"body": "Typed.", "then": "insert", "text_id": "99"})
    assert unknown.status_code == 422
    assert "Choose one of the texts." in unknown.text
    assert box(unknown.text) == "Typed."

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escalation.contract import ensure_policy
from app.escalation.models.agreements import BusinessCalendar, CalendarVersion, Desk, DeskAgent, Policy
from app.forum.models.space import Space
from app.kernel.actor import Role
from tests.support.factories import Make

MINUTES = {
    "minutes_nothing": "", "minutes_slowed": "240", "minutes_blocked": "60", "minutes_several_blocked": "0",
    "reply_nothing": "480", "reply_slowed": "240", "reply_blocked": "60", "reply_several_blocked": "30",
}  # fmt: skip


@pytest.fixture
def admin(client: FlaskClient, make: Make) -> FlaskClient:
    make.sign_in(client, make.user("Ada Chief", roles=(Role.ADMINISTRATOR,)))
    return client


@pytest.fixture
def space(make: Make) -> Space:
    space = make.space("Finance")
    with make.unit_of_work() as uow:
        ensure_policy(uow, space.id)
    return space


def policy_of(session: Session, space: Space) -> Policy:
    session.rollback()  # look at what stands now
    return session.scalars(select(Policy).where(Policy.space_id == space.id, Policy.superseded_at.is_(None))).one()


def test_the_list_of_promises_shows_what_a_friday_afternoon_means(admin: FlaskClient, space: Space) -> None:
    page = admin.get("/admin/policies").text
    assert "Finance" in page
    assert "If somebody asks on Friday at 16:50" in page
    assert "Mon 09:20" in page  # 30 minutes for colleagues of which ten are left on Friday


def test_a_promise_can_be_changed_and_never_can_be_chosen(admin: FlaskClient, space: Space, session: Session) -> None:
    old = policy_of(session, space)
    chosen = {"desk_id": str(old.desk_id), "calendar_id": str(old.calendar_id), "definition": "no_accepted_answer"}
    saved = admin.post(f"/admin/policies/{space.id}", data=MINUTES | chosen)
    assert saved.status_code == 303
    new = policy_of(session, space)
    assert (new.version, new.definition) == (2, "no_accepted_answer")
    assert (new.minutes["nothing"], new.minutes["blocked"]) == (None, 60)


def test_a_promise_can_be_looked_at_before_it_is_given(admin: FlaskClient, space: Space, session: Session) -> None:
    old = policy_of(session, space)
    chosen = {"desk_id": str(old.desk_id), "calendar_id": str(old.calendar_id), "definition": old.definition}
    page = admin.post(f"/admin/policies/{space.id}", data=MINUTES | chosen | {"then": "preview"})
    assert page.status_code == 200
    assert "Mon 09:50" in page.text
    assert policy_of(session, space).version == 1


def test_minutes_that_make_no_sense_are_kept_and_explained(admin: FlaskClient, space: Space, session: Session) -> None:
    old = policy_of(session, space)
    chosen = {"desk_id": str(old.desk_id), "calendar_id": str(old.calendar_id), "definition": old.definition}
    page = admin.post(f"/admin/policies/{space.id}", data=MINUTES | chosen | {"minutes_blocked": "soon"})
    assert page.status_code == 422
    assert "Use whole minutes, at most a year." in page.text
    assert 'value="soon"' in page.text


def test_a_calendar_knows_the_next_holidays(admin: FlaskClient, session: Session) -> None:
    made = admin.post(
        "/admin/calendars",
        data={
            "name": "Munich", "zone": "Europe/Berlin", "windows": "Mon-Fri 08:00-16:00", "country": "de",
            "subdivision": "by", "own_holidays": "2026-03-04",
        },
    )  # fmt: skip
    assert made.status_code == 303
    calendar = session.scalars(select(BusinessCalendar).where(BusinessCalendar.name == "Munich")).one()
    page = admin.get(f"/admin/calendars/{calendar.id}").text
    assert "Wednesday, March 4, 2026" in page
    assert "Good Friday" in page
    assert "Mon 08:00-16:00" in page
    assert "Karfreitag" in admin.get(f"/admin/calendars/{calendar.id}?lang=de").text


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("windows", "always", "Write one opening time on each line"),
        ("windows", "", "Give at least one opening time"),
        ("zone", "Mars/Base", "Choose a time zone such as"),
        ("country", "XX", "We don’t know the public holidays of that place."),
        ("own_holidays", "tomorrow", "Write one date on each line"),
    ],
)
def test_a_calendar_says_what_it_cannot_read(admin: FlaskClient, field: str, typed: str, sentence: str) -> None:
    good = {"name": "Munich", "zone": "Europe/Berlin", "windows": "Mon 08:00-16:00"}
    page = admin.post("/admin/calendars", data=good | {field: typed})
    assert page.status_code == 422
    assert sentence in page.text


def test_a_calendar_changes_by_a_new_version(admin: FlaskClient, space: Space, session: Session) -> None:
    calendar_id = policy_of(session, space).calendar_id
    data = {"name": "Late hours", "zone": "UTC", "windows": "Mon 12:00-20:00"}
    assert admin.post(f"/admin/calendars/{calendar_id}", data=data).status_code == 303
    session.rollback()
    versions = select(CalendarVersion.version).where(CalendarVersion.calendar_id == calendar_id)
    assert sorted(session.scalars(versions)) == [1, 2]
    assert "Late hours" in admin.get("/admin/calendars").text


def test_a_desk_has_a_name_and_people(admin: FlaskClient, space: Space, make: Make, session: Session) -> None:
    jo = make.user("Jo Lindqvist", roles=(Role.AGENT,))
    calendar_id = str(policy_of(session, space).calendar_id)
    made = admin.post("/admin/desks", data={"name": "Network", "calendar_id": calendar_id, "agent_ids": [str(jo.id)]})
    assert made.status_code == 303
    session.rollback()
    desk = session.scalars(select(Desk).where(Desk.name == "Network")).one()
    assert "Jo Lindqvist" in admin.get("/admin/desks").text
    admin.post(f"/admin/desks/{desk.id}", data={"name": "Networks", "calendar_id": calendar_id})
    session.rollback()
    assert session.scalars(select(DeskAgent)).all() == []
    taken = admin.post("/admin/desks", data={"name": "Networks", "calendar_id": calendar_id})
    assert taken.status_code == 422
    assert "Another one already has this name." in taken.text


def test_agreements_are_for_administrators_and_leave_a_trail(
    admin: FlaskClient, space: Space, make: Make, session: Session
) -> None:
    calendar_id = policy_of(session, space).calendar_id
    admin.post(f"/admin/calendars/{calendar_id}", data={"name": "Late", "zone": "UTC", "windows": "Mon 12:00-20:00"})
    assert "changed the opening hours" in admin.get("/admin/audit").text
    jos = admin.application.test_client()
    make.sign_in(jos, make.user(roles=(Role.AGENT,)))
    for address in ("policies", f"policies/{space.id}", "calendars", f"calendars/{calendar_id}", "desks", "desks/1"):
        assert jos.get(f"/admin/{address}").status_code == 403

"""Two administrators open the same settings: who saves second is shown what the first has changed."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from app.escalation.models.agreements import CalendarVersion, Desk, Policy
from app.forum.models.space import Space, Tag
from app.kernel.actor import Role
from tests.escalation.desk import open_desk


def fields(page, address):
    """Return what a browser would send when nothing were changed in the form of an address."""
    form = page[page.index(f'action="{address}"') :]
    form = form[: form.index("</form>")]
    sent: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        kind, name, value = (re.search(rf'{part}="([^"]*)"', tag) for part in ("type", "name", "value"))
        if name is not None and (kind is None or kind[1] not in {"radio", "checkbox"} or " checked" in tag):
            sent[name[1]] = [*sent.get(name[1], []), unescape(value[1]) if value else ""]
    for name, text in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\r?\n?(.*?)</textarea>', form, re.DOTALL):
        sent[name] = unescape(text)
    for select_tag in re.findall(r"<select[^>]*>.*?</select>", form, re.DOTALL):
        chosen = re.search(r'<option selected[^>]*value="([^"]*)"', select_tag)
        if chosen:
            (name_of_it,) = re.findall(r'<select[^>]* name="([^"]+)"', select_tag)
            sent[name_of_it] = chosen[1]
    return sent


PLACES = {
    "space": ("/admin/spaces/{space}", "rules", "Be brief.", "purpose", "Printers and paper"),
    "policy": ("/admin/policies/{space}", "minutes_slowed", "33", "minutes_blocked", "44"),
    "calendar": ("/admin/calendars/{calendar}", "windows", "Mon 09:00-12:00", "zone", "Europe/Berlin"),
    "desk": ("/admin/desks/{desk}", "name", "The first name", "name", "The second name"),
    "tag": ("/tags/printer", "description", "What prints.", "description", "All about paper."),
}


@pytest.mark.parametrize("place", PLACES)
def test_who_saves_second_sees_what_the_first_has_changed(client, make, session, place):
    open_desk(make).ticket()
    make.save(Tag(slug="printer", created_at=make.now))
    admin = make.user(roles=(Role.ADMINISTRATOR,))
    make.sign_in(client, admin)
    space, calendar = session.scalars(select(Space.id)).first(), session.scalars(select(CalendarVersion)).first()
    numbers = {"space": space, "calendar": calendar.calendar_id, "desk": session.scalars(select(Desk.id)).first()}
    session.rollback()
    address, first_field, first, second_field, second = PLACES[place]
    address = address.format(**numbers)
    early, late = (fields(client.get(address).text, address) for _ in range(2))
    assert early["stood"] == late["stood"] != [""]

    assert client.post(address, data={**early, first_field: first}).status_code == 303
    refused = client.post(address, data={**late, second_field: second})

    assert refused.status_code == 409
    text = unescape(refused.text)
    assert f"is now: {first}" in text
    assert "Somebody has changed this" in text or place == "tag"
    assert second in text, "what was typed is kept"
    assert first in unescape(client.get(address).text), "the first change stands"
    again = fields(refused.text, address)
    assert client.post(address, data=again).status_code == 303
    assert second in unescape(client.get(address).text)


def test_a_space_that_nobody_else_changed_is_saved(client, make, session):
    open_desk(make).ticket()
    make.sign_in(client, make.user(roles=(Role.ADMINISTRATOR,)))
    address = f"/admin/policies/{session.scalars(select(Space.id)).first()}"
    for minutes in ("33", "44"):
        form = fields(client.get(address).text, address)
        assert client.post(address, data={**form, "minutes_slowed": minutes}).status_code == 303
    session.rollback()
    newest = session.scalars(select(Policy).where(Policy.superseded_at.is_(None))).first()
    assert newest.minutes["slowed"] == 44

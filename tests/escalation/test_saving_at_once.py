"""Two administrators save the same promises in the same moment; on SQLite writers queue up, on PostgreSQL rows do."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.escalation.models.agreements import BusinessCalendar, Desk, Policy
from app.forum.models.space import Space
from app.kernel.actor import Role
from app.web.settings_forms import SettingsForm
from tests.escalation.desk import open_desk
from tests.support.factories import Make
from tests.web.test_settings_forms import PLACES, fields


@pytest.mark.parametrize("place", ["policy", "a first policy", "calendar", "desk"])
def test_the_second_is_shown_what_the_first_has_changed(
    app: Flask, make: Make, session: Session, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    open_desk(make).ticket()
    numbers = {
        "space": session.scalar(select(Space.id)),
        "calendar": session.scalar(select(BusinessCalendar.id)),
        "desk": session.scalar(select(Desk.id)),
    }
    if place == "a first policy":
        numbers["space"] = make.space("Nobody has chosen here").id
    chosen = {"desk_id": str(numbers["desk"]), "calendar_id": str(numbers["calendar"])}
    session.rollback()
    address, first_field, first, second_field, second = PLACES[place.rpartition(" ")[2]]
    address = address.format(**numbers)
    browsers = [app.test_client(), app.test_client()]
    for browser in browsers:
        make.sign_in(browser, make.user(roles=(Role.ADMINISTRATOR,)))
    form = fields(browsers[0].get(address).text, address) | (chosen if "policy" in place else {})
    form.pop("once")
    sent = [{**form, first_field: first}, {**form, second_field: second}]
    looked, start = SettingsForm.ensure_seen, threading.Barrier(2)

    def look_slowly(self: SettingsForm, now: dict[str, object]) -> None:
        looked(self, now)
        time.sleep(0.3)  # whoever would get past has time for it

    monkeypatch.setattr(SettingsForm, "ensure_seen", look_slowly)

    def save(which: int) -> tuple[int, str]:
        start.wait(10)
        answer = browsers[which].post(address, data=sent[which])
        return answer.status_code, unescape(answer.text)

    with ThreadPoolExecutor(2) as people:
        answers = list(people.map(save, range(2)))

    assert sorted(status for status, _ in answers) == [303, 409]
    late = [status for status, _ in answers].index(409)
    assert (first, second)[late] in answers[late][1], "what was typed is kept"
    assert f"is now: {(second, first)[late]}" in answers[late][1]
    session.rollback()
    standing = select(func.count()).where(Policy.space_id == numbers["space"], Policy.superseded_at.is_(None))
    assert session.scalar(standing) == 1

"""A site has a time zone, for its first opening hours and promises; default names are in its readers’ language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import ValidationError
from sqlalchemy import select

from app.config import Settings
from app.escalation.models.agreements import CalendarVersion, Desk
from app.kernel.actor import Role
from app.kernel.database import SITE_ZONE, site_zone
from app.text.contract import TextRenderer
from app.web.database import WRITER, db
from app.web.runtime import Runtime
from app.wiring import build_app
from tests.escalation.desk import open_desk
from tests.support.databases import dispose
from tests.support.factories import Make


@pytest.fixture
def in_tokyo(app: Flask) -> Iterator[None]:
    with app.app_context():
        engines = (db.engine, db.engines[WRITER])
    for engine in engines:
        engine.update_execution_options(**{SITE_ZONE: "Asia/Tokyo"})
    yield
    for engine in engines:
        engine.update_execution_options(**{SITE_ZONE: "UTC"})


def test_the_setting_reaches_every_session_and_page(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path,
        time_zone="Asia/Tokyo",
        testing=True,
        background=False,
        rate_limits=False,
        pseudo_locale=True,
    )  # limiter and words are of the process, so it has to be as the other tests know it
    app = build_app(settings)
    runtime: Runtime = app.extensions["peerdesk"]
    with runtime.reads() as session:
        assert site_zone(session) == "Asia/Tokyo"
    with app.app_context():
        assert site_zone(db.session()) == "Asia/Tokyo"
        assert db.engines[WRITER].get_execution_options()[SITE_ZONE] == "Asia/Tokyo"
    assert app.config["BABEL_DEFAULT_TIMEZONE"] == "Asia/Tokyo"
    runtime.ports[TextRenderer].close()
    dispose(app)


def test_a_zone_that_does_not_exist_is_refused_at_the_start() -> None:
    with pytest.raises(ValidationError, match="no IANA time zone"):
        Settings(time_zone="Middle/Earth")


@pytest.mark.usefixtures("in_tokyo")
def test_the_first_opening_hours_are_in_the_zone_of_the_site(client: FlaskClient, make: Make, runtime: Runtime) -> None:
    desk = open_desk(make)  # a Monday, 09:00 UTC, which is 18:00 there: closed
    question = desk.question()
    make.sign_in(client, make.user(time_zone="Asia/Tokyo"))
    promise = "If nobody helps by Tue 09:30, a colleague from the Service desk takes this."
    assert promise in client.get(f"/ask?space={desk.space.slug}").text  # before anybody stored a policy

    desk.ticket(question)
    with runtime.reads() as session:
        assert session.scalars(select(CalendarVersion.zone)).all() == ["Asia/Tokyo"]


def test_names_that_nobody_chose_are_in_the_readers_language(client: FlaskClient, make: Make, runtime: Runtime) -> None:
    desk = open_desk(make)
    ticket_id = desk.ticket()
    make.sign_in(client, make.user(roles=(Role.ADMINISTRATOR, Role.AGENT)))
    pages = ("/admin/desks", "/admin/calendars", "/admin/policies", f"/waiting/{ticket_id}", "/admin/desks/1")
    german = [client.get(f"{page}?lang=de").text for page in pages]
    assert "<bdi>Service-Desk</bdi>" in german[0]
    assert "<bdi>Bürozeiten</bdi>" in german[1]
    assert "Desk: Service-Desk" in german[2]
    assert "Service-Desk</option>" in german[3]
    assert "Bürozeiten</option>" in german[4]
    assert 'value="Service desk"' in german[4], "what is stored stays as it is until somebody changes it"

    client.post("/admin/desks/1", data={"name": "Netzwerk", "calendar_id": "1"})
    assert "<bdi>Netzwerk</bdi>" in client.get("/admin/desks?lang=de").text
    with runtime.reads() as session:
        assert session.scalars(select(Desk.name)).all() == ["Netzwerk"]

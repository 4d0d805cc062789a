"""Files in private notes: the agents', and nobody else's."""

from __future__ import annotations

import io

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.forum.models.answer import Attachment
from app.identity.models import User
from app.kernel.actor import Role
from tests.escalation.desk import open_desk
from tests.support.factories import Make


def browser_of(app: Flask, make: Make, user: User) -> FlaskClient:
    client = app.test_client()
    make.sign_in(client, user)
    return client


def test_a_file_in_a_private_note_is_the_agents(app: Flask, make: Make, session: Session) -> None:
    desk = open_desk(make)
    ticket_id = desk.ticket()
    jo = browser_of(app, make, desk.jo)
    colleague = browser_of(app, make, make.user("Mei Tanaka", roles=(Role.AGENT,)))
    others = [browser_of(app, make, desk.sam), browser_of(app, make, make.user()), app.test_client()]
    upload = {"file": (io.BytesIO(b"gateway 3 failed\n"), "gateway.log")}
    kept = jo.post("/uploads", data=upload).get_json()
    note = {"lane": "private", "body": f"Look: {kept['markdown']}"}
    jo.post(f"/waiting/{ticket_id}/message", data=note)

    assert colleague.get(kept["url"], buffered=True).data == b"gateway 3 failed\n"
    assert [reader.get(kept["url"]).status_code for reader in others] == [404, 404, 404]
    assert session.query(Attachment).one().question_id is not None  # so the hourly sweep leaves it

    reply = {"lane": "open", "then": "send", "body": f"This is why it failed: [log]({kept['url']})", "knowingly": "y"}
    assert jo.post(f"/waiting/{ticket_id}/message", data=reply).status_code == 303
    assert [reader.get(kept["url"], buffered=True).status_code for reader in others] == [200, 200, 200]


def test_a_note_takes_no_file_of_somebody_else(app: Flask, make: Make, session: Session) -> None:
    desk = open_desk(make)
    ticket_id = desk.ticket()
    sam, jo = browser_of(app, make, desk.sam), browser_of(app, make, desk.jo)
    upload = {"file": (io.BytesIO(b"not posted yet\n"), "own.log")}
    kept = sam.post("/uploads", data=upload).get_json()
    jo.post(f"/waiting/{ticket_id}/message", data={"lane": "private", "body": f"Look: {kept['markdown']}"})

    assert jo.get(kept["url"]).status_code == 404
    assert session.query(Attachment).one().question_id is None

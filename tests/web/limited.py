"""One process of the product that sends itself requests: for each word it hears it says status and seconds."""

from __future__ import annotations

import time
from multiprocessing.connection import Connection

from app.config import Settings
from app.text.contract import TextRenderer
from app.web.database import WRITER, db
from app.wiring import build_app

PAGE = "/sign-in"


def send_what_is_asked(settings: Settings, asker: Connection) -> None:
    """Go on until the asker hangs up; say once when everything stands."""
    app = build_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        db.metadata.create_all(db.engines[WRITER])
    browser = app.test_client()
    asker.send("ready")
    while (word := _heard(asker)) is not None:
        began = time.monotonic()
        answer = browser.get("/") if word == "look" else browser.post(PAGE, data={})
        asker.send((answer.status_code, time.monotonic() - began))
    app.extensions["peerdesk"].ports[TextRenderer].close()


def _heard(asker: Connection) -> str | None:
    try:
        return str(asker.recv())
    except EOFError:
        return None

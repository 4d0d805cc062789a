"""One process of the product that sends itself requests: for each line it reads it says status and seconds."""

from __future__ import annotations

import sys
import time

from app.config import Settings
from app.text.contract import TextRenderer
from app.web.database import WRITER, db
from app.wiring import build_app

PAGE, SAYS = "/sign-in", "says: "


def _say(words: str) -> None:
    sys.stdout.write(f"{SAYS}{words}\n")  # marked, because log lines go the same way
    sys.stdout.flush()


def main() -> None:
    app = build_app(Settings(testing=True, background=False))
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        db.metadata.create_all(db.engines[WRITER])
    browser = app.test_client()
    _say("ready")
    for line in sys.stdin:
        began = time.monotonic()
        answer = browser.get("/") if line.strip() == "look" else browser.post(PAGE, data={})
        _say(f"{answer.status_code} {time.monotonic() - began:.3f}")
    app.extensions["peerdesk"].ports[TextRenderer].close()


if __name__ == "__main__":
    main()

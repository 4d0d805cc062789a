"""Look inside one process: how many statements a page runs, and where its time goes."""

from __future__ import annotations

import cProfile
import pstats
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, insert, text

from app.config import Settings
from app.identity.models import SignIn
from app.identity.tokens_at_rest import hash_token
from app.web.database import WRITER, db
from app.web.login import SIGN_IN_KEY
from app.wiring import build_app
from tests.bench.databases import Place

PROFILED = 100
TYPED = [
    "cannot send mail after update", "password is not accepted", "folders are empty", "calendar does not show events",
    "where are my messages", "how do I move my profile", "attachments cannot be opened", "account setup fails",
]  # fmt: skip
"""A page may ask one thing more when it finds an open question, so several are counted, and the most is told."""


def count_statements(place: Place) -> dict[str, int]:
    """Return the number of statements of each page, with warm caches."""
    with _opened(place) as (app, guest, member):
        question = _question_with_five_answers(app)
        pages = {
            "question page, signed out": (guest, f"/questions/{question}"),
            "question page, signed in": (member, f"/questions/{question}"),
            "front list, signed out": (guest, "/questions"),
            "front list, signed in": (member, "/questions"),
            "home, signed out": (guest, "/"),
            "home, signed in": (member, "/"),
            "tags": (guest, "/tags"),
        }
        counts = {name: _count(app, client, path) for name, (client, path) in pages.items()}
        for name, client, path in (("search", guest, "/find?q="), ("similar", member, "/similar?title=")):
            counts[name] = max(_count(app, client, path + quote_plus(typed)) for typed in TYPED)
        return counts


def profile(place: Place, path: str) -> None:
    """Print the functions that one page spends its time in, signed in; ``path`` may say ``{question}``."""
    with _opened(place) as (app, _guest, member):
        path = path.replace("{question}", str(_question_with_five_answers(app)))
        for _ in range(10):
            member.get(path)
        profiler = cProfile.Profile()
        with profiler:
            for _ in range(PROFILED):
                member.get(path)
        pstats.Stats(profiler).strip_dirs().sort_stats("tottime").print_stats(35)


def _count(app: Flask, client: FlaskClient, path: str) -> int:
    client.get(path)
    seen: list[str] = []

    def remember(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "PRAGMA", "SAVEPOINT", "RELEASE")):
            seen.append(statement)

    with app.app_context():
        engines = [db.engine, db.engines[WRITER]]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", remember)
    client.get(path)
    for engine in engines:
        event.remove(engine, "before_cursor_execute", remember)
    return len(seen)


@contextmanager
def _opened(place: Place) -> Iterator[tuple[Flask, FlaskClient, FlaskClient]]:
    """Give the application, a guest and a member, in this process."""
    app = build_app(Settings(data_dir=place.folder, rate_limits=False, background=False))
    member = app.test_client()
    token, now = secrets.token_hex(9), datetime.now(UTC)
    with app.app_context(), db.engines[WRITER].begin() as connection:
        row = {
            "token_hash": hash_token(token), "user_id": 1, "created_at": now, "last_seen_at": now,
            "expires_at": now + timedelta(days=1), "browser": "",
        }  # fmt: skip
        connection.execute(insert(SignIn), row)
    with member.session_transaction() as cookie:
        cookie[SIGN_IN_KEY] = token
    yield app, app.test_client(), member
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


def _question_with_five_answers(app: Flask) -> int:
    with app.app_context(), db.engine.connect() as connection:
        found: int = connection.scalar(text("SELECT id FROM questions WHERE answer_count = 5 ORDER BY id")) or 1
        return found

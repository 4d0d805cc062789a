"""Who is signed in, by Flask-Login: its user is one *sign-in* of this browser, named by a random token.

Its remember cookie and its session protection are not used: the sign-in's row decides how long it lasts, and a person
can revoke it there. ``current_actor()`` stays the one thing that the rest of the product sees.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from flask import Flask, Response, current_app, g, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from itsdangerous import BadData, URLSafeTimedSerializer

SIGN_IN_KEY = "_user_id"
"""Where Flask-Login keeps what ``get_id`` gives: in the signed cookie, which scripts cannot read."""
FORM_KEY, FORM_SALT = "csrf_token", "wtf-csrf-token"
"""Where Flask-WTF keeps the secret of a browser's forms, and what it signs their tokens with."""
_SECRET = re.compile(r"([1-9][0-9]{0,9})\.[0-9a-f]{40}")


class SignedInBrowser(UserMixin):  # type: ignore[misc]  # flask-login ships no types
    """A browser whose token was found; ``facts`` is what identity knows of the person."""

    def __init__(self, token: str, facts: Any = None) -> None:
        self.token, self.facts = token, facts

    def get_id(self) -> str:
        """Return what the cookie remembers."""
        return self.token


def init_login(app: Flask, load: Callable[[str], Any | None], touch: Callable[[int], None]) -> None:
    """Bind Flask-Login to the sign-ins.

    Args:
        app: the application.
        load: token to facts about the person, or None when the token no longer counts.
        touch: writes that a sign-in was seen; called after the response has left, for ``g.seen_sign_in``.

    """
    manager = LoginManager()
    manager.session_protection = None
    app.login_manager = manager  # type: ignore[attr-defined]  # not init_app: it would read the session of each static file

    def load_browser(token: str) -> SignedInBrowser | None:
        facts = load(token)
        return SignedInBrowser(token, facts) if facts is not None else None

    def note_visit(response: Response) -> Response:
        seen = g.get("seen_sign_in")
        if seen is not None:
            response.call_on_close(partial(touch, seen))
        return response

    manager.user_loader(load_browser)
    app.after_request(note_visit)


def signed_in_facts() -> Any | None:
    """Return what was loaded about the person who is signed in on this browser, or None."""
    if SIGN_IN_KEY not in session:
        return None
    return getattr(current_user, "facts", None)


def current_token() -> str | None:
    """Return this browser's token; None when nobody is signed in."""
    token = session.get(SIGN_IN_KEY)
    return str(token) if token else None


@dataclass(frozen=True, slots=True)
class Writer:
    """For whom a form was printed, and how long ago by the server's clock."""

    user_id: int
    age: timedelta


def writer_of(form_token: str) -> Writer | None:
    """Return for whom the form with this token was printed; None when for nobody who had signed in, or not by us."""
    signed = URLSafeTimedSerializer(str(current_app.secret_key), salt=FORM_SALT)
    try:
        secret, printed_at = signed.loads(form_token, return_timestamp=True)
    except BadData:
        return None
    found = _SECRET.fullmatch(str(secret))
    return Writer(int(found[1]), datetime.now(UTC) - printed_at) if found else None


def begin_session(token: str, user_id: int) -> None:
    """Sign this browser in; nothing of the session before survives (no fixation). Its forms name the person."""
    session.clear()
    session.permanent = True
    session[FORM_KEY] = f"{user_id}.{secrets.token_hex(20)}"
    login_user(SignedInBrowser(token))
    g.pop("actor", None)


def end_session() -> None:
    """Sign this browser out."""
    logout_user()
    session.clear()
    g.forget_browser_data = True  # what this browser kept belongs to who leaves
    g.pop("actor", None)

"""Flask, without the work that each of its requests would do again and that is the same every time."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from app.web.environment import PageEnvironment

COOKIES_REMEMBERED = 4096


class SignedCookies(SecureCookieSessionInterface):
    """Flask's sessions in a signed cookie, with a signer that is made once for a key.

    A browser sends the same cookie again and again: its signature is looked at once, its age each time.
    """

    def __init__(self) -> None:
        self._made: tuple[object, URLSafeTimedSerializer | None] = (None, None)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return what signs the cookie; None without a key, as Flask does."""
        keys = app.secret_key, app.config["SECRET_KEY_FALLBACKS"]
        if self._made[0] != keys:
            self._made = keys, super().get_signing_serializer(app)
        return self._made[1]

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Read the cookie as Flask does: what nobody signed, or somebody too long ago, is an empty session."""
        signer, cookie = self.get_signing_serializer(app), request.cookies.get(self.get_cookie_name(app))
        if signer is None or not cookie:
            return None if signer is None else self.session_class()
        try:
            payload, signed_at = _checked(signer, cookie)
            age = int(time.time()) - signed_at.timestamp()
            stands = 0 <= age <= app.permanent_session_lifetime.total_seconds()
            return self.session_class(signer.load_payload(payload) if stands else None)
        except BadData:
            return self.session_class()


@lru_cache(maxsize=COOKIES_REMEMBERED)
def _checked(signer: URLSafeTimedSerializer, cookie: str) -> tuple[bytes, datetime]:
    """Return what was signed, and when.

    Raises:
        BadSignature: when it was not signed by us.

    """
    return cast("TimestampSigner", signer.make_signer(signer.salt)).unsign(cookie, return_timestamp=True)


class Application(Flask):
    """The product as a WSGI application. Its views are plain functions: none is a coroutine."""

    jinja_environment = PageEnvironment

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.session_interface = SignedCookies()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the view or hook as it is; Flask would ask of each, with each request, whether it is a coroutine."""
        return func

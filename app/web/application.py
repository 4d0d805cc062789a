"""Flask, without the work that each of its requests would do again and that is the same every time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer


class SignedCookies(SecureCookieSessionInterface):
    """Flask's sessions in a signed cookie, with a signer that is made once for a key."""

    def __init__(self) -> None:
        self._made: tuple[object, URLSafeTimedSerializer | None] = (None, None)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return what signs the cookie; None without a key, as Flask does."""
        keys = app.secret_key, app.config["SECRET_KEY_FALLBACKS"]
        if self._made[0] != keys:
            self._made = keys, super().get_signing_serializer(app)
        return self._made[1]


class Application(Flask):
    """The product as a WSGI application. Its views are plain functions: none is a coroutine."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.session_interface = SignedCookies()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the view or hook as it is; Flask would ask of each, with each request, whether it is a coroutine."""
        return func

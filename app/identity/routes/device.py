"""Choices that belong to a browser as much as to a person: language and looks."""

from __future__ import annotations

from datetime import timedelta

from werkzeug.wrappers import Response

from app.web.language import COOKIE as LANGUAGE
from app.web.language import LANGUAGES
from app.web.runtime import runtime

THEME = "theme"
THEMES = ("light", "dark")
LASTS = timedelta(days=365)


def remember_language(response: Response, language: str | None) -> None:
    """Keep an interface language on this browser; None goes back to what the browser asks for."""
    _remember(response, LANGUAGE, language if language in LANGUAGES else None)


def remember_theme(response: Response, theme: str) -> None:
    """Keep light or dark on this browser; anything else follows the device."""
    _remember(response, THEME, theme if theme in THEMES else None)


def _remember(response: Response, cookie: str, value: str | None) -> None:
    if value is None:
        response.delete_cookie(cookie)
        return
    secure = runtime().settings.https_only
    response.set_cookie(cookie, value, max_age=LASTS, samesite="Lax", secure=secure, httponly=True)

"""Which language, direction and time zone a page has; the pseudo-locales for tests."""

from __future__ import annotations

import re
from datetime import UTC, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, g, has_request_context, request, session
from flask_babel import Babel, get_locale, get_translations, gettext, npgettext, pgettext

from app.config import Settings
from app.web.page_words import install_page_words

LANGUAGES = {"en": "English", "de": "Deutsch"}
"""Interface languages with complete catalogues, each in its own name."""
COOKIE = "language"
_ACCENTS = str.maketrans("aeioucnsyAEIOUCNSY", "åéîöüçñšýÅÉÎÖÜÇÑŠÝ")
_KEEP = re.compile(r"(%\([^)]+\)[sd]|%[sd%]|<[^>]+>|&\w+;)")


def choose_language() -> str:
    """Pick the reader's language: what they chose, else what the browser asks for, else the site's."""
    chosen = request.args.get("lang") or session.get(COOKIE) or request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return str(chosen)
    return request.accept_languages.best_match(LANGUAGES) or str(g.default_language)


def choose_time_zone() -> str | None:
    """Return the signed-in reader's IANA zone; None means the site's."""
    return getattr(g, "time_zone", None)


def reader_zone() -> tzinfo:
    """Return the zone that times are shown in."""
    name = choose_time_zone()
    return ZoneInfo(name) if name else UTC


def text_direction() -> str:
    """Return ``ltr`` or ``rtl`` for the page."""
    locale = get_locale()
    mirrored = _pseudo() == "xb"
    return "rtl" if mirrored or (locale is not None and locale.text_direction == "rtl") else "ltr"


def init_language(app: Flask, settings: Settings) -> None:
    """Install gettext into Flask and Jinja."""
    app.config.update(
        BABEL_DEFAULT_LOCALE=settings.default_language,
        BABEL_TRANSLATION_DIRECTORIES=f"{app.root_path}/translations",
        BABEL_DEFAULT_TIMEZONE="UTC",
    )
    Babel(app, locale_selector=choose_language, timezone_selector=choose_time_zone)

    def remember_defaults() -> None:
        g.default_language, g.pseudo_locale = settings.default_language, settings.pseudo_locale

    app.before_request(remember_defaults)
    if settings.pseudo_locale:
        app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # added by jinja2.ext.i18n
            _pseudo_gettext, _pseudo_ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
        )
    else:
        install_page_words(app)


def _pseudo() -> str | None:
    return request.args.get("pl") if has_request_context() and g.get("pseudo_locale") else None


def _stretch(text: str) -> str:
    if _pseudo() != "xa":
        return text
    body = "".join(part if _KEEP.fullmatch(part) else part.translate(_ACCENTS) for part in _KEEP.split(text))
    return f"[{body} {'·' * max(2, int(len(text) * 0.35))}]"


def _pseudo_gettext(text: str, **facts: Any) -> str:
    return _stretch(gettext(text)) % facts if facts else _stretch(gettext(text))


def _pseudo_ngettext(one: str, many: str, n: int) -> str:
    return _stretch(str(get_translations().ungettext(one, many, n)))  # Jinja fills in the facts

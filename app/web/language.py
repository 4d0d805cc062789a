"""Which language, direction and time zone a page has; the pseudo-locales for tests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from zoneinfo import ZoneInfo

from babel import Locale
from flask import Flask, current_app, g, has_request_context, request, session
from flask_babel import Babel, get_locale

from app.config import Settings
from app.web.page_words import install_page_words
from app.web.pseudo_locale import PseudoDomain

LANGUAGES = {"en": "English", "de": "Deutsch"}
"""Interface languages with complete catalogues, each in its own name."""
COOKIE = "language"


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
    return ZoneInfo(choose_time_zone() or current_app.config["BABEL_DEFAULT_TIMEZONE"])


def language_names(tags: Iterable[str]) -> list[str]:
    """Return the names of languages, given as BCP 47 tags, in the reader's language."""
    return [str(Locale.parse(tag, sep="-").get_display_name(get_locale())) for tag in tags]


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
        BABEL_DEFAULT_TIMEZONE=settings.time_zone,
    )
    Babel(app, locale_selector=choose_language, timezone_selector=choose_time_zone)

    def remember_defaults() -> None:
        g.default_language, g.pseudo_locale = settings.default_language, settings.pseudo_locale
        if _pseudo() == "xa":
            PseudoDomain().as_default()

    app.before_request(remember_defaults)
    if not settings.pseudo_locale:  # the short ways keep sentences for good, so they know one form of each
        install_page_words(app)


def _pseudo() -> str | None:
    return request.args.get("pl") if has_request_context() and g.get("pseudo_locale") else None

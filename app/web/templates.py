"""What every template may use: assets, times, the signed-in person, navigation counts."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.dates import TIMEDELTA_UNITS, format_date, format_time, format_timedelta, get_datetime_format
from flask import Flask, g, request
from flask_babel import format_datetime, get_locale, get_timezone, gettext
from flask_wtf.csrf import generate_csrf
from jinja2 import StrictUndefined
from markupsafe import Markup, escape

from app.config import Settings
from app.web import slots
from app.web.forms import new_token
from app.web.going_back import place_before, this_page
from app.web.held import held
from app.web.language import LANGUAGES, language_names, text_direction
from app.web.page_words import grouped, page_locale
from app.web.pages import wants_fragment
from app.web.pieces import FORM_TOKEN, NONCE, ONCE_TOKEN, Pieces, piece
from app.web.runtime import current_actor, read_session, runtime
from app.web.words import sentence

_ICON = Markup('<svg class="icon{}" aria-hidden="true" focusable="false"><use href="/static/icons.svg#{}"/></svg>')
AVATAR_TONES = 4
JUST_NOW = 60
"""Nobody counts seconds, and the clocks of two machines differ by some."""
UNIT_FROM = 0.85
"""So much of a unit is said in it: babel's own threshold."""


def init_templates(app: Flask, settings: Settings) -> None:
    """Configure Jinja strictly and give it the product's own words."""
    env = app.jinja_env
    env.undefined = StrictUndefined
    env.trim_blocks = env.lstrip_blocks = True
    app.extensions["peerdesk.pieces"] = Pieces()
    env.filters["grouped"] = grouped
    env.policies["ext.i18n.trimmed"] = True  # a wrapped sentence is one line in the catalogue
    env.globals.update(
        asset=asset,
        asset_imports=asset_imports,
        icon=icon,
        ago=ago,
        when=when,
        initials=initials,
        avatar_tone=avatar_tone,
        sentence=sentence,
        new_token=once_token,
        piece=piece,
        nonce=nonce,
        wants_fragment=wants_fragment,
        current_actor=current_actor,
        csrf_token=csrf_token,
        navigation=navigation,
        text_direction=text_direction,
        page_language=page_language,
        theme=theme,
        path=path,
        place_before=place_before,
        this_page=this_page,
        shortcuts=shortcuts,
        languages=LANGUAGES,
        language_names=language_names,
        site_name=settings.site_name,
        may_register=may_register,
    )


@lru_cache(maxsize=1)
def _manifest() -> dict[str, Any]:
    root = Path(__file__).resolve().parents[2] / "static"
    if not root.exists():
        root = Path(__file__).resolve().parents[1] / "_bundled" / "static"
    return dict(json.loads((root / "dist" / "manifest.json").read_text()))


def asset(name: str) -> str:
    """Return the hashed URL of a built file: ``asset("app.js")``."""
    return str(_manifest()[name]["file"])


def asset_imports(name: str) -> list[str]:
    """Return the URLs a built module imports at once, for preloading."""
    return list(_manifest()[name]["imports"])


@lru_cache(maxsize=512)
def icon(name: str, *, mirrored: bool = False) -> Markup:
    """Return one symbol of the sprite; ``mirrored`` ones turn in right-to-left pages."""
    return _ICON.format(" dir" if mirrored else "", name)


def ago(at: datetime) -> Markup:
    """Write how long ago something was, as text that a script keeps fresh."""
    locale = page_locale()
    seconds = (at - runtime().clock.now()).total_seconds()
    said = escape(gettext("just now")) if abs(seconds) < JUST_NOW else _spoken(seconds, locale.language)
    return Markup(f"{_beginning(at, _zone(), locale.language)}{said}</time>")  # noqa: S704  # our own


def _zone() -> tzinfo | None:
    """Return the reader's zone; Flask-Babel keeps it, behind three looks through a proxy."""
    babel = getattr(held(), "_flask_babel", None)
    zone: tzinfo | None = getattr(babel, "babel_tzinfo", None) or get_timezone()
    return zone


def _beginning(at: datetime, zone: tzinfo | None, language: str) -> str:
    """Write when it was, to the minute; a page of old questions has many days and minutes but few different ones."""
    local = at.astimezone(zone)
    day, minute = _day(local.date(), language), _minute(local.hour, local.minute, language)
    return f'<time datetime="{at.isoformat()}" data-rel title="{_day_and_minute(language).format(minute, day)}">'


@lru_cache(maxsize=20_000)
def _day(day: date, language: str) -> str:
    return str(escape(format_date(day, "medium", locale=language)))


@lru_cache(maxsize=20_000)
def _minute(hour: int, minute: int, language: str) -> str:
    return str(escape(format_time(time(hour, minute), "short", locale=language)))


@lru_cache(maxsize=64)
def _day_and_minute(language: str) -> str:
    """Return how the two are put together, to be filled with what is escaped already."""
    return str(escape(str(get_datetime_format("medium", locale=language)).replace("'", "")))


def _spoken(seconds: float, language: str) -> str:
    """Say how long it is before or after now, in the one unit that people would choose."""
    unit = next(unit for _, unit in TIMEDELTA_UNITS if abs(seconds) >= unit * UNIT_FROM)
    count = max(1, round(abs(seconds) / unit))
    return _so_many(count if seconds > 0 else -count, unit, language)


@lru_cache(maxsize=4096)
def _so_many(count: int, unit: int, language: str) -> str:
    span = timedelta(seconds=count * unit)
    return str(escape(format_timedelta(span, threshold=abs(count), add_direction=True, locale=language)))


def when(at: datetime) -> Markup:
    """Write a coming instant in the reader's zone the way people say it: «Tue 14:00», or with the date when far off."""
    now = runtime().clock.now()
    near = abs(at - now) < timedelta(days=6)
    text = format_datetime(at, "EEE HH:mm" if near else "d MMM HH:mm")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(at.isoformat(), format_datetime(at, "full"), text)


def csrf_token() -> str:
    """Return the token that each form of the page carries; a page with forty buttons makes it once."""
    request = held()
    if request.get("makes_piece"):
        return FORM_TOKEN
    if "page_csrf_token" not in request:
        request.page_csrf_token = generate_csrf()
    return str(request.page_csrf_token)


def once_token() -> str:
    """Return a fresh once-token for a form that a template writes itself."""
    return ONCE_TOKEN if held().get("makes_piece") else new_token()


def nonce() -> str:
    """Return the Content-Security-Policy nonce of this response."""
    return NONCE if held().get("makes_piece") else str(g.nonce)


@lru_cache(maxsize=4096)
def initials(name: str) -> str:
    """Return up to two letters that stand for a person without a picture."""
    parts = [p for p in name.split() if p]
    return "".join(p[0] for p in (parts[:1] + parts[-1:] if len(parts) > 1 else parts)).upper()


def avatar_tone(person_id: int) -> str:
    """Return the class of one of the four quiet avatar colours; colour never carries meaning."""
    return f"a{person_id % AVATAR_TONES + 1}"


def navigation() -> dict[str, int]:
    """Return the counts beside the navigation: ``inbox`` and ``waiting``; asked for once per page."""
    actor = current_actor()
    if actor.id is None:
        return {"inbox": 0, "waiting": 0}
    if "navigation" not in g:
        merged = {"inbox": 0, "waiting": 0}
        for part in slots.slot(slots.NAVIGATION, read_session(), actor, [actor.id]).get(actor.id, []):
            merged.update(part)
        g.navigation = merged
    return dict(g.navigation)


def page_language() -> str:
    """Return the BCP 47 tag for ``<html lang>``."""
    return str(get_locale() or "en").replace("_", "-")


def theme() -> str:
    """Return the chosen theme, or nothing to follow the device."""
    chosen = request.cookies.get("theme") or getattr(g, "theme", "")
    return chosen if chosen in {"light", "dark"} else ""


def may_register() -> bool:
    """Tell whether people make their accounts themselves here."""
    return runtime().settings.registration == "open"


def path() -> str:
    """Return the path of the page being shown."""
    return request.path


def shortcuts() -> bool:
    """Tell whether the reader switched single-key shortcuts on (WCAG 2.1.4)."""
    return bool(getattr(g, "shortcuts", False))

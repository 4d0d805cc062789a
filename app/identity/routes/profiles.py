"""A person's page, and their picture."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import Response, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_time

from app.identity.ports import AvatarStore
from app.identity.queries.profiles import Profile, own_profile, profile_page
from app.kernel.errors import NotFound
from app.web import slots
from app.web.language import language_names
from app.web.pages import go
from app.web.pages import show as show_page
from app.web.runtime import current_actor, port, read_session, runtime


def show(handle: str) -> ResponseReturnValue:
    """Show one person."""
    read, actor = read_session(), current_actor()
    person = profile_page(read, actor, handle)
    ids = [person.id]
    return show_page(
        "identity/profile.html",
        person=person,
        local_time=_local_time(person),
        languages=language_names(person.languages),
        score=next(iter(slots.slot(slots.PERSON_SCORE, read, actor, ids).get(person.id, [])), None),
        cards=slots.slot(slots.PROFILE, read, actor, ids).get(person.id, []),
    )


def me() -> ResponseReturnValue:
    """Lead to one's own page, from a link that is the same for everybody."""
    return go(url_for("identity.profiles_show", handle=own_profile(read_session(), current_actor()).handle))


def picture(key: str) -> ResponseReturnValue:
    """Serve a person's picture; a key never gets another one, so it may be kept for ever."""
    data = port(AvatarStore).load(key)
    if data is None:
        raise NotFound
    response = Response(data, mimetype="image/webp")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _local_time(person: Profile) -> str | None:
    if person.time_zone is None:
        return None
    there = runtime().clock.now().astimezone(ZoneInfo(person.time_zone))
    return str(format_time(there, "short", rebase=False))

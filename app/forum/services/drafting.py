"""Keep what somebody is writing, until it is posted, thrown away, or nobody has come back to it for a season."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update

from app.forum.models.question import Draft
from app.forum.services.checking import check_characters
from app.forum.services.rows import add_once
from app.identity.contract import may_sign_in
from app.kernel.actor import Actor
from app.kernel.errors import Denied, Invalid
from app.kernel.unit_of_work import UnitOfWork

DRAFT_MAX = 60_000
"""Characters of all fields together: a text of the longest kind, twice."""
DRAFTS_MAX = 50
"""Drafts of one person. One more drops the oldest: drafts are saved quietly, nobody would read a refusal."""
KEPT = timedelta(days=90)
"""How long a draft waits that nobody comes back to."""
DRAFT_FIELDS = (
    "title",
    "body",
    "tags",
    "impact",
    "impact_seen",
    "space",
    "revision",
    "summary",
    "asks_back",
    "lane",
)
"""What of a form is kept."""

_ID = r":[1-9][0-9]{0,9}"
PLACE = re.compile(f"ask|(?:answer|edit-question|edit-answer|edit-comment){_ID}|comment{_ID}(?:{_ID})?")
"""The places of the forum's own forms; higher domains have others."""


@dataclass(frozen=True, slots=True)
class SaveDraft:
    """The fields of a form that has not been sent; ``place`` is ``ask``, ``answer:17``, ``comment:17:4``."""

    place: str
    fields: Mapping[str, str]


def save_draft(uow: UnitOfWork, actor: Actor, command: SaveDraft) -> None:
    """Keep a draft in the place of the one before; one without words is forgotten.

    Raises:
        Invalid: fields ``place`` and ``body``.

    """
    if not PLACE.fullmatch(command.place):
        raise Invalid("place", "forum.draft_place_unknown")
    if not any(command.fields.get(name, "").strip() for name in ("title", "body")):
        discard_draft(uow, actor, command.place)
        return
    _store(uow, actor.user_id, command.place, command.fields)


def keep_unsent_text(uow: UnitOfWork, user_id: int, place: str, form: Mapping[str, str]) -> None:
    """Keep a form that its writer sent after their session had ended, as their draft; higher domains name own places.

    Raises:
        Denied: when the person has left meanwhile.
        Invalid: field ``body``.

    """
    if not may_sign_in(uow.session, user_id):
        raise Denied("web.not_kept")
    _store(uow, user_id, place, {name: form[name] for name in DRAFT_FIELDS if form.get(name)})


def discard_draft(uow: UnitOfWork, actor: Actor, place: str) -> None:
    """Forget a draft; without effect when there is none."""
    uow.session.execute(delete(Draft).where(Draft.user_id == actor.user_id, Draft.place == place))


def forget_old_drafts(units: Callable[[], AbstractContextManager[UnitOfWork]]) -> None:
    """Forget the drafts that nobody came back to."""
    with units() as uow:
        uow.session.execute(delete(Draft).where(Draft.saved_at < uow.now - KEPT))


def keep_unsent_draft(uow: UnitOfWork, user_id: int, place: str, form: Mapping[str, str]) -> None:
    """Keep a draft that its writer saved after their session had ended.

    Raises:
        Denied: when the person has left meanwhile.
        Invalid: fields ``place`` and ``body``.

    """
    if not PLACE.fullmatch(place):
        raise Invalid("place", "forum.draft_place_unknown")
    keep_unsent_text(uow, user_id, place, form)


def _store(uow: UnitOfWork, user_id: int, place: str, fields: Mapping[str, str]) -> None:
    text = json.dumps({name: check_characters("body", value) for name, value in fields.items()})
    if sum(map(len, fields.values())) > DRAFT_MAX:
        raise Invalid("body", "forum.body_too_long", maximum=DRAFT_MAX)
    key, saved = {"user_id": user_id, "place": place}, {"fields": text, "saved_at": uow.now}
    if not add_once(uow.session, Draft, key | saved):  # two tabs may begin the same text in the same moment
        uow.session.execute(update(Draft).filter_by(**key).values(saved))
        return
    _drop_oldest(uow, user_id)


def _drop_oldest(uow: UnitOfWork, user_id: int) -> None:
    newest = select(Draft.place).where(Draft.user_id == user_id).order_by(Draft.saved_at.desc(), Draft.place)
    for place in uow.session.scalars(newest.offset(DRAFTS_MAX)).all():
        uow.session.execute(delete(Draft).where(Draft.user_id == user_id, Draft.place == place))

"""Keep what somebody is writing, until it is posted or discarded."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, update

from app.forum.models.question import Draft
from app.forum.services.checking import check_characters
from app.forum.services.rows import add_once
from app.kernel.actor import Actor
from app.kernel.errors import Invalid
from app.kernel.unit_of_work import UnitOfWork

DRAFT_MAX = 60_000
"""Characters of all fields together: a text of the longest kind, twice."""

_PLACE = re.compile(r"ask|(?:answer|comment|edit-question|edit-answer|edit-comment)(?::\d{1,18}){1,2}")


@dataclass(frozen=True, slots=True)
class SaveDraft:
    """The fields of a form that has not been sent; ``place`` is ``ask``, ``answer:17``, ``comment:17:4``."""

    place: str
    fields: Mapping[str, str]


def save_draft(uow: UnitOfWork, actor: Actor, command: SaveDraft) -> None:
    """Keep a draft in the place of the one before.

    Raises:
        Invalid: fields ``place`` and ``body``.

    """
    if not _PLACE.fullmatch(command.place):
        raise Invalid("place", "forum.draft_place_unknown")
    text = json.dumps({name: check_characters("body", value) for name, value in command.fields.items()})
    if sum(map(len, command.fields.values())) > DRAFT_MAX:
        raise Invalid("body", "forum.body_too_long", maximum=DRAFT_MAX)
    key, saved = {"user_id": actor.user_id, "place": command.place}, {"fields": text, "saved_at": uow.now}
    if not add_once(uow.session, Draft, key | saved):  # two tabs may begin the same text in the same moment
        uow.session.execute(update(Draft).filter_by(**key).values(saved))


def discard_draft(uow: UnitOfWork, actor: Actor, place: str) -> None:
    """Forget a draft; without effect when there is none."""
    uow.session.execute(delete(Draft).where(Draft.user_id == actor.user_id, Draft.place == place))

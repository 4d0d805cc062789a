"""Keep a desk's ready texts: write one, change it, delete it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.escalation.access import access_text, works_at
from app.escalation.models.agreements import Desk
from app.escalation.models.texts import ReadyText
from app.escalation.permissions import can_keep_texts
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, Invalid
from app.kernel.permissions import ensure
from app.kernel.unit_of_work import UnitOfWork

LONGEST_NAME, LONGEST_TEXT = 80, 5000
"""Characters."""
MOST_TEXTS = 200
"""Of one desk; a longer list finds nobody anything."""


@dataclass(frozen=True, slots=True)
class NewText:
    """A text for a desk."""

    desk_id: int
    name: str
    body: str


@dataclass(frozen=True, slots=True)
class ChangeText:
    """Other words for a text; ``version`` is what the writer saw, None when they saw no page."""

    text_id: int
    name: str
    body: str
    version: int | None = None


class StaleText(Conflict):
    """Somebody changed the text since the writer's page was made; the page shows both."""


def add_text(uow: UnitOfWork, actor: Actor, command: NewText) -> ReadyText:
    """Keep a text for a desk.

    Raises:
        Denied: when the actor does not work there.
        Invalid: fields ``desk_id``, ``name``, ``body``.

    """
    if uow.session.get(Desk, command.desk_id) is None:
        raise Invalid("desk_id", "escalation.desk_unknown")
    ensure(can_keep_texts(actor, works_here=works_at(uow.session, actor, command.desk_id)))
    count = select(func.count()).select_from(ReadyText).where(ReadyText.desk_id == command.desk_id)
    if (uow.session.scalar(count) or 0) >= MOST_TEXTS:
        raise Invalid("name", "escalation.texts_enough")
    text = ReadyText(desk_id=command.desk_id, version=0)
    return _write(uow, actor, text, command.name, command.body, "ready_text.added")


def change_text(uow: UnitOfWork, actor: Actor, command: ChangeText) -> ReadyText:
    """Change a text for everybody at its desk.

    Raises:
        NotFound: when there is no such text.
        Denied: when the actor does not work at its desk.
        Invalid: fields ``name``, ``body``.
        StaleText: when somebody else changed it meanwhile.

    """
    text = access_text(uow.session, actor, command.text_id, lock=True)
    if (text.name, text.body) == (command.name.strip(), command.body.strip()):
        return text
    if command.version is not None and text.version != command.version:
        raise StaleText("escalation.text_stale")
    return _write(uow, actor, text, command.name, command.body, "ready_text.changed")


def delete_text(uow: UnitOfWork, actor: Actor, text_id: int) -> None:
    """Delete a text for good; messages that were written with it stay as they are.

    Raises:
        NotFound: when there is no such text.
        Denied: when the actor does not work at its desk.

    """
    text = access_text(uow.session, actor, text_id, lock=True)
    uow.session.delete(text)
    uow.audit(actor, "ready_text.deleted", "ready_text", text.id, desk_id=text.desk_id)


def _write(uow: UnitOfWork, actor: Actor, text: ReadyText, name: str, body: str, action: str) -> ReadyText:
    name, body = name.strip(), body.strip()
    if not name:
        raise Invalid("name", "escalation.name_missing")
    if not body:
        raise Invalid("body", "escalation.message_missing")
    if len(name) > LONGEST_NAME or len(body) > LONGEST_TEXT:
        raise Invalid("name" if len(name) > LONGEST_NAME else "body", "escalation.text_too_long")
    same = select(ReadyText.id).where(ReadyText.desk_id == text.desk_id, ReadyText.name == name)
    if uow.session.scalar(same) not in {None, text.id}:
        raise Invalid("name", "escalation.name_taken")
    try:
        with uow.session.begin_nested():
            text.name, text.body, text.version = name, body, text.version + 1
            text.changed_at, text.changed_by_id = uow.now, actor.user_id
            uow.session.add(text)
    except IntegrityError as error:  # somebody else took the name at this moment
        raise Invalid("name", "escalation.name_taken") from error
    uow.audit(actor, action, "ready_text", text.id, desk_id=text.desk_id)
    return text

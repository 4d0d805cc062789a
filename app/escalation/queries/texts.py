"""The ready texts of desks: to look after them, and to put one into a message."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escalation.access import access_ticket
from app.escalation.models.agreements import Desk, DeskAgent
from app.escalation.models.texts import AGENT, ASKER, ReadyText
from app.escalation.permissions import can_work_on
from app.identity.contract import Person, people
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.permissions import ensure


@dataclass(frozen=True, slots=True)
class TextEntry:
    """A ready text and who changed it last."""

    id: int
    name: str
    body: str
    version: int
    changed_at: datetime
    changed_by: Person


@dataclass(frozen=True, slots=True)
class DeskTexts:
    """The texts of one desk, by name."""

    desk_id: int
    desk_name: str
    texts: tuple[TextEntry, ...]


@dataclass(frozen=True, slots=True)
class TextChoice:
    """What an agent may choose in a message."""

    id: int
    name: str


def kept_texts(session: Session, actor: Actor) -> list[DeskTexts]:
    """Return the texts of the desks that the actor looks after, in three statements."""
    desks = select(Desk.id, Desk.name).order_by(Desk.name)
    if not actor.is_administrator:
        desks = desks.where(Desk.id.in_(select(DeskAgent.desk_id).where(DeskAgent.user_id == actor.user_id)))
    found = session.execute(desks).all()
    texts = session.scalars(select(ReadyText).where(ReadyText.desk_id.in_([desk.id for desk in found]))).all()
    who = people(session, {text.changed_by_id for text in texts})
    return [
        DeskTexts(
            desk.id, desk.name, tuple(_entry(t, who[t.changed_by_id]) for t in _named(texts) if t.desk_id == desk.id)
        )
        for desk in found
    ]


def entry_of(session: Session, text: ReadyText) -> TextEntry:
    """Return one text that the caller has loaded."""
    return _entry(text, people(session, [text.changed_by_id])[text.changed_by_id])


def choices_at(session: Session, desk_id: int) -> tuple[TextChoice, ...]:
    """Return what may be chosen on a ticket of a desk, by name, in one statement; the caller may work on it."""
    texts = session.scalars(select(ReadyText).where(ReadyText.desk_id == desk_id)).all()
    return tuple(TextChoice(text.id, text.name) for text in _named(texts))


def filled_text(session: Session, actor: Actor, ticket_id: int, text_id: int) -> str:
    """Return a text of the ticket's desk with the names of the asker and of the agent in it.

    Raises:
        NotFound: when the ticket is hidden, or its desk has no such text.
        Denied: when the actor may not work on the ticket.

    """
    ticket = access_ticket(session, actor, ticket_id)
    ensure(can_work_on(actor, ticket))
    mine = select(ReadyText.body).where(ReadyText.id == text_id, ReadyText.desk_id == ticket.desk_id)
    body = session.scalar(mine)
    if body is None:
        raise NotFound
    asker = people(session, [ticket.asker_id])[ticket.asker_id]
    return body.replace(AGENT, actor.name).replace(ASKER, asker.name)


def _named(texts: Collection[ReadyText]) -> list[ReadyText]:
    return sorted(texts, key=lambda text: (text.name.casefold(), text.id))


def _entry(text: ReadyText, changed_by: Person) -> TextEntry:
    return TextEntry(text.id, text.name, text.body, text.version, text.changed_at, changed_by)

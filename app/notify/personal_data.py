"""What notify holds about a person: all of it is theirs alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.kernel.unit_of_work import UnitOfWork
from app.notify.models import InboxItem, MailChoice, ToldFact

TABLES = frozenset({"inbox_items", "told_facts", "mail_choices"})


def export(session: Session, user_id: int) -> Mapping[str, Any]:
    """Return the inbox and the choices."""
    items = session.scalars(select(InboxItem).where(InboxItem.user_id == user_id).order_by(InboxItem.id))
    choices = session.execute(select(MailChoice.kind, MailChoice.wanted).where(MailChoice.user_id == user_id))
    return {
        "inbox": [
            {"topic": i.topic, "kind": i.kind, "at": i.happened_at.isoformat(), "done": i.done_at is not None}
            for i in items
        ],
        "mail": dict(choices.all()),
    }


def erase(uow: UnitOfWork, user_id: int) -> None:
    """Delete the inbox and the choices, and let other people's items no longer name this person."""
    for table in (InboxItem, ToldFact, MailChoice):
        uow.session.execute(delete(table).where(table.user_id == user_id))
    uow.session.execute(update(InboxItem).where(InboxItem.by_id == user_id).values(by_id=None))

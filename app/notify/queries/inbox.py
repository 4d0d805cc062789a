"""Somebody's inbox: what they may still read, and have neither put away nor off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select, tuple_
from sqlalchemy.orm import Session

from app.forum.contract import RemovedPost, known_questions, reasons_of_removal, visible_questions
from app.identity.contract import Person, people
from app.kernel.actor import Actor
from app.kernel.database import fetch
from app.kernel.errors import NotFound
from app.kernel.paging import cut, decode_cursor, decode_instant, encode_cursor
from app.notify.events import PersonTold
from app.notify.kinds import KINDS, REMOVALS, REMOVED_QUESTION
from app.notify.models import InboxItem, MailChoice
from app.reputation.contract import BY_CODE

PAGE = 50


@dataclass(frozen=True, slots=True)
class Item:
    """One row: the latest about one topic."""

    id: int
    kind: str
    why: str
    needs_you: bool
    at: datetime
    by: Person | None
    title: str
    """Of the question; of a badge, its name before translation."""
    question_id: int | None
    answer_id: int | None
    comment_id: int | None
    badge: str | None
    reason: str
    """Why it was taken away, in the words of who did; empty when it was not, or came back."""


@dataclass(frozen=True, slots=True)
class Inbox:
    """One page of an inbox, what needs the person first."""

    needs_you: tuple[Item, ...]
    for_information: tuple[Item, ...]
    next_cursor: str | None


def inbox_page(session: Session, actor: Actor, now: datetime, cursor: str | None) -> Inbox:
    """Return a page in two statements, three when something of theirs was taken away; index ``ix_inbox_items_page``."""
    visible = known_questions(actor).subquery()
    query = _open(actor.id, now, visible, InboxItem, visible.c.title)
    order = (InboxItem.needs_you, InboxItem.happened_at, InboxItem.id)
    if cursor is not None:
        query = query.where(tuple_(*order) < tuple_(*_position(cursor)))
    rows = session.execute(query.order_by(*(column.desc() for column in order)).limit(PAGE + 1)).all()
    page = cut(rows, PAGE, _cursor_of)
    persons = people(session, {item.by_id for item, _ in page.items if item.by_id is not None})
    reasons = reasons_of_removal(session, {removed_post(i) for i, _ in page.items if i.kind in REMOVALS})
    items = [_shown(item, title, persons, reasons.get(removed_post(item), "")) for item, title in page.items]
    return Inbox(
        tuple(item for item in items if item.needs_you),
        tuple(item for item in items if not item.needs_you),
        page.next_cursor,
    )


def count_open(session: Session, actor: Actor, now: datetime) -> int:
    """Return how many items wait for somebody, in one statement."""
    found = fetch(session, _count_statement(actor.space_ids, actor.is_system), {"user_id": actor.id, "now": now})
    return found.scalar() or 0


@lru_cache(maxsize=256)
def _count_statement(space_ids: frozenset[int], is_system: bool) -> Select[int]:
    """Build the statement once for all readers of the same spaces: every page asks it."""
    visible = known_questions(Actor(space_ids=space_ids, is_system=is_system)).subquery()
    return _open(bindparam("user_id"), bindparam("now", type_=InboxItem.later_until.type), visible, func.count())


def muted_items(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """Return id and title of the threads somebody does not want to hear of, in one statement."""
    visible = visible_questions(actor).subquery()
    query = (
        select(InboxItem.id, visible.c.title)
        .join(visible, visible.c.id == InboxItem.question_id)
        .where(InboxItem.user_id == actor.id, InboxItem.muted_at.is_not(None))
        .order_by(InboxItem.muted_at.desc())
    )
    return [(row.id, row.title) for row in session.execute(query)]


def wanted_kinds(session: Session, user_id: int) -> frozenset[str]:
    """Return the kinds of news that come to somebody by e-mail, in one statement."""
    query = select(MailChoice.kind, MailChoice.wanted).where(MailChoice.user_id == user_id)
    said = dict(session.execute(query).all())
    return frozenset(code for code, kind in KINDS.items() if said.get(code, kind.mail))


def _open(user_id: Any, now: Any, visible: Any, *columns: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(*columns)
        .select_from(InboxItem)
        .outerjoin(visible, visible.c.id == InboxItem.question_id)
        .where(
            InboxItem.user_id == user_id,
            InboxItem.done_at.is_(None),
            InboxItem.muted_at.is_(None),
            or_(InboxItem.later_until.is_(None), InboxItem.later_until <= now),
            _readable(visible),
        )
    )


def _readable(visible: Any) -> ColumnElement[bool]:
    """Tell whether the thread may be read, or who asked is told that it is away; a badge stays the person's own."""
    of_thread = visible.c.id.is_not(None) & (~visible.c.is_away | (InboxItem.kind == REMOVED_QUESTION))
    return or_(of_thread, InboxItem.topic.startswith("badge:"))


def removed_post(told: InboxItem | PersonTold) -> RemovedPost:
    """Return the post that a removal is about."""
    if told.comment_id is not None:
        return None, None, told.comment_id
    return (None, told.answer_id, None) if told.answer_id is not None else (told.question_id, None, None)


def _shown(item: InboxItem, title: str | None, persons: dict[int, Person], reason: str) -> Item:
    badge = item.topic.removeprefix("badge:") if item.topic.startswith("badge:") else None
    name = BY_CODE[badge].name if badge is not None and badge in BY_CODE else ""
    return Item(
        item.id,
        item.kind,
        item.why,
        item.needs_you,
        item.happened_at,
        persons.get(item.by_id or 0),
        name if badge else title or "",
        item.question_id,
        item.answer_id,
        item.comment_id,
        badge,
        reason if item.kind in REMOVALS else "",
    )


def _cursor_of(row: Any) -> str:
    return encode_cursor(int(row[0].needs_you), row[0].happened_at.isoformat(), row[0].id)


def _position(cursor: str) -> tuple[bool, datetime, int]:
    needs_you, at, item_id = decode_cursor(cursor, 3)
    if not isinstance(item_id, int):
        raise NotFound
    return bool(needs_you), decode_instant(at), item_id

"""What runs behind the pages, as administrators see it: deliveries, kept mail, the audit trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.identity.permissions import can_administer
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.models import AuditEntry, Delivery, KeptMail, OutboxMessage
from app.kernel.numbers import LARGEST_SERIAL
from app.kernel.paging import Slice, cut, decode_id, encode_cursor
from app.kernel.permissions import ensure

PAGE = 50
WAITING = (Delivery.done_at.is_(None), Delivery.dead_at.is_(None))
GIVEN_UP = (Delivery.dead_at.is_not(None),)


@dataclass(frozen=True, slots=True)
class ReactionRow:
    """How one reaction keeps up. ``oldest_due_at`` belongs to what waits."""

    reaction: str
    waiting: int
    dead: int
    oldest_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One fact for one reaction that is not delivered."""

    id: int
    reaction: str
    kind: str
    occurred_at: datetime
    attempts: int
    due_at: datetime
    dead_at: datetime | None
    last_error: str | None


@dataclass(frozen=True, slots=True)
class DeliveriesPage:
    """Everything that is not delivered."""

    reactions: tuple[ReactionRow, ...]
    rows: Slice[DeliveryRow]


@dataclass(frozen=True, slots=True)
class LetterRow:
    """One kept mail."""

    id: int
    to: str
    subject: str
    kept_at: datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """One kept mail, whole."""

    to: str
    subject: str
    text: str
    kept_at: datetime


@dataclass(frozen=True, slots=True)
class AuditRow:
    """Power that somebody used. ``actor_id`` is None when the product itself did it; ``web.deeds`` makes a sentence."""

    id: int
    at: datetime
    actor_id: int | None
    action: str
    subject_kind: str
    subject_id: int
    reason: str | None
    details: dict[str, Any]


def deliveries_page(
    session: Session, actor: Actor, *, dead: bool = True, reaction: str = "", cursor: str | None = None
) -> DeliveriesPage:
    """List what was given up, or what waits, in three statements (``ix_deliveries_dead_at``, ``…_waiting``)."""
    ensure(can_administer(actor))
    query = (
        select(
            Delivery.id,
            Delivery.reaction,
            OutboxMessage.kind,
            OutboxMessage.occurred_at,
            Delivery.attempts,
            Delivery.due_at,
            Delivery.dead_at,
            Delivery.last_error,
        )
        .join(OutboxMessage, OutboxMessage.id == Delivery.message_id)
        .where(*(GIVEN_UP if dead else WAITING))
        .order_by(Delivery.id.desc())
        .limit(PAGE + 1)
    )
    if reaction:
        query = query.where(Delivery.reaction == reaction)
    if cursor:
        query = query.where(Delivery.id < decode_id(cursor, LARGEST_SERIAL))
    rows = [DeliveryRow(*row) for row in session.execute(query)]
    return DeliveriesPage(_reactions(session), cut(rows, PAGE, lambda row: encode_cursor(row.id)))


def _reactions(session: Session) -> tuple[ReactionRow, ...]:
    by_reaction = select(Delivery.reaction, func.count(), func.min(Delivery.due_at)).group_by(Delivery.reaction)
    waiting = {row[0]: (row[1], row[2]) for row in session.execute(by_reaction.where(*WAITING))}
    dead = {row[0]: row[1] for row in session.execute(by_reaction.where(*GIVEN_UP))}
    return tuple(
        ReactionRow(name, waiting.get(name, (0, None))[0], dead.get(name, 0), waiting.get(name, (0, None))[1])
        for name in sorted({*waiting, *dead})
    )


def letters_page(session: Session, actor: Actor, cursor: str | None = None) -> Slice[LetterRow]:
    """List kept mail, the newest first, in one statement (primary key)."""
    ensure(can_administer(actor))
    query = select(KeptMail.id, KeptMail.to, KeptMail.subject, KeptMail.kept_at).order_by(KeptMail.id.desc())
    if cursor:
        query = query.where(KeptMail.id < decode_id(cursor, LARGEST_SERIAL))
    rows = [LetterRow(*row) for row in session.execute(query.limit(PAGE + 1))]
    return cut(rows, PAGE, lambda row: encode_cursor(row.id))


def letter_page(session: Session, actor: Actor, mail_id: int) -> Letter:
    """Show one kept mail, in one statement.

    Raises:
        NotFound: when there is none.

    """
    ensure(can_administer(actor))
    row = session.get(KeptMail, mail_id)
    if row is None:
        raise NotFound
    return Letter(row.to, row.subject, row.text, row.kept_at)


def audit_page(
    session: Session, actor: Actor, cursor: str | None = None, *, by_id: int | None = None, kind: str = ""
) -> Slice[AuditRow]:
    """List who used what power, the newest first, in one statement (primary key).

    Args:
        session: where to read.
        actor: an administrator.
        cursor: where the page before ended.
        by_id: only what this person did (``ix_audit_entries_actor_id``).
        kind: only what was done to this kind of thing (``ix_audit_entries_subject``).

    """
    ensure(can_administer(actor))
    query = select(
        AuditEntry.id,
        AuditEntry.at,
        AuditEntry.actor_id,
        AuditEntry.action,
        AuditEntry.subject_kind,
        AuditEntry.subject_id,
        AuditEntry.reason,
        AuditEntry.details,
    ).order_by(AuditEntry.id.desc())
    if by_id is not None:
        query = query.where(AuditEntry.actor_id == by_id)
    if kind:
        query = query.where(AuditEntry.subject_kind == kind)
    if cursor:
        query = query.where(AuditEntry.id < decode_id(cursor, LARGEST_SERIAL))
    rows = [AuditRow(*row) for row in session.execute(query.limit(PAGE + 1))]
    return cut(rows, PAGE, lambda row: encode_cursor(row.id))

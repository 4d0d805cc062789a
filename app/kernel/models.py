"""The kernel's own tables: facts that were committed, who still has to hear them, and what must not happen twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base

BigId = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts only INTEGER PRIMARY KEY columns by itself
WAITING, DEAD = text("done_at IS NULL AND dead_at IS NULL"), text("dead_at IS NOT NULL")


class OutboxMessage(Base):
    """One committed fact; written in the transaction of its cause."""

    __tablename__ = "outbox_messages"
    # else SQLite would hand out an id again once a quiet week has emptied the table, and receivers know it already
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    occurred_at: Mapped[datetime]


class Delivery(Base):
    """One fact for one reaction: each fails, waits and retries alone.

    ``epoch`` grows with each claim, so a worker that lost its lease cannot write a result.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("message_id", "reaction"),
        Index("ix_deliveries_waiting", "reaction", "due_at", sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_deliveries_dead_at", "dead_at", sqlite_where=DEAD, postgresql_where=DEAD),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("outbox_messages.id", ondelete="CASCADE"))
    reaction: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    epoch: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    last_error: Mapped[str | None]


class Lease(Base):
    """The right to run a named periodic job, held by one process at a time until ``until``."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str]
    until: Mapped[datetime]
    last_run_at: Mapped[datetime | None]


class Submission(Base):
    """A form that was sent; sending it again answers with ``location`` and changes nothing.

    ``mark`` tells whether what comes again is the same (``web.sent``).
    """

    __tablename__ = "submissions"

    token: Mapped[str] = mapped_column(primary_key=True)
    made_at: Mapped[datetime] = mapped_column(index=True)
    mark: Mapped[str]
    location: Mapped[str | None]


class AuditEntry(Base):
    """Power that was used: who did what to which thing, when and why. Rows are only ever added."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_subject", "subject_kind", "subject_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(index=True)
    action: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[int]
    reason: Mapped[str | None]
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class KeptMail(Base):
    """A letter that was not sent, because no mail server is set up; an administrator's page shows it."""

    __tablename__ = "mails"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    message_id: Mapped[str] = mapped_column(unique=True)
    to: Mapped[str] = mapped_column("recipient", index=True)
    subject: Mapped[str]
    text: Mapped[str]
    kept_at: Mapped[datetime] = mapped_column(index=True)

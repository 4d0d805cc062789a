"""The log of hints, kept as long as somebody may come back and ask what was missed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base
from app.kernel.models import BigId


class StreamEvent(Base):
    """One hint for one room. Ids only; what the reader may see of them is decided when the page fetches."""

    __tablename__ = "stream_events"
    __table_args__ = (
        UniqueConstraint("message_id", "room", "kind"),
        Index("ix_stream_events_replay", "room", "id"),
        {"sqlite_autoincrement": True},  # else SQLite would hand out an id again once the log was emptied
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    message_id: Mapped[int] = mapped_column(BigInteger)
    """The outbox row that caused it; the key that makes a second delivery harmless."""
    room: Mapped[str]
    kind: Mapped[str]
    place: Mapped[str]
    """What it is about, as pages mark it: ``a9`` an answer, ``q7`` a question, ``m7`` its me-toos, ``w9`` «worked»."""
    count: Mapped[int | None]
    """The new number at that place; None when it is no number that changed."""
    by_id: Mapped[int | None]
    """Who did it, so that their own pages stay quiet. No foreign key: the row is gone in two days."""
    happened_at: Mapped[datetime] = mapped_column(index=True)

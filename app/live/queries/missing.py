"""What a page did not hear while its connection was down."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.live.models import StreamEvent

MOST = 500
"""Hints replayed for one room; whoever missed more loads the page again."""

MARGIN = timedelta(minutes=1)
"""A lost queue is noticed late, and clocks of machines differ; looking again once too often is harmless."""


@dataclass(frozen=True, slots=True)
class Missed:
    """What to send: the hints, or nothing but ``reset`` when they cannot all be told. ``latest`` is the new cursor."""

    hints: Sequence[StreamEvent]
    reset: bool
    latest: int


def missed_since(session: Session, room: str, cursor: int) -> Missed:
    """Return the hints of a room after a cursor, in order (index ``ix_stream_events_replay``)."""
    oldest, latest = session.execute(
        select(func.coalesce(func.min(StreamEvent.id), 0), func.coalesce(func.max(StreamEvent.id), 0))
    ).one()
    if not oldest <= cursor + 1 <= latest + 1:
        return Missed((), reset=True, latest=latest)
    return _limited(session, room, StreamEvent.id > cursor, latest)


def missed_after(session: Session, room: str, moment: datetime) -> Missed:
    """Return the hints of a room since a page was made; for its first connection, when it has no cursor yet."""
    latest = session.scalar(select(func.max(StreamEvent.id))) or 0
    return _limited(session, room, StreamEvent.happened_at > moment, latest)


def changed_rooms(session: Session, rooms: Collection[str], moment: datetime) -> tuple[Sequence[str], int]:
    """Return in which of these rooms something happened since a moment, and the newest id."""
    happened = select(StreamEvent.room).where(StreamEvent.happened_at > moment - MARGIN).distinct()
    changed = sorted(set(session.scalars(happened)).intersection(rooms))
    return changed, session.scalar(select(func.max(StreamEvent.id))) or 0


def _limited(session: Session, room: str, since: ColumnElement[bool], latest: int) -> Missed:
    rows = session.scalars(
        select(StreamEvent).where(StreamEvent.room == room, since).order_by(StreamEvent.id).limit(MOST + 1)
    ).all()
    too_many = len(rows) > MOST
    return Missed(() if too_many else rows, reset=too_many, latest=latest)

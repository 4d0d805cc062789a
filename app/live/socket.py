"""The border to Flask-SocketIO: who connects, who joins, who writes, and how hints leave.

Each browser connection is one server thread while it lasts. Between processes hints travel through the message queue in
``REDIS_URL``; without it there is one process, and they are handed over directly.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from flask import Flask, request
from flask_socketio import SocketIO, join_room, rooms

from app.config import Settings
from app.live.access import may_join
from app.live.hints import COUNT
from app.live.models import StreamEvent
from app.live.queries.missing import Missed, missed_after, missed_since
from app.web.runtime import current_actor, read_session, runtime

MOST_ROOMS = 20
"""Rooms of one connection; a page needs two."""
LONGEST_MESSAGE = 10_000
"""Bytes a browser may send at once; honest ones send a room's name."""
WRITING_EVERY = 5.0
"""Seconds before a person is announced again as writing in a room."""
OLDEST_PAGE = timedelta(hours=48)
MOST_WRITERS = 10_000
ROOM_LENGTH = 40
MOST_COUNTED = 2**45
"""Larger numbers are no cursor and no age."""


class LiveUpdates:
    """Sends hints to rooms and lets browsers in."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self._socket = SocketIO(
            app,
            async_mode="threading",
            message_queue=settings.redis_url,
            channel="peerdesk-live",
            max_http_buffer_size=LONGEST_MESSAGE,
            cors_allowed_origins=[settings.public_url] if settings.public_url else None,
            manage_session=False,
        )
        self._announced: dict[tuple[str, int], float] = {}
        self._socket.on_event("connect", self._connect)
        self._socket.on_event("join", self._join)
        self._socket.on_event("writing", self._writing)

    def send(self, hint: StreamEvent) -> None:
        """Hand a logged hint to everybody in its room, in this process and in others."""
        self._socket.emit(_name(hint), _packed(hint), to=hint.room)

    @property
    def socket(self) -> SocketIO:
        """The server; tests open clients on it."""
        return self._socket

    def _connect(self, _credentials: object = None) -> bool | None:
        return False if current_actor().is_anonymous else None

    def _join(self, wish: Any) -> dict[str, bool]:
        """Let a browser hear a room and tell it what it missed.

        ``wish`` has ``room``, ``cursor`` (the last id heard, 0 when none) and ``age`` (milliseconds since the page
        was asked for), and is not to be trusted.
        """
        room = _text(wish, "room")
        if len(rooms()) > MOST_ROOMS or not may_join(read_session(), current_actor(), room):
            return {"joined": False}
        join_room(room)  # first, so that nothing falls between the log and the room; the browser drops what it has seen
        missed = self._missed(room, _number(wish, "cursor"), timedelta(milliseconds=_number(wish, "age")))
        sid = _sid()
        for hint in missed.hints:
            self._socket.emit(_name(hint), _packed(hint), to=sid)
        if missed.reset:
            self._socket.emit("reset", {"room": room, "to": missed.latest}, to=sid)
        else:
            self._socket.emit("cursor", {"to": missed.latest}, to=sid)
        return {"joined": True}

    def _missed(self, room: str, cursor: int, age: timedelta) -> Missed:
        session = read_session()
        if cursor:
            return missed_since(session, room, cursor)
        return missed_after(session, room, runtime().clock.now() - min(age, OLDEST_PAGE))

    def _writing(self, wish: Any) -> None:
        """Tell the others in a question's room that somebody is writing an answer."""
        room, actor, now = _text(wish, "room"), current_actor(), time.monotonic()
        if not room.startswith("q:") or room not in rooms() or actor.id is None:
            return
        if now - self._announced.get((room, actor.id), -WRITING_EVERY) < WRITING_EVERY:
            return
        if len(self._announced) >= MOST_WRITERS:
            self._announced.clear()  # announcing somebody once too often is harmless
        self._announced[(room, actor.id)] = now
        self._socket.emit("presence", {"room": room, "who": actor.name}, to=room, skip_sid=_sid())


def _name(hint: StreamEvent) -> str:
    return "count" if hint.kind == COUNT else "hint"


def _packed(hint: StreamEvent) -> dict[str, object]:
    packed: dict[str, object] = {"id": hint.id, "kind": hint.kind, "place": hint.place, "by": hint.by_id}
    return packed if hint.count is None else {**packed, "n": hint.count}


def _sid() -> str:
    return str(request.sid)  # type: ignore[attr-defined]  # added by Flask-SocketIO


def _text(wish: Any, name: str) -> str:
    value = wish.get(name) if isinstance(wish, dict) else None
    return value[:ROOM_LENGTH] if isinstance(value, str) else ""


def _number(wish: Any, name: str) -> int:
    value = wish.get(name) if isinstance(wish, dict) else None
    return min(max(value, 0), MOST_COUNTED) if isinstance(value, int) else 0

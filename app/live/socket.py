"""The border to Flask-SocketIO: who connects, who joins, who writes, and how hints leave.

Each browser connection is one server thread while it lasts. Between processes hints travel through the message queue in
``REDIS_URL``; without it there is one process, and they are handed over directly. Rights change while pages are open,
so each message is checked for each connection right before it leaves; whoever was signed out is disconnected.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, request
from flask_socketio import SocketIO, join_room, leave_room, rooms
from sqlalchemy.orm import sessionmaker

from app.config import Settings
from app.kernel.clock import Clock
from app.kernel.database import ReadSession
from app.live.access import hearers, may_join
from app.live.admission import Admission
from app.live.hints import COUNT
from app.live.listeners import Listener, Listeners
from app.live.managers import CheckedManager, QueueManager
from app.live.models import StreamEvent
from app.live.queries.missing import Missed, changed_rooms, missed_after, missed_since
from app.web.login import signed_in_facts
from app.web.runtime import current_actor, read_session, runtime

SPACE = "/"
"""Socket.IO's only namespace here."""
PERSON = "person:"
"""Rooms that only the server puts somebody in: all connections of one person."""
MOST_ROOMS = 20
"""Rooms of one connection; a page needs two."""
LONGEST_MESSAGE = 10_000
"""Bytes a browser may send at once; honest ones send a room's name."""
WRITTEN_IN = ("q:", "desk:")
WRITING_EVERY = 5.0
"""Seconds before a person is announced again as writing in a room."""
OLDEST_PAGE = timedelta(hours=48)
MOST_WRITERS = 10_000
ROOM_LENGTH = 40
MOST_COUNTED = 2**45
"""Larger numbers are no cursor and no age."""


class LiveUpdates:
    """Sends hints to rooms and lets browsers in."""

    def __init__(self, app: Flask, settings: Settings, reads: sessionmaker[ReadSession], clock: Clock) -> None:
        self._listeners, self._reads = Listeners(reads, clock), reads
        self._manager = (
            CheckedManager() if settings.redis_url is None else QueueManager(settings.redis_url, clock, self._recover)
        )
        self._manager.deaf = self._deaf
        self._socket = SocketIO(
            app,
            async_mode="threading",
            client_manager=self._manager,
            max_http_buffer_size=LONGEST_MESSAGE,
            cors_allowed_origins=[settings.public_url] if settings.public_url else None,
            manage_session=False,
        )
        self.admission = Admission(app.wsgi_app)
        app.wsgi_app = self.admission  # type: ignore[method-assign]  # Flask's documented way
        self._announced: dict[tuple[str, int], float] = {}
        self._socket.on_event("connect", self._connect)
        self._socket.on_event("disconnect", self._disconnect)
        self._socket.on_event("join", self._join)
        self._socket.on_event("leave", self._leave)
        self._socket.on_event("writing", self._writing)

    def send(self, hint: StreamEvent) -> None:
        """Hand a logged hint to everybody in its room, in this process and in others."""
        self._socket.emit(_name(hint), _packed(hint), to=hint.room)

    def look_again(self, user_id: int) -> None:
        """Let every process ask anew what a person's open pages may hear."""
        self._socket.emit("look_again", {}, to=f"{PERSON}{user_id}")

    def close(self) -> None:
        """Let all connections go, which a server that ends would else wait for, and end what runs beside the requests.

        A browser takes it for a lost connection: it comes back as soon as somebody listens, and asks what it missed.
        """
        for connection in list(self._socket.server.eio.sockets.values()):
            connection.close(wait=False, abort=True)  # without the goodbye after which a client stays away
        if isinstance(self._manager, QueueManager):
            self._manager.close()

    @property
    def socket(self) -> SocketIO:
        """The server; tests open clients on it."""
        return self._socket

    def _connect(self, _credentials: object = None) -> bool | None:
        facts, actor = signed_in_facts(), current_actor()
        if facts is None or actor.id is None:
            return False
        self._listeners.came(_sid(), Listener(actor.id, facts.sign_in_id))
        return None if _entered(f"{PERSON}{actor.id}") else False

    def _disconnect(self, _why: object = None) -> None:
        self._listeners.went(_sid())

    def _deaf(self, room: str, data: Any, sids: Collection[str]) -> Collection[str]:
        """Return who in a room must not hear this now; let them leave if they may not be there at all."""
        if room.startswith(PERSON):
            self._look_at(sids)
            return sids
        place = data.get("place") if isinstance(data, dict) else None
        verdict = self._listeners.judge(room, place, sids)
        self._turn_out(verdict.signed_out)
        for sid in verdict.outside:
            self._manager.leave_room(sid, SPACE, room)
        return verdict.deaf

    def _look_at(self, sids: Collection[str]) -> None:
        """Ask for all rooms of these connections, not of the first hint there."""
        for sid in sids:
            for room in self._manager.get_rooms(sid, SPACE):
                if room != sid and not room.startswith(PERSON):
                    self._deaf(room, None, [sid])
        self._turn_out(self._listeners.signed_out(sids))

    def _turn_out(self, sids: Collection[str]) -> None:
        for sid in sids:
            self._socket.server.disconnect(sid, ignore_queue=True)

    def _recover(self, since: datetime) -> None:
        """Tell the pages of this process to look again where something happened that it may not have heard."""
        rooms = [room for room in list(self._manager.rooms.get(SPACE, ())) if room and ":" in room]
        with self._reads() as session:
            changed, latest = changed_rooms(session, rooms, since)
        for room in changed:
            self._manager.emit("reset", {"room": room, "to": latest}, SPACE, room=room, ignore_queue=True)

    def _join(self, wish: Any) -> dict[str, bool]:
        """Let a browser hear a room and tell it what it missed.

        ``wish`` has ``room``, ``cursor`` (the last id heard, 0 when none) and ``age`` (milliseconds since the page
        was asked for), and is not to be trusted.
        """
        room = _text(wish, "room")
        if len(rooms()) > MOST_ROOMS or not may_join(read_session(), current_actor(), room):
            return {"joined": False}
        if not _entered(room):  # first, so that nothing falls between the log and the room; what was seen is dropped
            return {"joined": False}
        missed = self._missed(room, _number(wish, "cursor"), timedelta(milliseconds=_number(wish, "age")))
        sid = _sid()
        for hint in self._audible(room, missed.hints):
            self._socket.emit(_name(hint), _packed(hint), to=sid)
        if missed.reset:
            self._socket.emit("reset", {"room": room, "to": missed.latest}, to=sid)
        else:
            self._socket.emit("cursor", {"to": missed.latest}, to=sid)
        return {"joined": True}

    def _leave(self, wish: Any) -> None:
        """Let a browser hear a room no more: the ticket it was about was closed on the page."""
        room = _text(wish, "room")
        if room in rooms() and room != _sid() and not room.startswith(PERSON):
            leave_room(room)

    def _audible(self, room: str, hints: Sequence[StreamEvent]) -> Sequence[StreamEvent]:
        if not room.startswith("desk:"):
            return hints  # whoever may be in the room may hear all of it
        person = [current_actor().user_id]
        heard = {place for place in {h.place for h in hints} if hearers(read_session(), room, place, person)}
        return [hint for hint in hints if hint.place in heard]

    def _missed(self, room: str, cursor: int, age: timedelta) -> Missed:
        session = read_session()
        if cursor:
            return missed_since(session, room, cursor)
        return missed_after(session, room, runtime().clock.now() - min(age, OLDEST_PAGE))

    def _writing(self, wish: Any) -> None:
        """Tell the others who have a question or a ticket before them that somebody is writing there.

        A ticket is named as ``place`` in the room of its desk, whose queue shows it too.
        """
        room, place, actor, now = _text(wish, "room"), _text(wish, "place"), current_actor(), time.monotonic()
        if not room.startswith(WRITTEN_IN) or room not in rooms() or actor.id is None:
            return
        if not may_join(read_session(), actor, room) or not hearers(read_session(), room, place, [actor.id]):
            return
        spot = f"{room} {place}" if room.startswith("desk:") else room
        if now - self._announced.get((spot, actor.id), -WRITING_EVERY) < WRITING_EVERY:
            return
        if len(self._announced) >= MOST_WRITERS:
            self._announced.clear()  # announcing somebody once too often is harmless
        self._announced[(spot, actor.id)] = now
        told = {"room": room, "who": actor.name, "place": place}
        self._socket.emit("presence", told, to=room, skip_sid=_sid())


def _name(hint: StreamEvent) -> str:
    return "count" if hint.kind == COUNT else "hint"


def _packed(hint: StreamEvent) -> dict[str, object]:
    packed: dict[str, object] = {"id": hint.id, "kind": hint.kind, "place": hint.place, "by": hint.by_id}
    return packed if hint.count is None else {**packed, "n": hint.count}


def _entered(room: str) -> bool:
    """Put the connection into a room; false when it ended while its wish was looked at."""
    try:
        join_room(room)
    except KeyError:  # Socket.IO's way to say so
        return False
    return True


def _sid() -> str:
    return str(request.sid)  # type: ignore[attr-defined]  # added by Flask-SocketIO


def _text(wish: Any, name: str) -> str:
    value = wish.get(name) if isinstance(wish, dict) else None
    return value[:ROOM_LENGTH] if isinstance(value, str) else ""


def _number(wish: Any, name: str) -> int:
    value = wish.get(name) if isinstance(wish, dict) else None
    return min(max(value, 0), MOST_COUNTED) if isinstance(value, int) else 0

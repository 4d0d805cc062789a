"""Who listens at this process, and which of them still may: asked of the database at each hint, before it leaves."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session, sessionmaker

from app.identity.contract import open_sign_ins
from app.kernel.clock import Clock
from app.kernel.database import ReadSession
from app.live.access import hearers, members


@dataclass(frozen=True, slots=True)
class Listener:
    """Whose connection it is, and by which sign-in."""

    user_id: int
    sign_in_id: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """Connections that do not get a hint, and what becomes of them."""

    signed_out: frozenset[str]
    outside: frozenset[str]
    """They may not be in this room any more."""
    unaware: frozenset[str]
    """They may stay, but this hint is about something they may not see."""

    @property
    def deaf(self) -> frozenset[str]:
        """Return everybody who must not get the hint."""
        return self.signed_out | self.outside | self.unaware


class Listeners:
    """The connections of this process."""

    def __init__(self, reads: sessionmaker[ReadSession], clock: Clock) -> None:
        self._reads, self._clock = reads, clock
        self._known: dict[str, Listener] = {}

    def came(self, sid: str, listener: Listener) -> None:
        """Remember whose connection it is."""
        self._known[sid] = listener

    def went(self, sid: str) -> None:
        """Forget a connection that ended."""
        self._known.pop(sid, None)

    def judge(self, room: str, place: str | None, sids: Collection[str]) -> Verdict:
        """Say who of a room may not hear of a place in it; ``place`` is None for what is about the room itself."""
        known = {sid: self._known[sid] for sid in sids if sid in self._known}
        with self._reads() as session:
            present = self._signed_in(session, known.values())
            here = {sid: who.user_id for sid, who in known.items() if who.sign_in_id in present}
            people = frozenset(here.values())
            inside = members(session, room, people) if people else people
            aware = inside if place is None or not inside else hearers(session, room, place, inside)
        return Verdict(
            frozenset(sids) - here.keys(),
            frozenset(sid for sid, user_id in here.items() if user_id not in inside),
            frozenset(sid for sid, user_id in here.items() if user_id in inside - aware),
        )

    def signed_out(self, sids: Collection[str]) -> frozenset[str]:
        """Return which of these connections belong to a sign-in that counts no more."""
        known = {sid: self._known[sid] for sid in sids if sid in self._known}
        with self._reads() as session:
            present = self._signed_in(session, known.values())
        return frozenset(sids) - {sid for sid, who in known.items() if who.sign_in_id in present}

    def _signed_in(self, session: Session, who: Iterable[Listener]) -> frozenset[int]:
        return open_sign_ins(session, {listener.sign_in_id for listener in who}, self._clock.now())

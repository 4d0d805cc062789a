"""Carry committed facts to the reactions that may be slow or may fail.

At least once: a delivery is claimed in one short transaction, the reaction runs with none open, and the result is
written in another, fenced by the claim's epoch. A reaction must therefore be safe to repeat.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from sqlalchemy import ColumnElement, CompoundSelect, Table, bindparam, exists, literal, select, union_all, update
from sqlalchemy.orm import Session, sessionmaker

from app.kernel.clock import Clock
from app.kernel.database import ReadSession, UtcDateTime, fetch
from app.kernel.events import Event, restore_event
from app.kernel.models import Delivery, OutboxMessage
from app.kernel.unit_of_work import open_gate

log = structlog.get_logger(__name__)

LEASE, SLOW_LEASE = timedelta(seconds=60), timedelta(minutes=5)
"""How long a claim lasts before somebody else takes over; longer than the reaction can possibly take."""
FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(hours=1)
MAX_ATTEMPTS = 20
"""Half a day: a receiver that is down over night gets everything in the morning."""


class Refused(Exception):
    """The reaction will never succeed with this fact: no retry, straight to the dead letters."""


@dataclass(frozen=True, slots=True)
class Message:
    """A fact on its way to one reaction. ``id`` is the same on every attempt, so it serves as idempotency key."""

    id: int
    event: Event
    attempt: int


@dataclass(frozen=True, slots=True)
class Subscription:
    """One after-commit reaction.

    ``name`` is stored: renaming it strands what waits. ``handle`` gets up to ``batch`` messages in the order of
    their facts, outside any transaction. ``slow`` is for what waits for another machine, which may take minutes to
    answer: it has a thread to itself, so that nothing else waits with it.
    """

    name: str
    kinds: tuple[type[Event], ...]
    handle: Callable[[Sequence[Message]], None]
    batch: int = 1
    slow: bool = False


@dataclass(frozen=True, slots=True)
class _Claim:
    delivery_id: int
    epoch: int
    message: Message | None
    problem: str | None = None


class Relay:
    """Delivers what waits; any number of relays may run at once.

    Args:
        sessions: makes sessions on the writing engine.
        subscriptions: the reactions.
        clock: what time it is.
        gate: entered around each transaction that writes.
        reads: makes the sessions that look whether anything waits, so that an idle relay takes no write lock.

    """

    def __init__(
        self,
        sessions: sessionmaker[Session],
        subscriptions: Sequence[Subscription],
        clock: Clock,
        gate: Callable[[], Any] = open_gate,
        reads: sessionmaker[ReadSession] | None = None,
    ) -> None:
        self._sessions, self._clock, self._gate = sessions, clock, gate
        self._peeks: sessionmaker[Any] = reads or sessions
        self._subscriptions = {s.name: s for s in subscriptions}
        if len(self._subscriptions) != len(subscriptions):
            raise ValueError("two after-commit reactions share a name")
        speeds = {
            slow: [s.name for s in subscriptions if slow is None or s.slow == slow] for slow in (None, True, False)
        }
        self._who_waits = {slow: _waiting_among(names) for slow, names in speeds.items() if names}

    @property
    def listeners(self) -> dict[str, list[str]]:
        """Event kind to the names of the reactions that want it."""
        table: dict[str, list[str]] = {}
        for subscription in self._subscriptions.values():
            for kind in subscription.kinds:
                table.setdefault(kind.kind, []).append(subscription.name)
        return table

    def run_once(self, *, slow: bool | None = None) -> int:
        """Deliver one batch to each reaction that has something due; return how many were tried.

        Args:
            slow: only the slow reactions, or only the others; None for all.

        """
        due, tried, done = self._due(slow), 0, list[_Claim]()
        for subscription in due:
            claims = self._claim(subscription, done)
            done = self._attempt(subscription, claims)
            tried += len(claims)
        self._write_done(done)
        return tried

    def drain(
        self, limit: float = math.inf, *, slow: bool | None = None, stop: Callable[[], bool] = lambda: False
    ) -> int:
        """Deliver until nothing is due; return how many were tried.

        Args:
            limit: begin no further batch after so many deliveries.
            slow: only the slow reactions, or only the others; None for all.
            stop: asked before each batch; when it says so, the rest stays for later.

        """
        total = 0
        while total < limit and not stop() and (tried := self.run_once(slow=slow)):
            total += tried
        return total

    def _due(self, slow: bool | None) -> list[Subscription]:
        """Return the reactions that something waits for, in one statement for all of them."""
        if slow not in self._who_waits:
            return []
        with self._peeks() as peek:
            waiting = set(fetch(peek, self._who_waits[slow], {"now": self._clock.now()}).scalars())
        return [s for s in self._subscriptions.values() if s.name in waiting]

    def _claim(self, subscription: Subscription, done: Sequence[_Claim]) -> list[_Claim]:
        """Take the next batch, in the transaction that writes what the reaction before has ``done``."""
        now = self._clock.now()
        until = now + (SLOW_LEASE if subscription.slow else LEASE)  # another relay takes over when this one dies
        batch = {"name": subscription.name, "now": now, "batch": subscription.batch}
        with self._gate(), self._sessions.begin() as session:
            _mark_done(session, done, now)
            rows = sorted(fetch(session, _DUE, batch), key=lambda row: row.delivery_id)
            if rows:
                fetch(session, _TAKE, {"ids": [row.delivery_id for row in rows], "until": until})
        return [_claim_of(row) for row in rows]

    def _attempt(self, subscription: Subscription, claims: Sequence[_Claim]) -> list[_Claim]:
        """Run the reaction; return what it has done, which nobody has written yet."""
        usable = [c for c in claims if c.message is not None]
        for claim in claims:
            if claim.message is None:
                self._failed(claim, claim.problem or "unreadable", dead=True)
        messages = [c.message for c in usable if c.message is not None]
        if not messages:
            return []
        try:
            subscription.handle(messages)
        except Exception as error:  # noqa: BLE001  # any adapter may fail in any way; the row keeps the reason
            if len(usable) > 1:
                for claim in usable:
                    self._write_done(self._attempt(subscription, [claim]))
                return []
            log.warning("delivery failed", reaction=subscription.name, message=messages[0].id, error=repr(error))
            self._failed(usable[0], repr(error), dead=isinstance(error, Refused) or messages[0].attempt >= MAX_ATTEMPTS)
            return []
        return usable

    def _write_done(self, claims: Sequence[_Claim]) -> None:
        if claims:
            with self._gate(), self._sessions.begin() as session:
                _mark_done(session, claims, self._clock.now())

    def _failed(self, claim: _Claim, problem: str, *, dead: bool) -> None:
        now = self._clock.now()
        values = {"delivery": claim.delivery_id, "claimed": claim.epoch, "problem": problem[:2000]}
        with self._gate(), self._sessions.begin() as session:
            if dead:
                fetch(session, _BURY, values | {"now": now})
            else:
                later = now + wait_before(claim.message.attempt + 1 if claim.message else 1)
                fetch(session, _PUT_OFF, values | {"until": later})


def wait_before(attempt: int) -> timedelta:
    """Return how long to wait before the given attempt: exponential with full jitter, at least a second."""
    longest: timedelta = min(LONGEST_WAIT, FIRST_WAIT * 2 ** max(0, attempt - 2))
    return max(timedelta(seconds=1), longest * random.uniform(0.5, 1))  # noqa: S311  # spreads retries, no secret


def retry_delivery(session: Session, delivery_id: int, now: datetime) -> bool:
    """Give a dead letter a fresh set of attempts; tell whether there was one."""
    delivery = session.get(Delivery, delivery_id, with_for_update=True)
    if delivery is None or delivery.dead_at is None:
        return False
    delivery.dead_at, delivery.attempts, delivery.due_at = None, 0, now
    return True


def _waiting_among(names: Iterable[str]) -> CompoundSelect[str]:
    """Return the statement for those of the reactions that something waits for; each is one look into the index."""
    return union_all(
        *(select(literal(name)).where(exists().where(_DELIVERY.reaction == name, *_IS_DUE)) for name in names)
    )


def _claim_of(row: Any) -> _Claim:
    """Read one row of ``_DUE``, which says what was true before it was taken."""
    epoch, attempt = row.epoch + 1, row.attempts + 1
    try:
        event = restore_event(row.kind, row.payload, row.occurred_at)
    except (LookupError, TypeError) as error:
        return _Claim(row.delivery_id, epoch, None, repr(error))
    return _Claim(row.delivery_id, epoch, Message(row.message_id, event, attempt))


def _mark_done(session: Session, claims: Sequence[_Claim], now: datetime) -> None:
    if claims:
        fetch(session, _FINISH, [{"delivery": c.delivery_id, "claimed": c.epoch, "now": now} for c in claims])


# built once: putting a statement together costs more than running it
_DELIVERIES, _MESSAGES = cast("Table", Delivery.__table__), cast("Table", OutboxMessage.__table__)
_DELIVERY, _MESSAGE = _DELIVERIES.c, _MESSAGES.c
_NOW, _UNTIL = bindparam("now", type_=UtcDateTime()), bindparam("until", type_=UtcDateTime())
_IS_DUE: tuple[ColumnElement[bool], ...] = (
    _DELIVERY.done_at.is_(None),
    _DELIVERY.dead_at.is_(None),
    _DELIVERY.due_at <= _NOW,
)
_DUE = (
    select(
        _DELIVERY.id.label("delivery_id"), _DELIVERY.epoch, _DELIVERY.attempts,
        _DELIVERY.message_id, _MESSAGE.kind, _MESSAGE.payload, _MESSAGE.occurred_at,
    )
    .join_from(_DELIVERIES, _MESSAGES, _MESSAGE.id == _DELIVERY.message_id)
    .where(_DELIVERY.reaction == bindparam("name"), *_IS_DUE)
    .order_by(_DELIVERY.due_at, _DELIVERY.id)
    .limit(bindparam("batch"))
    .with_for_update(skip_locked=True, of=_DELIVERIES)
)  # fmt: skip
"""What has been due longest comes first, along the index, however much waits behind it."""
_TAKE = (
    update(_DELIVERIES)
    .where(_DELIVERY.id.in_(bindparam("ids", expanding=True)))
    .values(epoch=_DELIVERY.epoch + 1, attempts=_DELIVERY.attempts + 1, due_at=_UNTIL)
)
_FENCED = update(_DELIVERIES).where(
    _DELIVERY.id == bindparam("delivery"), _DELIVERY.epoch == bindparam("claimed"), _DELIVERY.done_at.is_(None)
)
_FINISH = _FENCED.values(done_at=_NOW, last_error=None)
_BURY = _FENCED.values(dead_at=_NOW, last_error=bindparam("problem"))
_PUT_OFF = _FENCED.values(due_at=_UNTIL, last_error=bindparam("problem"))

"""Carry committed facts to the reactions that may be slow or may fail.

At least once: a delivery is claimed in one short transaction, the reaction runs with none open, and the result is
written in another, fenced by the claim's epoch. A reaction must therefore be safe to repeat.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from app.kernel.clock import Clock
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
    """Delivers what waits; any number of relays may run at once."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        subscriptions: Sequence[Subscription],
        clock: Clock,
        gate: Callable[[], Any] = open_gate,
    ) -> None:
        self._sessions, self._clock, self._gate = sessions, clock, gate
        self._subscriptions = {s.name: s for s in subscriptions}
        if len(self._subscriptions) != len(subscriptions):
            raise ValueError("two after-commit reactions share a name")

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
        chosen = [s for s in self._subscriptions.values() if slow is None or s.slow == slow]
        return sum(self._serve(subscription) for subscription in chosen)

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

    def _serve(self, subscription: Subscription) -> int:
        claims = self._claim(subscription)
        usable = [c for c in claims if c.message is not None]
        for claim in claims:
            if claim.message is None:
                self._failed(claim, claim.problem or "unreadable", dead=True)
        if usable:
            self._attempt(subscription, usable)
        return len(claims)

    def _claim(self, subscription: Subscription) -> list[_Claim]:
        now = self._clock.now()
        due = (
            select(Delivery, OutboxMessage)
            .join(OutboxMessage, OutboxMessage.id == Delivery.message_id)
            .where(
                Delivery.reaction == subscription.name,
                Delivery.done_at.is_(None),
                Delivery.dead_at.is_(None),
                Delivery.due_at <= now,
            )
            .order_by(Delivery.id)
            .limit(subscription.batch)
        )
        with self._sessions() as peek:  # an idle relay takes no write lock
            if peek.execute(due.with_only_columns(Delivery.id)).first() is None:
                return []
        with self._gate(), self._sessions.begin() as session:
            rows = session.execute(due.with_for_update(skip_locked=True, of=Delivery)).all()
            claims = []
            for delivery, message in rows:
                delivery.epoch += 1
                delivery.attempts += 1
                delivery.due_at = now + (
                    SLOW_LEASE if subscription.slow else LEASE
                )  # another relay takes over when this one dies
                claims.append(_claim_of(delivery, message))
        return claims

    def _attempt(self, subscription: Subscription, claims: Sequence[_Claim]) -> None:
        messages = [c.message for c in claims if c.message is not None]
        try:
            subscription.handle(messages)
        except Exception as error:  # noqa: BLE001  # any adapter may fail in any way; the row keeps the reason
            if len(claims) > 1:
                for claim in claims:
                    self._attempt(subscription, [claim])
                return
            log.warning("delivery failed", reaction=subscription.name, message=messages[0].id, error=repr(error))
            self._failed(claims[0], repr(error), dead=isinstance(error, Refused) or messages[0].attempt >= MAX_ATTEMPTS)
        else:
            self._done(claims)

    def _done(self, claims: Sequence[_Claim]) -> None:
        with self._gate(), self._sessions.begin() as session:
            for claim in claims:
                session.execute(_fenced(claim).values(done_at=self._clock.now(), last_error=None))

    def _failed(self, claim: _Claim, problem: str, *, dead: bool) -> None:
        now = self._clock.now()
        values: dict[str, Any] = {"last_error": problem[:2000]}
        if dead:
            values["dead_at"] = now
        else:
            values["due_at"] = now + wait_before(claim.message.attempt + 1 if claim.message else 1)
        with self._gate(), self._sessions.begin() as session:
            session.execute(_fenced(claim).values(**values))


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


def _claim_of(delivery: Delivery, message: OutboxMessage) -> _Claim:
    try:
        event = restore_event(message.kind, message.payload, message.occurred_at)
    except (LookupError, TypeError) as error:
        return _Claim(delivery.id, delivery.epoch, None, repr(error))
    return _Claim(delivery.id, delivery.epoch, Message(message.id, event, delivery.attempts))


def _fenced(claim: _Claim) -> Any:
    return update(Delivery).where(
        Delivery.id == claim.delivery_id, Delivery.epoch == claim.epoch, Delivery.done_at.is_(None)
    )

"""One business action: one transaction, one instant, one list of facts."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session, sessionmaker

from app.kernel.actor import Actor
from app.kernel.clock import Clock
from app.kernel.database import fetch
from app.kernel.errors import Busy
from app.kernel.events import Event, EventBus
from app.kernel.models import AuditEntry, Delivery, OutboxMessage

GATE_SECONDS = 5.0
_MESSAGES, _DELIVERIES = cast("Table", OutboxMessage.__table__), cast("Table", Delivery.__table__)
_KEEP_FACTS = insert(_MESSAGES).returning(_MESSAGES.c.id, sort_by_parameter_order=True)
_ADDRESS_FACTS = insert(_DELIVERIES)


class UnitOfWork:
    """What a service needs to act; only an entry point may open one."""

    def __init__(self, session: Session, clock: Clock) -> None:
        self.session = session
        self.now = clock.now()
        self.pending: deque[Event] = deque()

    def record(self, event: Event) -> None:
        """Note a fact; it becomes public only if the transaction commits."""
        self.pending.append(event)

    def audit(
        self,
        actor: Actor,
        action: str,
        subject_kind: str,
        subject_id: int,
        *,
        reason: str | None = None,
        **details: Any,
    ) -> None:
        """Note that power was used; ``details`` are plain values, never text a person wrote."""
        self.session.add(
            AuditEntry(
                at=self.now,
                actor_id=actor.id,
                action=action,
                subject_kind=subject_kind,
                subject_id=subject_id,
                reason=reason,
                details=details,
            )
        )


class WriteGate:
    """Lets one writer of this process through at a time; SQLite's own waiting is neither fair nor bounded."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Wait for the turn, at most ``GATE_SECONDS``.

        Raises:
            Busy: when the turn does not come in time.

        """
        if not self._lock.acquire(timeout=GATE_SECONDS):
            raise Busy
        try:
            yield
        finally:
            self._lock.release()


@contextmanager
def open_gate() -> Iterator[None]:
    """Let everybody through: the database orders its writers itself."""
    yield


class UnitOfWorkFactory:
    """Opens units of work; holds the parts that live as long as the process.

    Args:
        sessions: makes sessions on the writing engine.
        bus: the in-transaction reactions.
        listeners: event kind to the names of the after-commit reactions that want it.
        clock: what time it is.
        gate: entered around the whole transaction.
        wake: called after a commit that left deliveries behind.

    """

    def __init__(
        self,
        sessions: sessionmaker[Session],
        bus: EventBus,
        listeners: Mapping[str, Sequence[str]],
        clock: Clock,
        gate: Callable[[], Any] = open_gate,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._sessions, self._bus, self.listeners = sessions, bus, listeners
        self.clock, self._gate, self._wake = clock, gate, wake

    @contextmanager
    def __call__(self) -> Iterator[UnitOfWork]:
        """Commit on a clean exit, roll everything back on any exception."""
        with self._gate(), self._sessions.begin() as session:
            uow = UnitOfWork(session, self.clock)
            yield uow
            facts = self._settle(uow)
            left = self._write_outbox(session, facts)
        if left:
            self._wake()

    @contextmanager
    def all_or_none(self, clock: Clock) -> Iterator[UnitOfWorkFactory]:
        """Give a factory whose units of work become public together at the end, or none of them on any exception.

        Args:
            clock: what time it is in these units of work.

        """
        with self._gate(), self._sessions.begin() as outer:
            sessions = sessionmaker(
                outer.connection(), expire_on_commit=False, join_transaction_mode="create_savepoint"
            )
            yield UnitOfWorkFactory(sessions, self._bus, self.listeners, clock)
        self._wake()

    def _settle(self, uow: UnitOfWork) -> list[Event]:
        """Run reactions until no new fact appears; return all facts in order."""
        facts: list[Event] = []
        while uow.pending:
            event = uow.pending.popleft()
            self._bus.react(uow, event)
            facts.append(event)
        return facts

    def _write_outbox(self, session: Session, facts: Sequence[Event]) -> bool:
        heard = [fact for fact in facts if self.listeners.get(fact.kind)]
        if not heard:
            return False
        rows = [{"kind": f.kind, "payload": f.payload(), "occurred_at": f.occurred_at} for f in heard]
        ids = fetch(session, _KEEP_FACTS, rows).scalars().all()  # facts follow the rows they speak of
        deliveries = [
            {"message_id": message_id, "reaction": reaction, "due_at": fact.occurred_at, "attempts": 0, "epoch": 0}
            for message_id, fact in zip(ids, heard, strict=True)
            for reaction in self.listeners[fact.kind]
        ]
        fetch(session, _ADDRESS_FACTS, deliveries)
        return True

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.kernel.events import Event, EventBus
from app.kernel.housekeeping import DELIVERED_KEPT, forget_delivered
from app.kernel.models import Delivery, OutboxMessage
from app.kernel.relay import MAX_ATTEMPTS, Message, Refused, Relay, Subscription, retry_delivery
from app.kernel.unit_of_work import UnitOfWorkFactory
from app.web.runtime import Runtime
from tests.conftest import CountStatements
from tests.support.clock import FixedClock


@dataclass(frozen=True, slots=True, kw_only=True)
class KettleBoiled(Event):
    kind: ClassVar[str] = "tests.kettle_boiled.1"
    kettle: int
    cups: tuple[int, ...] = ()


class Ear:
    """A reaction that notes what it hears, and fails as often as it is told."""

    def __init__(self, failures: int = 0, error: Exception | None = None) -> None:
        self.heard: list[Message] = []
        self._failures, self._error = failures, error or TimeoutError("desk is down")

    def __call__(self, messages: Sequence[Message]) -> None:
        if self._failures > 0:
            self._failures -= 1
            raise self._error
        self.heard.extend(messages)

    @property
    def kettles(self) -> list[int]:
        return [m.event.kettle for m in self.heard if isinstance(m.event, KettleBoiled)]


def boil(runtime: Runtime, relay: Relay, *kettles: int) -> None:
    sessions = runtime.unit_of_work._sessions
    units = UnitOfWorkFactory(sessions, EventBus([]), relay.listeners, runtime.clock)
    with units() as uow:
        for kettle in kettles:
            uow.record(KettleBoiled(occurred_at=uow.now, kettle=kettle, cups=(1, 2)))


def relay_to(runtime: Runtime, **ears: Ear) -> Relay:
    subscriptions = [Subscription(name, (KettleBoiled,), ear) for name, ear in ears.items()]
    return Relay(runtime.unit_of_work._sessions, subscriptions, runtime.clock)


def test_a_fact_reaches_each_reaction_once_with_all_its_values(runtime: Runtime) -> None:
    mail, index = Ear(), Ear()
    relay = relay_to(runtime, mail=mail, index=index)
    boil(runtime, relay, 1, 2)

    relay.drain()
    relay.drain()

    assert mail.kettles == index.kettles == [1, 2]
    assert mail.heard[0].event == KettleBoiled(occurred_at=runtime.clock.now(), kettle=1, cups=(1, 2))


def test_a_failing_reaction_delays_only_itself_and_is_tried_again_later(runtime: Runtime, clock: FixedClock) -> None:
    mail, desk = Ear(), Ear(failures=1)
    relay = relay_to(runtime, mail=mail, desk=desk)
    boil(runtime, relay, 1)

    relay.drain()
    assert (mail.kettles, desk.kettles) == ([1], [])

    clock.advance(seconds=5)
    relay.drain()
    assert (mail.kettles, desk.kettles) == ([1], [1])
    assert desk.heard[0].attempt == 2


def test_a_reaction_that_never_succeeds_ends_as_a_dead_letter_that_can_be_sent_again(
    runtime: Runtime, clock: FixedClock, session: Session
) -> None:
    desk = Ear(failures=MAX_ATTEMPTS)
    relay = relay_to(runtime, desk=desk)
    boil(runtime, relay, 1)
    for _ in range(MAX_ATTEMPTS + 3):
        relay.drain()
        clock.advance(hours=2)

    dead = session.scalars(select(Delivery).where(Delivery.dead_at.is_not(None))).one()
    assert dead.attempts == MAX_ATTEMPTS
    assert "desk is down" in (dead.last_error or "")

    with runtime.unit_of_work() as uow:
        assert retry_delivery(uow.session, dead.id, uow.now)
    relay.drain()
    assert desk.kettles == [1]


def test_a_refusal_is_a_dead_letter_at_once(runtime: Runtime, session: Session) -> None:
    relay = relay_to(runtime, desk=Ear(failures=1, error=Refused("no such queue")))
    boil(runtime, relay, 1)

    relay.drain()

    assert session.scalars(select(Delivery.dead_at)).one() is not None


def test_one_bad_fact_of_a_batch_does_not_hold_up_the_others(runtime: Runtime) -> None:
    heard: list[int] = []

    def fussy(messages: Sequence[Message]) -> None:
        kettles = [m.event.kettle for m in messages if isinstance(m.event, KettleBoiled)]
        if 2 in kettles:
            raise ValueError("I do not like 2")
        heard.extend(kettles)

    relay = Relay(
        runtime.unit_of_work._sessions, [Subscription("fussy", (KettleBoiled,), fussy, batch=10)], runtime.clock
    )
    boil(runtime, relay, 1, 2, 3)

    relay.drain()

    assert heard == [1, 3]


def test_a_worker_that_lost_its_lease_cannot_write_its_result(
    runtime: Runtime, clock: FixedClock, session: Session
) -> None:
    def overtaken(_messages: Sequence[Message]) -> None:
        with runtime.unit_of_work() as uow:  # another relay claims the same delivery meanwhile
            uow.session.execute(update(Delivery).values(epoch=Delivery.epoch + 1))

    relay = Relay(runtime.unit_of_work._sessions, [Subscription("slow", (KettleBoiled,), overtaken)], clock)
    boil(runtime, relay, 1)

    relay.run_once()

    assert session.scalars(select(Delivery.done_at)).one() is None


def test_a_dead_worker_s_claim_is_taken_over_after_its_lease(runtime: Runtime, clock: FixedClock) -> None:
    class PowerCut(BaseException):
        pass

    def dies(_messages: Sequence[Message]) -> None:
        raise PowerCut

    dying = Relay(runtime.unit_of_work._sessions, [Subscription("mail", (KettleBoiled,), dies)], clock)
    boil(runtime, dying, 1)
    with pytest.raises(PowerCut):
        dying.run_once()
    mail = Ear()
    second = relay_to(runtime, mail=mail)

    second.drain()
    assert mail.kettles == []
    clock.advance(seconds=61)
    second.drain()
    assert mail.kettles == [1]


def test_a_fact_nobody_listens_to_leaves_no_row(runtime: Runtime, session: Session) -> None:
    boil(runtime, relay_to(runtime), 1)

    assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 0


def test_a_fact_of_an_action_that_failed_is_never_told(runtime: Runtime) -> None:
    mail = Ear()
    relay = relay_to(runtime, mail=mail)
    units = UnitOfWorkFactory(runtime.unit_of_work._sessions, EventBus([]), relay.listeners, runtime.clock)
    with pytest.raises(RuntimeError), units() as uow:
        uow.record(KettleBoiled(occurred_at=uow.now, kettle=1))
        raise RuntimeError

    relay.drain()

    assert mail.heard == []


def test_an_idle_relay_asks_once_for_all_and_waits_for_no_writer(
    runtime: Runtime, count_statements: CountStatements
) -> None:
    with runtime.unit_of_work(), count_statements() as seen:
        assert runtime.relay.drain() == 0
    assert len(seen) == 1


def test_what_a_reaction_did_is_written_before_the_next_one_begins(runtime: Runtime) -> None:
    done: list[int | None] = []

    def look(_messages: Sequence[Message]) -> None:
        with runtime.reads() as session:
            done.append(session.scalar(select(func.count(Delivery.done_at))))

    subscriptions = [Subscription(name, (KettleBoiled,), look) for name in ("mail", "index")]
    relay = Relay(runtime.unit_of_work._sessions, subscriptions, runtime.clock)
    boil(runtime, relay, 1)

    relay.drain()

    assert done == [0, 1]


def test_a_batch_costs_as_many_statements_as_one_fact(runtime: Runtime, count_statements: CountStatements) -> None:
    ear, counts = Ear(), list[int]()
    relay = Relay(runtime.unit_of_work._sessions, [Subscription("mail", (KettleBoiled,), ear, batch=10)], runtime.clock)
    for kettles in ((1,), tuple(range(2, 12))):
        boil(runtime, relay, *kettles)
        with count_statements() as seen:
            relay.drain()
        counts.append(len(seen))

    assert ear.kettles == list(range(1, 12))
    assert counts == [5, 5]  # who waits, what, take, done, and nobody waits


def test_two_reactions_may_not_share_a_name(runtime: Runtime) -> None:
    twice = [Subscription("mail", (KettleBoiled,), Ear()), Subscription("mail", (KettleBoiled,), Ear())]

    with pytest.raises(ValueError, match="share a name"):
        Relay(runtime.unit_of_work._sessions, twice, runtime.clock)


def test_an_old_fact_is_kept_as_long_as_somebody_has_to_hear_it(runtime: Runtime, clock: FixedClock) -> None:
    mail, index = Ear(), Ear(failures=1, error=Refused("unreadable"))
    relay = relay_to(runtime, mail=mail, index=index)
    boil(runtime, relay, 1)
    relay.drain()
    boil(runtime, relay, 2)

    def left_after(wait: timedelta) -> tuple[int, int]:
        clock.advance(seconds=wait.total_seconds())
        with runtime.unit_of_work() as uow:
            assert not forget_delivered(uow)
        with runtime.reads() as session:
            deliveries, facts = (session.scalar(select(func.count()).select_from(k)) for k in (Delivery, OutboxMessage))
            return deliveries or 0, facts or 0

    assert left_after(DELIVERED_KEPT + timedelta(seconds=1)) == (3, 2)  # one that was refused, two that wait
    with runtime.unit_of_work() as uow:
        refused = uow.session.scalar(select(Delivery.id).where(Delivery.dead_at.is_not(None)))
        assert refused is not None
        assert retry_delivery(uow.session, refused, uow.now)
    relay.drain()
    assert sorted(index.kettles) == [1, 2]
    assert left_after(timedelta(days=1)) == (3, 2)
    assert left_after(DELIVERED_KEPT) == (0, 0)

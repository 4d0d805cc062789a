"""How hints reach connections: each is checked right before it leaves, and several processes share a queue.

``QueueManager`` speaks to Redis or Valkey. When that is lost, nothing stops: hints reach the pages of the process they
come from, and once it is back every process tells its pages to look again, because what was missed is in the log.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from typing import Any

import structlog
from socketio import Manager, PubSubManager

from app.kernel.clock import Clock

log = structlog.get_logger(__name__)

CHANNEL = "peerdesk-live"
CONNECT_SECONDS, ANSWER_SECONDS, QUIET_SECONDS, LONGEST_PAUSE = 2.0, 2.0, 10.0, 10.0
MISSED = "missed"

Deaf = Callable[[str, Any, Collection[str]], Collection[str]]
"""Room, message and connections to those that must not get it."""


class CheckedManager(Manager):  # type: ignore[misc]  # python-socketio ships no types
    """Asks before each message to a room who of those in it may not hear it."""

    deaf: Deaf | None = None

    def emit(
        self, event: str, data: Any, namespace: str, room: Any = None, skip_sid: Any = None, callback: Any = None,
        to: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        """Send to everybody in the room who may hear it."""
        room = to or room
        if not self.is_sid_room(namespace, room):
            sids = [sid for sid, _ in self.get_participants(namespace, room)]
            if not sids:
                return
            assert self.deaf is not None  # given before the first connection
            skipped = skip_sid if isinstance(skip_sid, list) else [skip_sid]
            skip_sid = [*skipped, *self.deaf(room, data, sids)]
        super().emit(event, data, namespace, room=room, skip_sid=skip_sid, callback=callback, **kwargs)


class QueueManager(PubSubManager, CheckedManager):  # type: ignore[misc]  # same
    """Hands messages on through the channel of a Redis or Valkey; ``PubSubManager`` does the rest.

    Args:
        address: ``redis://…``.
        clock: tells since when something may have been missed.
        recover: told that moment once messages arrive again.

    """

    def __init__(self, address: str, clock: Clock, recover: Callable[[datetime], None]) -> None:
        super().__init__(channel=CHANNEL)
        import redis  # noqa: PLC0415  # an optional package, needed where the setting is
        from redis.backoff import NoBackoff  # noqa: PLC0415  # same
        from redis.retry import Retry  # noqa: PLC0415  # same

        options: dict[str, Any] = {"socket_connect_timeout": CONNECT_SECONDS, "retry": Retry(NoBackoff(), 1)}
        self._clock, self._recover, self._failure = clock, recover, redis.RedisError
        self._out = redis.Redis.from_url(address, socket_timeout=ANSWER_SECONDS, **options)
        self._in = redis.Redis.from_url(address, health_check_interval=int(QUIET_SECONDS), **options)
        self._owed_since: datetime | None = None
        self._lock, self._paying, self._ended = threading.Lock(), False, threading.Event()

    def close(self) -> None:
        """End the threads."""
        self._ended.set()
        self._in.close()
        self._out.close()

    def _publish(self, data: Any) -> None:
        """Hand a message on; what cannot be handed on is owed."""
        if self._owed_since is not None:
            return
        try:
            self._out.publish(self.channel, self.json.dumps(data))
        except self._failure as error:
            log.warning("live updates cannot reach other processes", error=repr(error))
            self._owe()

    def _owe(self) -> None:
        with self._lock:
            self._owed_since = self._owed_since or self._clock.now()
            if self._paying:
                return
            self._paying = True
        threading.Thread(target=self._pay, name="peerdesk-live-owed", daemon=True).start()

    def _pay(self) -> None:
        """Tell all processes, as soon as they can be told, since when they missed something from here."""
        pause = 1.0
        while not self._ended.wait(pause):
            with self._lock:  # before telling: what comes up meanwhile is sent, or owed again
                since, self._owed_since = self._owed_since, None
                if since is None:
                    self._paying = False
                    return
            try:
                self._out.publish(self.channel, self.json.dumps({"method": MISSED, "since": since.isoformat()}))
            except self._failure:
                with self._lock:
                    self._owed_since = since
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                log.warning("live updates reach other processes again", missed_since=since.isoformat())

    def _listen(self) -> Iterator[Any]:
        """Give what others publish, for ever; whatever was missed before is made good first."""
        lost_at, pause = self._clock.now(), 1.0
        while not self._ended.is_set():
            try:
                subscribed = self._in.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]  # redis types it in part
                with subscribed as subscription:
                    subscription.subscribe(self.channel)
                    self._recover(lost_at)
                    pause = 1.0
                    yield from self._messages(subscription)
            except Exception as error:  # noqa: BLE001  # the queue or the database is away: both come back
                lost_at = lost_at if pause > 1.0 else self._clock.now()
                if pause == 1.0:
                    log.warning("live updates from other processes are not heard", error=repr(error))
                self._ended.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    def _messages(self, subscription: Any) -> Iterator[Any]:
        while not self._ended.is_set():
            message = subscription.get_message(timeout=QUIET_SECONDS)
            data = self.json.loads(message["data"]) if message is not None else None
            if isinstance(data, dict) and data.get("method") == MISSED:
                self._recover(datetime.fromisoformat(data["since"]))
            elif isinstance(data, dict):
                yield data

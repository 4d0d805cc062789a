"""Whose text is rendered when: one at a time for each person, and those whose texts took too long share one worker."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from app.kernel.errors import Invalid

REMEMBERED = 60.0
"""Seconds for which somebody whose text took too long leaves all workers but one to others."""
NOT_YOUR_TURN = "text.not_your_turn"
_MOST_REMEMBERED = 1_000


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to have a text rendered within ``seconds``; ``slow`` is whose texts took too long of late."""

    slow: bool
    seconds: float


class Turns:
    """Gives turns; without a name there is nobody to be fair to, and no waiting."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._at_work: dict[int, bool] = {}
        self._slow: dict[int, float] = {}

    @contextmanager
    def turn(self, writer: int | None, seconds: float) -> Iterator[Turn]:
        """Wait until no other text of this writer is rendered; waiting and rendering together take ``seconds``.

        Raises:
            Invalid: field ``body``, when half of the time is over before the turn comes.

        """
        if writer is None:
            yield Turn(slow=False, seconds=seconds)
            return
        asked = time.monotonic()
        with self._changed:
            if not self._changed.wait_for(lambda: self._is_free(writer), seconds / 2):
                raise Invalid("body", NOT_YOUR_TURN)
            turn = Turn(self._is_slow(writer), max(0.0, seconds - (time.monotonic() - asked)))
            self._at_work[writer] = turn.slow
        try:
            yield turn
        finally:
            with self._changed:
                del self._at_work[writer]
                self._changed.notify_all()

    def remember(self, writer: int | None) -> None:
        """Note that a text of this writer took too long."""
        if writer is None:
            return
        with self._changed:
            self._slow.pop(writer, None)
            self._slow[writer] = time.monotonic()
            if len(self._slow) > _MOST_REMEMBERED:
                del self._slow[next(iter(self._slow))]

    def _is_free(self, writer: int) -> bool:
        return writer not in self._at_work and not (self._is_slow(writer) and any(self._at_work.values()))

    def _is_slow(self, writer: int) -> bool:
        return time.monotonic() - self._slow.get(writer, -REMEMBERED) < REMEMBERED

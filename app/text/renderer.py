"""Render texts in processes that can be stopped, so that no text makes anybody else wait."""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from app.kernel.errors import Busy, Invalid
from app.text.contract import RichText
from app.text.limits import refuse_costly
from app.text.pipeline import RENDERER, Composer, Rendered
from app.text.sandbox import Sandbox, WorkerLost
from app.text.turns import NOT_YOUR_TURN, Turns

QUEUE_SECONDS = 5.0
"""How long a text waits for a free worker before its writer is asked to try again."""
BATCH = 40
"""Texts that ``render_many`` sends in one go: few round trips, little lost when one of them is too slow."""
TOO_SLOW = "text.too_slow"


class MarkdownRenderer:
    """The one ``TextRenderer``: a pool of warm workers, started at the first text and again after a fork.

    Args:
        workers: how many processes; 0 renders in the calling process, with no limit of time: for tests and tools
            that trust their texts.
        seconds: wall time that one text may take. Waiting for another text of the same writer is included; waiting for
            a worker, while other people's texts are rendered or the workers start, is not.

    """

    def __init__(self, workers: int = 2, seconds: float = 0.8) -> None:
        self._workers, self._seconds = workers, seconds
        self._pool: _Pool | None = None
        self._here: Composer | None = None
        self._lock = threading.Lock()

    def render(self, source: str, writer: int | None = None) -> RichText:
        """Render one text.

        Args:
            source: what was written.
            writer: whose text it is. Nobody has two rendered at once, and those whose texts took too long of late
                share one worker: the others are there for everybody else.

        Raises:
            Invalid: field ``body``, when the text is too long, nested too deeply or takes too long, or when others of
                the same writer take too long before it.
            Busy: when every worker is taken for longer than a person should wait.

        """
        source = _normalised(source)
        refuse_costly(source)
        return _rich(source, self._compose([source], self._seconds, writer)[0])

    def render_many(self, sources: Sequence[str]) -> list[RichText | None]:
        """Render texts in their order, on all workers at once; None stands for one that was refused."""
        batches = [sources[at : at + BATCH] for at in range(0, len(sources), BATCH)]
        with ThreadPoolExecutor(max_workers=max(1, self._workers)) as threads:
            return [text for batch in threads.map(self._render_batch, batches) for text in batch]

    def close(self) -> None:
        """Stop the workers; the next text starts new ones."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()

    def _render_batch(self, sources: Sequence[str]) -> list[RichText | None]:
        harmless = [text for source in sources if (text := _harmless(source)) is not None]
        try:
            rendered = iter(self._compose(harmless, self._seconds * len(harmless)))
        except Invalid:
            return [self._one_of_many(source) for source in sources]
        return [None if (text := _harmless(source)) is None else _rich(text, next(rendered)) for source in sources]

    def _one_of_many(self, source: str) -> RichText | None:
        try:
            return self.render(source)
        except Invalid:
            return None

    def _compose(self, sources: Sequence[str], seconds: float, writer: int | None = None) -> list[Rendered]:
        if not self._workers:
            return self._compose_here(sources)
        pool = self._current_pool()
        with pool.turns.turn(writer, seconds) as turn:
            worker = pool.borrow(coldest=turn.slow)
            left = turn.seconds  # waiting for a worker is nobody's fault, and not counted
            if turn.slow:
                began = time.monotonic()
                if not worker.is_ready_within(left):
                    pool.give_back(worker, last=True)
                    raise Invalid("body", NOT_YOUR_TURN)
                left = max(0.0, left - (time.monotonic() - began))
            try:
                rendered = worker.render(sources, left)
            except WorkerLost as lost:
                pool.replace(worker)
                pool.turns.remember(writer)
                raise Invalid("body", TOO_SLOW) from lost
            pool.give_back(worker, last=turn.slow)
            return rendered

    def _compose_here(self, sources: Sequence[str]) -> list[Rendered]:
        with self._lock:
            self._here = self._here or Composer()
            return [self._here.compose(source) for source in sources]

    def _current_pool(self) -> _Pool:
        """Return the workers of this process, starting them when there are none."""
        with self._lock:
            if self._pool is not None and self._pool.owner != os.getpid():
                self._pool.disown()
                self._pool = None
            if self._pool is None:
                self._pool = _Pool(self._workers)
            return self._pool


class _Pool:
    """Workers, lent one at a time; the one that was used last is lent first, because it is surely warm."""

    def __init__(self, size: int) -> None:
        self.owner = os.getpid()
        self.turns = Turns()
        self._all = [Sandbox() for _ in range(size)]
        self._idle = list(self._all)
        self._changed = threading.Condition()
        self._closed = False
        self._end = weakref.finalize(self, _stop_all, self._all, self.owner)

    def borrow(self, *, coldest: bool = False) -> Sandbox:
        while (worker := self._take_idle(0 if coldest else -1)).has_ended:
            self.replace(worker)  # it ended while nobody used it: no text is to blame
        return worker

    def _take_idle(self, at: int) -> Sandbox:
        with self._changed:
            deadline = time.monotonic() + QUEUE_SECONDS
            while not self._idle:
                if self._closed or not self._changed.wait(deadline - time.monotonic()):
                    raise Busy
            return self._idle.pop(at)

    def give_back(self, worker: Sandbox, *, last: bool = False) -> None:
        with self._changed:
            self._idle.insert(0 if last else len(self._idle), worker)
            self._changed.notify()

    def replace(self, worker: Sandbox) -> None:
        """Stop a worker and start another in its place, last in the line because it is still cold."""
        worker.stop()
        with self._changed:
            self._all.remove(worker)
            if not self._closed:
                fresh = Sandbox()
                self._all.append(fresh)
                self._idle.insert(0, fresh)
            self._changed.notify()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._idle.clear()
            self._changed.notify_all()
        self._end()

    def disown(self) -> None:
        self._end.detach()
        for worker in self._all:
            worker.disown()


def _stop_all(workers: list[Sandbox], owner: int) -> None:
    if owner == os.getpid():
        for worker in list(workers):
            worker.stop()


def _normalised(source: str) -> str:
    """Browsers send line ends as CR LF; one kind is kept, so that history compares."""
    return source.replace("\r\n", "\n").replace("\r", "\n").strip("\n")


def _harmless(source: str) -> str | None:
    source = _normalised(source)
    try:
        refuse_costly(source)
    except Invalid:
        return None
    return source


def _rich(source: str, rendered: Rendered) -> RichText:
    return RichText(source, rendered.html, RENDERER, rendered.mentions, rendered.files)

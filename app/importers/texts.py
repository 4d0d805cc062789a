"""Convert and render many texts, on two processor cores, each text within a bounded time."""

from __future__ import annotations

import html
import multiprocessing
import re
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn, Self

from app.importers.markdown import html_to_markdown
from app.importers.records import Markup, SourceText
from app.kernel.errors import Invalid
from app.text.contract import RichText
from app.text.limits import LENGTH_MAX
from app.text.renderer import MarkdownRenderer

PROCESSES = 2
CHUNK = 64
SECONDS_PER_TEXT = 2.0
LONGEST_SOURCE = LENGTH_MAX
"""Characters of a source text; the rest of a longer one is cut off, with a sign that it was."""
CUT = "\n\n[…]"

_TAG = re.compile(r"<[^<>]*>")
_renderer = MarkdownRenderer(workers=0)
"""Renders in this process; the time limit is kept by ``_time_limit``."""


class TextPool:
    """Worker processes that turn source texts into rendered ones; use it as a context manager."""

    def __init__(self, processes: int = PROCESSES) -> None:
        # spawned, not forked: this process holds database connections and threads
        self._pool = ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"))

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_error: object) -> None:
        """End the processes."""
        self._pool.shutdown(cancel_futures=True)

    def submit(self, texts: Sequence[SourceText]) -> list[Future[list[RichText]]]:
        """Begin with these texts; ``collect`` gives the results."""
        parts = [texts[start : start + CHUNK] for start in range(0, len(texts), CHUNK)]
        return [self._pool.submit(_render_all, part) for part in parts]


def collect(futures: Sequence[Future[list[RichText]]]) -> list[RichText]:
    """Wait for the texts of one ``submit``, in their order; an empty source is an empty string."""
    return [rendered for future in futures for rendered in future.result()]


def _render_all(texts: Sequence[SourceText]) -> list[RichText]:
    return [render_text(text) for text in texts]


def render_text(text: SourceText) -> RichText:
    """Render one text; one that cannot be converted in time is kept as plain words in a code block."""
    try:
        with _time_limit(SECONDS_PER_TEXT):
            source = source_of(text)
            return _renderer.render(source) if source else RichText("", "", 0)
    except (TimeoutError, RecursionError, Invalid):
        return _renderer.render(_plain(text))


def source_of(text: SourceText) -> str:
    """Return the Markdown of a text, cut off where it is too long."""
    if text.markup is Markup.MARKDOWN:
        source = text.text.replace("\x00", "").replace("\r\n", "\n").strip()
    else:
        source = html_to_markdown(text.text, text.base)
    return source if len(source) <= LONGEST_SOURCE else source[: LONGEST_SOURCE - len(CUT)] + CUT


def _plain(text: SourceText) -> str:
    """Return the words of a text that is too much for the converter, as one fenced block."""
    words = html.unescape(_TAG.sub(" ", text.text)) if text.markup is Markup.HTML else text.text
    words = words.replace("\x00", "").replace("```", "'''")
    return f"```\n{words[: LONGEST_SOURCE // 4].strip()}\n```"


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeoutError when the block takes longer; works in the main thread of a worker process."""
    before = signal.signal(signal.SIGALRM, _too_late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _too_late(_number: int, _frame: FrameType | None) -> NoReturn:
    raise TimeoutError

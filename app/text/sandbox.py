"""A child process that renders, and the patience we have with it."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from app.text.pipeline import Rendered
from app.text.worker import HEADER, write_message

START_SECONDS = 20.0
"""Longest time a worker may take to start, on a machine that is busy with other things."""
_ROOT = str(Path(__file__).resolve().parents[2])
_PIECE = 65_536


class WorkerLost(Exception):
    """The worker did not answer in time, or ended; it must not be asked again."""


class Sandbox:
    """One worker process. Not safe to share between threads: the pool lends it to one at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "app.text.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
        )
        self._ready = False

    def render(self, texts: Sequence[str], seconds: float) -> list[Rendered]:
        """Render texts within ``seconds`` of wall time altogether; starting up is not counted.

        Raises:
            WorkerLost: when it takes longer, or the process ended.

        """
        if not self._ready:
            self._answer(START_SECONDS)
            self._ready = True
        try:
            assert self._process.stdin is not None
            write_message(self._process.stdin, {"texts": list(texts), "seconds": seconds})
        except OSError as error:
            raise WorkerLost from error
        return [Rendered(html, tuple(names), tuple(files)) for html, names, files in self._answer(seconds)]

    def is_ready_within(self, seconds: float) -> bool:
        """Wait until the process has started; False when that takes longer. It may be asked again."""
        if not self._ready:
            assert self._process.stdout is not None
            waiting = select.poll()
            waiting.register(self._process.stdout.fileno(), select.POLLIN)
            return bool(waiting.poll(seconds * 1000))
        return True

    @property
    def has_ended(self) -> bool:
        """Tell whether the process is gone, for example because the system was short of memory."""
        return self._process.poll() is not None

    def stop(self) -> None:
        """End the process at once and give everything back to the system."""
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                _close_quietly(stream)
        self._process.wait()

    def disown(self) -> None:
        """Forget a process that belongs to our parent: after a fork it is not our child."""
        self._process.returncode = 0
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                _close_quietly(stream)

    def _answer(self, seconds: float) -> Any:
        deadline = time.monotonic() + seconds
        size = int.from_bytes(self._receive(HEADER, deadline))
        return json.loads(self._receive(size, deadline))

    def _receive(self, size: int, deadline: float) -> bytes:
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        received = bytearray()
        while len(received) < size:
            waiting = select.poll()
            waiting.register(descriptor, select.POLLIN)
            if not waiting.poll(max(0.0, deadline - time.monotonic()) * 1000):
                raise WorkerLost
            piece = os.read(descriptor, min(_PIECE, size - len(received)))
            if not piece:
                raise WorkerLost
            received += piece
        return bytes(received)


def _close_quietly(stream: IO[bytes]) -> None:
    """Close a pipe; what was still to be written to a dead process is of no interest."""
    with contextlib.suppress(OSError):
        stream.close()

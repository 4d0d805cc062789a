"""The process in which texts are rendered: it may be killed at any moment without harm to anybody.

Speaks JSON over its standard streams, each message after its length as four bytes, most significant first. Asked
``{"texts": […], "seconds": s}``, it answers with one ``[html, mentions, files]`` for each text; before the first
question it answers ``"ready"``. It ends when its input ends, so it never outlives the process that started it.
"""

from __future__ import annotations

import json
import math
import resource
import sys
from typing import IO, Any

from app.text.pipeline import Composer

MEMORY_MAX = 512 * 1024 * 1024
"""Bytes of address space; a text that needs more ends the process."""
HEADER = 4


def write_message(stream: IO[bytes], message: Any) -> None:
    """Send one message."""
    payload = json.dumps(message).encode()
    stream.write(len(payload).to_bytes(HEADER) + payload)
    stream.flush()


def read_message(stream: IO[bytes]) -> Any:
    """Receive one message, or None at the end of the stream."""
    header = stream.read(HEADER)
    if len(header) < HEADER:
        return None
    return json.loads(stream.read(int.from_bytes(header)))


def limit_processor_time(seconds: float) -> None:
    """Let the kernel end this process when it uses more than that from now on, even if nobody watches any more."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = math.ceil(usage.ru_utime + usage.ru_stime + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def serve(questions: IO[bytes], answers: IO[bytes]) -> None:
    """Answer until there are no more questions."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    composer = Composer()
    composer.compose("**warm** `up`")
    write_message(answers, "ready")
    while (question := read_message(questions)) is not None:
        limit_processor_time(question["seconds"])
        rendered = [composer.compose(text) for text in question["texts"]]
        write_message(answers, [[r.html, r.mentions, r.files] for r in rendered])


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)

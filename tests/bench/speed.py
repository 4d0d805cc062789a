"""How fast a core is at this moment: machines that others share change their speed by half while one looks."""

from __future__ import annotations

import os
import time

TRIES, STEPS = 5, 12_000


def reference_ms(core: int) -> float:
    """Return the processor milliseconds of some fixed work on a core, the fastest of a few tries."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        return min(_work() for _ in range(TRIES))
    finally:
        os.sched_setaffinity(0, before)


def _work() -> float:
    """Make and look up strings and pairs, as pages do."""
    began, kept = time.process_time(), {}
    for number in range(STEPS):
        name = str(number)
        kept[name] = (number, name.upper())
        kept.get(name)
    return (time.process_time() - began) * 1000

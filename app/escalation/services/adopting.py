"""Begin to promise something about questions that were there before the desk was: imported ones, or a new desk's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from app.escalation.services.timing import lock_last_clock, settle_clock
from app.kernel.unit_of_work import UnitOfWork

AT_ONCE = 100
"""Questions of one transaction; writers wait for no longer than these take."""


def adopt_questions(units: Callable[[], AbstractContextManager[UnitOfWork]], question_ids: Sequence[int]) -> int:
    """Start the clock of each question that never had one, from now; repeating changes nothing. Return how many."""
    begun = 0
    for start in range(0, len(question_ids), AT_ONCE):
        with units() as uow:
            for question_id in question_ids[start : start + AT_ONCE]:
                if lock_last_clock(uow, question_id) is None:
                    settle_clock(uow, question_id, may_start=True)
                    begun += 1
    return begun

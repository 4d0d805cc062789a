"""Count how often a question was opened: in memory, written now and then, so that reading writes nothing."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import update

from app.forum.models.question import Question
from app.kernel.unit_of_work import UnitOfWork

_seen: Counter[int] = Counter()
_lock = threading.Lock()


def count_view(question_id: int) -> None:
    """Note one view."""
    with _lock:
        _seen[question_id] += 1


def write_views(units: Callable[[], AbstractContextManager[UnitOfWork]]) -> None:
    """Add what was counted to the rows; a crash loses at most the minute before it."""
    with _lock:
        counted = dict(_seen)
        _seen.clear()
    if not counted:
        return
    with units() as uow:
        for question_id, views in sorted(counted.items()):
            uow.session.execute(
                update(Question)
                .where(Question.id == question_id)
                .values(view_count=Question.view_count + views)
                .execution_options(synchronize_session=False)
            )

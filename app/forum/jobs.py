"""The forum's periodic work."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

from app.forum.ports import FileStore
from app.forum.services.attaching import forget_loose_files, forget_lost_files
from app.forum.services.drafting import forget_old_drafts
from app.forum.services.viewing import write_views
from app.kernel.jobs import PeriodicJob
from app.kernel.unit_of_work import UnitOfWork


def forum_jobs(units: Callable[[], AbstractContextManager[UnitOfWork]], store: FileStore) -> list[PeriodicJob]:
    """Return the jobs, bound to what they work with."""
    return [
        PeriodicJob("forum.forget_loose_files", timedelta(hours=1), lambda: forget_loose_files(units, store)),
        PeriodicJob("forum.forget_lost_files", timedelta(days=1), lambda: forget_lost_files(units, store)),
        PeriodicJob("forum.forget_old_drafts", timedelta(days=1), lambda: forget_old_drafts(units)),
        PeriodicJob("forum.write_views", timedelta(minutes=1), lambda: write_views(units)),
    ]

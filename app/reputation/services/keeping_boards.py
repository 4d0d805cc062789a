"""Keep the leaderboards that were counted last, so that a page has nothing to add up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Table, delete, insert

from app.kernel.database import fetch
from app.kernel.unit_of_work import UnitOfWork
from app.reputation.models import Board
from app.reputation.periods import Period, Standings

_BOARDS = cast("Table", Board.__table__)


def keep_boards(uow: UnitOfWork, counted: Mapping[Period, Mapping[int, Standings]]) -> None:
    """Put these boards in the place of all that were kept."""
    rows: list[dict[str, Any]] = [
        {"space_id": space_id, "period": period.value, "counted_at": uow.now, "standings": standings}
        for period, boards in counted.items()
        for space_id, standings in boards.items()
    ]
    fetch(uow.session, delete(_BOARDS))
    fetch(uow.session, insert(_BOARDS), rows)

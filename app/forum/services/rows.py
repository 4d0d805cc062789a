"""Insert a row unless it is there: one statement, no race, on both databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import CursorResult, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.kernel.database import Base


def add_once(session: Session, model: type[Base], values: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> int:
    """Insert one row or several, leaving out those whose key exists; return how many were new."""
    if not values:
        return 0
    table = cast("Table", model.__table__)
    insert: Insert
    if session.get_bind().dialect.name == "postgresql":
        insert = postgresql.insert(table).values(values).on_conflict_do_nothing()
    else:
        insert = sqlite.insert(table).values(values).on_conflict_do_nothing()
    return cast("CursorResult[Any]", session.execute(insert)).rowcount

"""Insert a row unless it is there: one statement, no race, on both databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Table, literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.kernel.database import Base


def add_once(session: Session, model: type[Base], values: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> int:
    """Insert one row or several, leaving out those whose key exists; return how many were new."""
    if not values:
        return 0
    table = cast("Table", model.__table__)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(values).on_conflict_do_nothing().returning(literal(1))
    return len(session.execute(statement).all())  # psycopg does not count skipped rows

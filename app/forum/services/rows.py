"""Insert a row unless it is there: one statement, no race, on both databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import Insert, Table, literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.kernel.database import Base, fetch


def add_once(session: Session, model: type[Base], values: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> int:
    """Insert one row or several, leaving out those whose key exists; return how many were new."""
    if not values:
        return 0
    rows = values if isinstance(values, Mapping) else list(values)
    return len(fetch(session, _insert(session.get_bind().dialect.name, model), rows).all())


@cache
def _insert(dialect: str, model: type[Base]) -> Insert:
    """Build the statement once for each table; it counts what is new by rows, because psycopg counts skipped ones."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(cast("Table", model.__table__)).on_conflict_do_nothing().returning(literal(1))

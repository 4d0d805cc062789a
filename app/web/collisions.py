"""What the database takes once only came twice at the same moment: a sentence for whoever came second.

Services look before they write; between the look and the write of two transactions the constraint decides. A column
that people fill says in ``info[TAKEN]`` at which field which reason is shown; everything else that collides is a
conflict with somebody who was faster.
"""

from __future__ import annotations

import sqlite3
from typing import Any

import structlog
from sqlalchemy import Column, Table
from sqlalchemy.exc import IntegrityError

from app.kernel.database import TAKEN, Base
from app.kernel.errors import AppError, Conflict, Invalid

_SQLITE_CODES = {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}
_UNIQUE_VIOLATION = "23505"
"""PostgreSQL's SQLSTATE."""

log = structlog.get_logger(__name__)


def refusal_of(error: IntegrityError) -> AppError | None:
    """Return what to tell whoever came second; None when another rule of the database was broken, which is a fault."""
    cause = error.orig
    if not _is_collision(cause):
        return None
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if TAKEN in column.info and _names(cause, table, column):
                return Invalid(*column.info[TAKEN])
    log.warning("two writers collided", error=str(cause))
    return Conflict("web.collided")


def _is_collision(cause: BaseException | None) -> bool:
    code, state = getattr(cause, "sqlite_errorcode", None), getattr(cause, "sqlstate", None)
    return code in _SQLITE_CODES or state == _UNIQUE_VIOLATION


def _names(cause: BaseException | None, table: Table, column: Column[Any]) -> bool:
    """Tell whether the constraint on this one column was broken; the names follow ``kernel.database.NAMING``."""
    diagnosis = getattr(cause, "diag", None)
    if diagnosis is not None:
        key = f"pk_{table.name}" if column.primary_key else f"uq_{table.name}_{column.name}"
        return bool(diagnosis.constraint_name == key)
    return str(cause) == f"UNIQUE constraint failed: {table.name}.{column.name}"

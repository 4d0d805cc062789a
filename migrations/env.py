"""Run migrations with the application's own engine and impatient locks."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection, Engine, text
from sqlalchemy.types import TypeDecorator

from app.schema import complete_metadata

IMPATIENCE = ("SET lock_timeout = '4s'", "SET statement_timeout = '10min'")
ONE_AT_A_TIME = 4_715_201  # an arbitrary number; two migrations of one database wait for each other


def plain_type(kind: str, item: Any, _context: Any) -> str | bool:
    """Write a custom type as the plain type beneath: a migration imports no application code."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


def run() -> None:
    """Migrate the database of the current application."""
    engine: Engine = current_app.extensions["migrate"].db.engines["writer"]
    with engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if not sqlite:
            _wait_for_turn(connection)
        context.configure(
            connection=connection,
            target_metadata=complete_metadata(),
            transaction_per_migration=True,
            compare_type=True,
            render_item=plain_type,
            render_as_batch=sqlite,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


def _wait_for_turn(connection: Connection) -> None:
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ONE_AT_A_TIME})
    for statement in IMPATIENCE:
        connection.execute(text(statement))
    connection.commit()


run()

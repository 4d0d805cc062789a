"""The migrations build exactly the tables that the models describe, up, down and up again."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, make_url, text

from app.config import Settings
from app.kernel.database import UtcDateTime
from app.schema import complete_metadata
from app.web.database import db, writing_engine
from app.wiring import build_app
from tests.support.databases import FreshDatabase, dispose


@pytest.fixture
def empty_app(database: FreshDatabase, settings: Settings, tmp_path: Path, app: Flask):
    """A second application on a database without tables, of the same kind as the tests'."""
    if database.address.startswith("sqlite"):
        address = f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    else:
        name = f"{make_url(database.address).database}_empty"
        with writing_engine(app).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            connection.execute(text(f"CREATE DATABASE {name}"))
        address = make_url(database.address).set(database=name).render_as_string(hide_password=False)
    other = build_app(settings.model_copy(update={"database_url": address, "data_dir": tmp_path}))
    yield other
    dispose(other)


@pytest.mark.slow
def test_migrations_and_models_agree_and_can_be_undone(empty_app: Flask) -> None:
    with empty_app.app_context():
        upgrade()
        with db.engines["writer"].connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": _same_type})
            assert compare_metadata(context, complete_metadata()) == []
        downgrade(revision="base")
        assert set(inspect(db.engines["writer"]).get_table_names()) <= {"alembic_version"}
        upgrade()


def _same_type(_context: object, _inspected: object, model_column: object, *_types: object) -> bool | None:
    column_type = getattr(model_column, "type", None)
    return False if isinstance(column_type, UtcDateTime) else None

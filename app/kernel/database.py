"""The declarative base, the column types, the engines' set-up and the two kinds of session.

Writers and readers use two engines on one database. On SQLite the driver's own transaction handling is switched off,
because its default loses concurrent updates silently: writers begin with ``BEGIN IMMEDIATE``, readers are
``query_only``. Settings follow https://www.sqlite.org/pragma.html.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

import structlog
from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    Engine,
    ExceptionContext,
    Executable,
    MetaData,
    Result,
    Text,
    event,
)
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction
from sqlalchemy.types import TypeDecorator

from app.kernel.errors import Busy, Unwritable
from app.kernel.prepared import run

SITE_ZONE = "site_zone"
"""Where an engine keeps the site's time zone for whoever has only a session."""
TAKEN = "taken"
"""In a unique column's ``info``: the field of a form and the reason to show there when a value is taken already."""
_CONNECTION = "connection"
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

CONNECTION_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # an answered write survives a power loss
    "PRAGMA busy_timeout=5000",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-16384",
    "PRAGMA mmap_size=0",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA journal_size_limit=67108864",
)

UNWRITABLE_CODES = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
UNWRITABLE_STATES = {"53100", "25006", "58030"}
"""PostgreSQL's disk_full, read_only_sql_transaction and io_error."""
DEADLOCK_STATE = "40P01"

log = structlog.get_logger(__name__)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware in, aware out, always UTC, also on a database without time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # SQLAlchemy's signature
        """Refuse a naive instant: its meaning would depend on the server."""
        if value is not None and value.tzinfo is None:
            raise ValueError("naive datetime")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # SQLAlchemy's signature
        """Give SQLite's naive values their UTC back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Every constraint gets a predictable name, so every migration can drop it."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime, str: Text}


class ReadSession(Session):
    """A session for pages: it refuses to write, so a GET can never change data."""

    def flush(self, objects: Any = None) -> None:
        """Reject pending changes instead of sending them.

        Raises:
            RuntimeError: when something in the session was changed.

        """
        if self.new or self.dirty or self.deleted:
            raise RuntimeError("write attempted outside a unit of work")
        super().flush(objects)


def fetch(
    session: Session, statement: Executable, values: Mapping[str, Any] | list[Any] | None = None
) -> Result[*tuple[Any, ...]]:
    """Run a statement of columns on the session's own connection, at a third of the cost of ``session.execute``.

    What a page asks each time goes this way. The rows are plain: a model class among the columns would come as its
    columns, so statements for whole models stay with the session.
    """
    if not isinstance(session, ReadSession):
        session.flush()  # what the unit of work has done so far is part of the answer
    return run(_connection_of(session), statement, values)


def _connection_of(session: Session) -> Connection:
    """Return the connection of the session's transaction; looked up once in each, because looking is half a query.

    Raises:
        sqlalchemy.exc.InvalidRequestError: when a change was refused before, and the transaction is gone with it.

    """
    transaction = session.get_transaction()
    kept: tuple[SessionTransaction, Connection] | None = session.info.get(_CONNECTION)
    if kept is not None and kept[0] is transaction and session.is_active:
        return kept[1]
    connection = session.connection()
    session.info[_CONNECTION] = session.get_transaction(), connection
    return connection


def writes_alone(session: Session) -> bool:
    """Tell whether a writing session keeps every other writer out from its beginning on: no row needs a lock."""
    return session.get_bind().dialect.name == "sqlite"


def prepare_engine(engine: Engine, *, writes: bool) -> None:
    """Give an engine the transaction behaviour the product relies on.

    Args:
        engine: an engine that has not connected yet.
        writes: whether units of work use it; otherwise every connection refuses to write.

    """
    if writes:
        event.listen(engine, "handle_error", _name_trouble)
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine, writes=writes)
    elif not writes:
        _prepare_postgresql_reader(engine)


def _name_trouble(context: ExceptionContext) -> None:
    """Name what an administrator must put right, or time will, wherever in a transaction it shows.

    Raises:
        Unwritable: when the disk is full or write-protected.
        Busy: when two transactions waited for each other and PostgreSQL ended this one.

    """
    error = context.original_exception
    code = getattr(error, "sqlite_errorcode", None)
    if getattr(error, "sqlstate", None) == DEADLOCK_STATE:
        log.warning("two writers waited for each other", error=repr(error))
        raise Busy from error
    if getattr(error, "sqlstate", None) in UNWRITABLE_STATES or (code is not None and code & 0xFF in UNWRITABLE_CODES):
        log.error("the database cannot be written", error=repr(error))
        raise Unwritable from error


def _prepare_sqlite(engine: Engine, *, writes: bool) -> None:
    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself
        cursor = connection.cursor()
        for pragma in CONNECTION_PRAGMAS:
            cursor.execute(pragma)
        if not writes:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    def begin(connection: Any) -> None:
        try:
            connection.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            raise Busy from error  # another process has been writing for all of ``busy_timeout``

    engine.dialect.do_begin = begin  # type: ignore[assignment,method-assign]  # listening to «begin» would slow every statement


def _prepare_postgresql_reader(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.read_only = True


def site_zone(session: Session) -> str:
    """Return the IANA zone of the site this session belongs to."""
    return str(session.get_bind().get_execution_options().get(SITE_ZONE, "UTC"))

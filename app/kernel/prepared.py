"""Statements that run with every request, compiled once for good.

SQLAlchemy looks the compiled form of a statement up each time, and wraps what comes back in layers that plain columns
don't need; that takes longer than SQLite does. Here a statement *object* that is run again keeps its SQL and what turns
values into the driver's and back, and goes to the driver's own cursor. What has to be written out anew, as lists
for ``IN`` or many rows with ``RETURNING``, still goes the usual way, and everything does while somebody listens to the
engine's statements.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Dialect, Executable, Result
from sqlalchemy.engine.result import IteratorResult, SimpleResultMetaData
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import SelectBase, UpdateBase

Values = Mapping[str, Any] | list[Any] | None


class _Unprepared(Enum):
    SEEN_ONCE, WRITTEN_ANEW = "seen once", "written anew"


_Forms = dict[tuple[str, ...], "_Prepared | _Unprepared"]
"""What a statement became, by the names of its values."""
_KNOWN = "statements_known_by_heart"
"""Where a dialect keeps the forms of its statements: they hold it as well, and so both go together."""


def run(connection: Connection, statement: Executable, values: Values = None) -> Result[*tuple[Any, ...]]:
    """Run a statement of plain columns; the result is that of ``Connection.execute``, read to its end.

    Args:
        connection: where; without a transaction the usual way begins one.
        statement: kept by whoever runs it, so that it is the same object each time.
        values: of its parameters; a list of such mappings runs it for each.

    Raises:
        sqlalchemy.exc.DBAPIError: as ``Connection.execute`` does.

    """
    rows = values if isinstance(values, list) else [values or {}]
    if not rows or not connection.in_transaction() or connection.engine.dispatch.before_cursor_execute:
        return connection.execute(statement, values)
    forms = _forms_of(connection.dialect, statement)
    form = tuple(rows[0]) if len(rows) == 1 else (*rows[0], "")
    prepared = forms.get(form)
    if prepared is None:
        forms[form] = _Unprepared.SEEN_ONCE  # what is built for one page alone is never seen again
    elif prepared is _Unprepared.SEEN_ONCE:
        prepared = forms[form] = _prepare(connection.dialect, statement, rows)
    if isinstance(prepared, _Prepared):
        return prepared.run(connection, rows)
    return connection.execute(statement, values)


def _forms_of(dialect: Dialect, statement: Executable) -> _Forms:
    known: WeakKeyDictionary[Executable, _Forms] | None = vars(dialect).get(_KNOWN)
    if known is None:
        known = vars(dialect).setdefault(_KNOWN, WeakKeyDictionary())
    forms = known.get(statement)
    if forms is None:
        forms = known[statement] = {}
    return forms


class _Prepared:
    """One statement as the driver takes it."""

    def __init__(self, dialect: Dialect, statement: SelectBase | UpdateBase, compiled: SQLCompiler) -> None:
        self._sql, self._dialect = str(compiled), dialect
        self._types = [column.type for column in statement.exported_columns]
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        self._given = {name: bind.effective_value for name, bind in binds.items() if not bind.required}
        self._by_position = compiled.positional
        self._converts = [
            (name, binds[name].type.dialect_impl(dialect).bind_processor(dialect))
            for name in (compiled.positiontup or binds)
        ]
        self._columns: SimpleResultMetaData | None = None
        self._reads: list[tuple[int, Callable[[Any], Any]]] = []

    def run(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> Result[*tuple[Any, ...]]:
        try:
            parameters = [self._parameters(row) for row in rows]
        except Exception as error:  # noqa: BLE001  # raised again as what SQLAlchemy makes of a value it cannot send
            connection._handle_dbapi_exception(error, self._sql, cast("Any", rows), None, None)  # noqa: SLF001  # as below
        cursor = connection.connection.cursor()
        try:
            if len(parameters) > 1:
                cursor.executemany(self._sql, cast("Any", parameters))
            else:
                cursor.execute(self._sql, cast("Any", parameters[0]))
            found = cursor.fetchall() if self._types else []
        except BaseException as error:  # noqa: BLE001  # raised again by its own name; a lost connection is dropped
            sql = self._sql if isinstance(error, self._dialect.loaded_dbapi.Error) else None  # others keep their names
            connection._handle_dbapi_exception(  # noqa: SLF001  # the one place that knows both
                error, sql, cast("Any", parameters), cursor, None
            )
        columns = self._columns or self._learn(cursor.description)
        cursor.close()
        return IteratorResult(columns, map(self._read, found) if self._reads else iter(found))

    def _parameters(self, row: Mapping[str, Any]) -> list[Any] | dict[str, Any]:
        values = {**self._given, **row} if self._given else row
        if self._by_position:
            return [values[name] if convert is None else convert(values[name]) for name, convert in self._converts]
        return {name: values[name] if convert is None else convert(values[name]) for name, convert in self._converts}

    def _learn(self, description: Sequence[Sequence[Any]] | None) -> SimpleResultMetaData:
        """Note what the columns are called and how they are read; some drivers tell their kind only now."""
        told = (description or ()) if self._types else ()
        reads = [
            type_.dialect_impl(self._dialect).result_processor(self._dialect, column[1])
            for type_, column in zip(self._types, told, strict=True)
        ]
        self._reads = [(place, read) for place, read in enumerate(reads) if read is not None]
        self._columns = SimpleResultMetaData([column[0] for column in told])
        return self._columns

    def _read(self, row: Sequence[Any]) -> tuple[Any, ...]:
        values = list(row)
        for place, read in self._reads:
            values[place] = read(values[place])
        return tuple(values)


def _prepare(dialect: Dialect, statement: Executable, rows: Sequence[Mapping[str, Any]]) -> _Prepared | _Unprepared:
    """Compile a statement for values of these names, unless each run has to write it out anew."""
    if not isinstance(statement, SelectBase | UpdateBase) or (len(rows) > 1 and len(statement.exported_columns)):
        return _Unprepared.WRITTEN_ANEW
    compiled = statement.compile(dialect=dialect, column_keys=list(rows[0]), for_executemany=len(rows) > 1)
    assert isinstance(compiled, SQLCompiler)
    anew = any(bind.expanding or bind.literal_execute for bind in compiled.bind_names)
    filled_in = getattr(compiled, "insert_prefetch", ()) or getattr(compiled, "update_prefetch", ())
    return _Unprepared.WRITTEN_ANEW if anew or filled_in else _Prepared(dialect, statement, compiled)

"""SQL: the values of a group as one text."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class joined(FunctionElement[str]):  # noqa: N801  # a function of SQL, named like those of ``sqlalchemy.func``
    """One text column's values with commas between; NULL when there are none.

    ``func.aggregate_strings`` says the same, but writes its whole statement out anew each time it runs.
    """

    name = "joined"
    type = Text()
    inherit_cache = True


@compiles(joined)
def _string_agg(element: joined, compiler: SQLCompiler, **options: Any) -> str:
    return f"string_agg({compiler.process(element.clauses, **options)}, ',')"


@compiles(joined, "sqlite")
def _group_concat(element: joined, compiler: SQLCompiler, **options: Any) -> str:
    return f"group_concat({compiler.process(element.clauses, **options)})"

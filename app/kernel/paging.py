"""Keyset pages: a cursor names the last row seen, so page 500 costs what page 1 costs."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from app.kernel.errors import NotFound

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    """One page of a list; ``next_cursor`` is None on the last page."""

    items: tuple[T, ...]
    next_cursor: str | None


def encode_cursor(*values: str | float | None) -> str:
    """Pack the sort key of the last row shown into something that fits a URL."""
    return base64.urlsafe_b64encode(json.dumps(values, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, size: int) -> list[Any]:
    """Unpack a cursor of ``size`` values.

    Raises:
        NotFound: when it is not one of ours; a made-up page does not exist.

    """
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise NotFound from error
    if not isinstance(values, list) or len(values) != size:
        raise NotFound
    if any(not isinstance(v, str | int | float) or isinstance(v, bool) for v in values):
        raise NotFound
    return values


def decode_id(cursor: str) -> int:
    """Unpack the cursor of a list that is ordered by its id alone.

    Raises:
        NotFound: when it is not one of ours.

    """
    (value,) = decode_cursor(cursor, 1)
    if not isinstance(value, int):
        raise NotFound
    return value


def cut(rows: Sequence[T], size: int, cursor_of: Callable[[T], str]) -> Slice[T]:
    """Make a page of ``size`` from a query that asked for one row more."""
    shown = tuple(rows[:size])
    return Slice(shown, cursor_of(shown[-1]) if len(rows) > size else None)

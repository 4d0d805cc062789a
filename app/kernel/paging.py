"""Keyset pages: a cursor names the last row seen, so page 500 costs what page 1 costs."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from app.kernel.errors import NotFound
from app.kernel.numbers import LARGEST_ID

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    """One page of a list; ``next_cursor`` is None on the last page."""

    items: tuple[T, ...]
    next_cursor: str | None


def encode_cursor(*values: str | int) -> str:
    """Pack the sort key of the last row shown into something that fits a URL."""
    return base64.urlsafe_b64encode(json.dumps(values, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, size: int, largest: int = LARGEST_ID) -> list[Any]:
    """Unpack a cursor of ``size`` values, its numbers none larger than ``largest``.

    Raises:
        NotFound: when it is not one of ours; a made-up page does not exist.

    """
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise NotFound from error
    if not isinstance(values, list) or len(values) != size:
        raise NotFound
    if any(not isinstance(v, str) and not _is_id(v, largest) for v in values):
        raise NotFound
    return values


def encode_position(at: datetime, row_id: int) -> str:
    """Pack the place of a row in a list that is ordered by an instant, then by its id."""
    return encode_cursor(at.isoformat(), row_id)


def decode_position(cursor: str) -> tuple[datetime, int]:
    """Unpack what ``encode_position`` gave.

    Raises:
        NotFound: when it is not one of ours.

    """
    at, row_id = decode_cursor(cursor, 2)
    if not _is_id(row_id):
        raise NotFound
    return decode_instant(at), row_id


def decode_instant(value: object) -> datetime:
    """Return the instant that one value of a cursor stands for.

    Raises:
        NotFound: when it stands for none, or for one without a time zone.

    """
    try:
        at = datetime.fromisoformat(str(value))
        if at.tzinfo is None:
            raise NotFound
        return at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise NotFound from error


def decode_id(cursor: str, largest: int = LARGEST_ID) -> int:
    """Unpack the cursor of a list that is ordered by its id alone; ``largest`` is what the id's column can hold.

    Raises:
        NotFound: when it is not one of ours.

    """
    (value,) = decode_cursor(cursor, 1, largest)
    if not _is_id(value, largest):
        raise NotFound
    return int(value)


def cut(rows: Sequence[T], size: int, cursor_of: Callable[[T], str]) -> Slice[T]:
    """Make a page of ``size`` from a query that asked for one row more."""
    shown = tuple(rows[:size])
    return Slice(shown, cursor_of(shown[-1]) if len(rows) > size else None)


def _is_id(value: object, largest: int = LARGEST_ID) -> bool:
    """Tell whether a value of a cursor is a number that a database can compare; JSON also knows NaN and 1e999."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= largest

"""Rows of a dump that cannot be used: what is wrong with them, and where they stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

LISTED = 50
"""Damaged rows that a report names one by one; the others are only counted."""
LARGEST_NUMBER = 2**31 - 1
MOST_VOTES = 100_000
"""Of one post; more of them were never cast, and each would become an account here."""

Check = Callable[[Any], bool]
Fields = dict[str, tuple[Check, str]]
"""Field to its check and to what it must be, in words."""


@dataclass(frozen=True, slots=True)
class DamagedRow:
    """A row that was left out; ``line`` counts from 1, in an XML file it is the number of the row."""

    file: str
    line: int
    why: str


@dataclass(slots=True)
class Damages:
    """What was damaged in the files of one source, each row once however often its file is read."""

    count: int = 0
    rows: list[DamagedRow] = field(default_factory=list)
    """The first of them."""
    _furthest: dict[str, int] = field(default_factory=dict)

    def note(self, file: str, line: int, why: str) -> None:
        """Keep that a row was left out."""
        if line <= self._furthest.get(file, 0):
            return
        self._furthest[file] = line
        self.count += 1
        if len(self.rows) < LISTED:
            self.rows.append(DamagedRow(file, line, why))


def problem(row: Mapping[str, Any], fields: Fields) -> str:
    """Say what is wrong with a row; nothing when it can be used. A field that is missing counts as None."""
    for name, (check, wanted) in fields.items():
        if not check(row.get(name)):
            return f"{name} is not {wanted}" if row.get(name) is not None else f"{name} is missing"
    return ""


def is_number(value: object) -> bool:
    """Tell whether this is a whole number that the database can keep."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_NUMBER


def is_count(value: object) -> bool:
    """Tell whether this is a believable number of votes; nothing means none."""
    return value is None or (isinstance(value, int) and 0 <= value <= MOST_VOTES)


def is_text(value: object) -> bool:
    """Tell whether this is text that the database can keep: no NUL, no half of a character."""
    return isinstance(value, str) and "\x00" not in value and _is_whole(value)


def is_name(value: object) -> bool:
    """Tell whether this is text with something in it."""
    return is_text(value) and bool(str(value).strip())


def is_time(value: object) -> bool:
    """Tell whether this is a time in the form of ISO 8601."""
    if not isinstance(value, str):
        return False
    try:
        instant(value)
    except (ValueError, OverflowError):
        return False
    return True


def instant(text: str) -> datetime:
    """Read a time, which is in UTC when it does not say otherwise.

    Raises:
        ValueError: when it is none.
        OverflowError: when it lies before the year 1 or after the year 9999.

    """
    at = datetime.fromisoformat(text)
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def optional(check: Check) -> Check:
    """Let a field be missing too."""
    return lambda value: value is None or check(value)


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


NUMBER, COUNT = (is_number, "a whole number"), (is_count, "a number of votes")
TEXT, NAME, TIME = (is_text, "text"), (is_name, "text with something in it"), (is_time, "a time")

"""Opening times and dates as people type them, one on each line, and written back the same way."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from app.escalation.calendar import DAY_MINUTES, DAYS_OF_WEEK, Window
from app.kernel.errors import Invalid

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY_NUMBERS = {name.lower(): number for number, name in enumerate(WEEKDAYS)} | {
    name: number for number, name in enumerate(("mo", "di", "mi", "do", "fr", "sa", "so"))
}
_LINE = re.compile(r"([A-Za-z]+)\.?(?:\s*[-–]\s*([A-Za-z]+)\.?)?\s+(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")


def read_windows(text: str) -> tuple[Window, ...]:
    """Read lines such as ``Mon 09:00-17:00`` or ``Mon-Fri 09:00-17:00``; 24:00 ends a day.

    Raises:
        Invalid: field ``windows``, when a line cannot be read.

    """
    windows = {window for line in _lines(text) for window in _read_line(line)}
    return tuple(sorted(windows, key=lambda window: (window.weekday, window.start)))


def write_windows(windows: Iterable[Window]) -> str:
    """Write windows one on each line."""
    return "\n".join(f"{WEEKDAYS[w.weekday]} {_write_time(w.start)}-{_write_time(w.end)}" for w in windows)


def read_days(text: str) -> tuple[date, ...]:
    """Read dates in ISO 8601, one on each line.

    Raises:
        Invalid: field ``own_holidays``, when a line cannot be read.

    """
    try:
        return tuple(sorted({date.fromisoformat(line) for line in _lines(text)}))
    except ValueError as error:
        raise Invalid("own_holidays", "escalation.days_unreadable") from error


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _read_line(line: str) -> list[Window]:
    found = _LINE.fullmatch(line)
    if found is None:
        raise Invalid("windows", "escalation.windows_unreadable")
    first, last = _day(found[1]), _day(found[2] or found[1])
    start, end = (int(found[at]) * 60 + int(found[at + 1]) for at in (3, 5))
    if not start < end <= DAY_MINUTES or first > last:
        raise Invalid("windows", "escalation.windows_unreadable")
    return [Window(weekday, start, end) for weekday in range(first, last + 1)]


def _day(name: str) -> int:
    number = _DAY_NUMBERS.get(name.lower()[:3], _DAY_NUMBERS.get(name.lower()[:2]))
    if number is None or number >= DAYS_OF_WEEK:
        raise Invalid("windows", "escalation.windows_unreadable")
    return number


def _write_time(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"

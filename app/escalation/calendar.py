"""Business calendars: when a desk is open, as instants. Pure; no database and no wall clock.

Windows are local wall time and half-open, so a day that is open around the clock is ``[0, 1440)`` and loses no minute.
A wall time that a change of the clocks repeats counts twice, one that it skips not at all: open is what people there
read on the wall.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY_MINUTES = 24 * 60
DAYS_OF_WEEK = 7
FARTHEST_OFFSET = timedelta(hours=15)
"""Further from UTC than any zone is."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From an instant until just before another, both in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """Opening hours of one weekday, in minutes from local midnight; Monday is 0, ``end`` may be 1440 (24:00)."""

    weekday: int
    start: int
    end: int

    def __post_init__(self) -> None:
        if not (0 <= self.weekday < DAYS_OF_WEEK and 0 <= self.start < self.end <= DAY_MINUTES):
            raise ValueError(f"not a window of one day: {self}")


@dataclass(frozen=True, slots=True)
class Calendar:
    """When somebody is there: weekly windows in an IANA zone, except on the local dates in ``holidays``."""

    zone: str
    windows: tuple[Window, ...]
    holidays: frozenset[date] = frozenset()

    def spans_of(self, day: date) -> tuple[Span, ...]:
        """Return the open spans of one local date, in order, overlapping windows joined."""
        if day in self.holidays:
            return ()
        minutes = tuple((w.start, w.end) for w in self.windows if w.weekday == day.weekday())
        return _spans(self.zone, day, minutes)

    def open_from(self, start: datetime, days: int) -> Iterator[Span]:
        """Give the open spans after ``start``, the first one cut to begin there, for so many local days."""
        first = start.astimezone(ZoneInfo(self.zone)).date()
        for offset in range(days):
            for span in self.spans_of(first + timedelta(days=offset)):
                if span.end > start:
                    yield Span(max(span.start, start), span.end)


def join_spans(spans: Iterable[Span]) -> list[Span]:
    """Return the union of spans: in order, none touching another."""
    joined: list[Span] = []
    for span in sorted(s for s in spans if s.start < s.end):
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


@lru_cache(maxsize=8192)
def _spans(zone: str, day: date, minutes: tuple[tuple[int, int], ...]) -> tuple[Span, ...]:
    midnight = datetime.combine(day, time(), UTC)
    found = []
    for era, offset in _eras(
        ZoneInfo(zone), midnight - FARTHEST_OFFSET, midnight + timedelta(days=1) + FARTHEST_OFFSET
    ):
        for start, end in minutes:
            opens = midnight + timedelta(minutes=start) - offset
            closes = midnight + timedelta(minutes=end) - offset
            found.append(Span(max(opens, era.start), min(closes, era.end)))
    return tuple(join_spans(found))


def _eras(zone: ZoneInfo, start: datetime, end: datetime) -> list[tuple[Span, timedelta]]:
    """Cut a stretch of about two days where the zone's offset changes; no zone changes twice in it."""
    before, after = _offset(zone, start), _offset(zone, end)
    if before == after:
        return [(Span(start, end), before)]
    known, changed = start, end
    while changed - known > timedelta(seconds=1):
        middle = (known + (changed - known) / 2).replace(microsecond=0)
        known, changed = (middle, changed) if _offset(zone, middle) == before else (known, middle)
    return [(Span(start, changed), before), (Span(changed, end), after)]


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None  # an aware instant in a zone has one
    return offset

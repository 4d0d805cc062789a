"""How much business time has passed and when a promise is due. Pure arithmetic on instants in UTC."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from app.escalation.calendar import Calendar, Span, join_spans

LATE_SOON = timedelta(minutes=30)
"""What counts as late soon; the clocks turn amber at the same moment."""
FARTHEST_DAYS = 3660
"""A promise further away than ten years is none."""


def due_at(
    start: datetime, business_time: timedelta, calendar: Calendar, pauses: Sequence[Span] = ()
) -> datetime | None:
    """Return when ``business_time`` of open, unpaused time has passed since ``start``.

    The end of a window belongs to the time inside it: 480 minutes from Monday 09:00 on 9 to 17 is Monday 17:00, not
    Tuesday 09:00. No time at all is due at once. None when the calendar does not open long enough within ten years.
    """
    if business_time <= timedelta():
        return start
    left = business_time
    for span in _working(calendar.open_from(start, FARTHEST_DAYS), pauses):
        length = span.end - span.start
        if left <= length:
            return span.start + left
        left -= length
    return None


def _working(spans: Iterator[Span], pauses: Sequence[Span]) -> Iterator[Span]:
    """Take the pauses out of open spans that come in order."""
    breaks = join_spans(pauses)
    for span in spans:
        start = span.start
        for pause in breaks:
            if pause.end <= start or pause.start >= span.end:
                continue
            if pause.start > start:
                yield Span(start, pause.start)
            start = max(start, pause.end)
        if start < span.end:
            yield Span(start, span.end)

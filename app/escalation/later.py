"""Moments to which people put things off. Pure; no database and no wall clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.escalation.calendar import Calendar

AFTERNOON = 14
"""O'clock; offered until an hour before."""
DAYS_AHEAD = 21
"""A desk that is closed for longer offers no opening."""


class Later(StrEnum):
    """Names of the moments."""

    HOUR = "hour"
    AFTERNOON = "afternoon"
    OPENING = "opening"
    NEXT_WEEK = "next_week"


Moments = Mapping[Later, datetime]
"""Soonest first; none twice, and only what there is."""


def later_moments(now: datetime, hours: Calendar) -> Moments:
    """Return when something may come back: wall times are those of the desk, because that is when people are there."""
    local = now.astimezone(ZoneInfo(hours.zone))
    found: dict[Later, datetime] = {Later.HOUR: now + timedelta(hours=1)}
    afternoon = local.replace(hour=AFTERNOON, minute=0, second=0, microsecond=0)
    if local.hour < AFTERNOON - 1 and any(span.start <= afternoon < span.end for span in hours.spans_of(local.date())):
        found[Later.AFTERNOON] = afternoon.astimezone(now.tzinfo)
    monday = local.date() + timedelta(days=7 - local.weekday())
    openings = [
        (day, span.start)
        for offset in range(DAYS_AHEAD)
        for day in [local.date() + timedelta(days=offset)]
        for span in hours.spans_of(day)[:1]
        if span.start > now
    ]
    if openings:
        found[Later.OPENING] = openings[0][1]
    week = next((start for day, start in openings if day >= monday), None)
    if week is not None and week != found[Later.OPENING]:
        found[Later.NEXT_WEEK] = week
    return found

"""Vectors V1 to V12 were found by a brute-force oracle; the property test runs a new one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.escalation.calendar import Calendar, Span, Window
from app.escalation.clock import due_at

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
NINE, FIVE = 9 * 60, 17 * 60
ALWAYS = tuple(Window(day, 0, 1440) for day in range(7))
OFFICE = tuple(Window(day, NINE, FIVE) for day in range(5))
ROUND_THE_CLOCK = Calendar("Europe/Berlin", ALWAYS)
WEEKDAYS = Calendar("Europe/Berlin", OFFICE)


def berlin(*at: int) -> datetime:
    return datetime(*at, tzinfo=BERLIN).astimezone(UTC)  # type: ignore[misc,arg-type]  # at most five numbers, none of them the zone


ONE_MINUTE = timedelta(minutes=1)


def minutes(n: int) -> timedelta:
    return timedelta(minutes=n)


@pytest.mark.parametrize(
    ("calendar", "start", "need", "due"),
    [
        (ROUND_THE_CLOCK, berlin(2026, 3, 28, 12), 1440, berlin(2026, 3, 29, 13)),
        (ROUND_THE_CLOCK, berlin(2026, 10, 24, 12), 1440, berlin(2026, 10, 25, 11)),
        (WEEKDAYS, berlin(2026, 3, 27, 16), 120, berlin(2026, 3, 30, 10)),
        (
            Calendar("Europe/Berlin", OFFICE, frozenset({date(2026, 12, 25), date(2026, 12, 26)})),
            berlin(2026, 12, 24, 16),
            120,
            berlin(2026, 12, 28, 10),
        ),
        (WEEKDAYS, berlin(2026, 6, 6, 11), 60, berlin(2026, 6, 8, 10)),
        (ROUND_THE_CLOCK, berlin(2026, 6, 8, 23, 30), 60, berlin(2026, 6, 9, 0, 30)),
        (
            Calendar("America/New_York", OFFICE),
            datetime(2026, 10, 30, 16, 30, tzinfo=NEW_YORK),
            60,
            datetime(2026, 11, 2, 9, 30, tzinfo=NEW_YORK),
        ),
        (WEEKDAYS, berlin(2026, 6, 8, 9), 480, berlin(2026, 6, 8, 17)),
        (WEEKDAYS, berlin(2026, 6, 8, 9, 1), 480, berlin(2026, 6, 9, 9, 1)),
    ],
    ids=["V1", "V2", "V4", "V5", "V8", "V9", "V10", "V12-end-of-day", "V12-next-day"],
)
def test_a_promise_is_due_after_so_much_open_time(calendar, start, need, due) -> None:
    assert due_at(start, minutes(need), calendar) == due


def test_v7_a_pause_counts_in_business_time_and_not_in_hours_on_the_wall() -> None:
    pause = Span(berlin(2026, 6, 5, 16, 30), berlin(2026, 6, 8, 9, 30))

    assert due_at(berlin(2026, 6, 5, 16), minutes(120), WEEKDAYS, [pause]) == berlin(2026, 6, 8, 11)


def test_the_first_vector_is_an_instant_and_not_a_wall_time() -> None:
    assert due_at(berlin(2026, 3, 28, 12), minutes(1440), ROUND_THE_CLOCK) == datetime(2026, 3, 29, 11, tzinfo=UTC)


def test_overlapping_windows_are_counted_once() -> None:
    twice = Calendar("Europe/Berlin", (*OFFICE, Window(0, 12 * 60, FIVE), Window(0, 16 * 60, 18 * 60)))

    assert due_at(berlin(2026, 6, 8, 0), minutes(9 * 60), twice) == berlin(2026, 6, 8, 18)


def test_no_time_at_all_is_due_at_once_even_when_closed() -> None:
    assert due_at(berlin(2026, 6, 6, 3), timedelta(), WEEKDAYS) == berlin(2026, 6, 6, 3)


def test_a_desk_that_never_opens_promises_nothing() -> None:
    assert due_at(berlin(2026, 6, 6, 3), minutes(1), Calendar("UTC", ())) is None


@pytest.mark.parametrize("window", [(0, 600, 600), (0, 600, 1441), (7, 0, 10), (0, -1, 10)])
def test_a_window_that_is_none_is_refused(window) -> None:
    with pytest.raises(ValueError, match="not a window"):
        Window(*window)


ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
CHANGES = {
    "Europe/Berlin": [date(2026, 3, 29), date(2026, 10, 25)],
    "America/New_York": [date(2026, 3, 8), date(2026, 11, 1)],
    "Australia/Lord_Howe": [date(2026, 4, 5), date(2026, 10, 4)],
    "Asia/Kathmandu": [date(2026, 6, 8)],
}


@st.composite
def cases(draw):
    zone = draw(st.sampled_from(ZONES))
    day = draw(st.sampled_from(CHANGES[zone])) + timedelta(days=draw(st.integers(-2, 1)))
    windows = draw(
        st.lists(
            st.builds(
                lambda weekday, a, b: Window(weekday, min(a, b), max(a, b) + 1),
                st.integers(0, 6),
                st.integers(0, 1439),
                st.integers(0, 1439),
            ),
            min_size=1,
            max_size=5,
        )
    )
    holidays = draw(st.frozensets(st.sampled_from([day + timedelta(days=n) for n in range(4)]), max_size=2))
    start = datetime.combine(day, datetime.min.time(), UTC) + minutes(draw(st.integers(0, 1439)))
    pauses = [
        Span(start + minutes(a), start + minutes(a + length))
        for a, length in draw(st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 1500)), max_size=3))
    ]
    return Calendar(zone, tuple(windows), holidays), start, pauses


def opening(calendar: Calendar, pauses: list[Span]) -> Callable[[datetime], bool]:
    """Say it the slow way: read the wall, look at the list."""
    zone = ZoneInfo(calendar.zone)
    open_at = {(w.weekday, minute) for w in calendar.windows for minute in range(w.start, w.end)}

    def is_open(at: datetime) -> bool:
        wall = at.astimezone(zone)
        if (wall.weekday(), wall.hour * 60 + wall.minute) not in open_at or wall.date() in calendar.holidays:
            return False
        return not any(p.start <= at < p.end for p in pauses)

    return is_open


@settings(max_examples=150, deadline=None)
@given(case=cases(), need=st.integers(1, 900))
def test_the_arithmetic_agrees_with_stepping_minute_by_minute(case, need) -> None:
    calendar, start, pauses = case
    is_open, at, counted, due = opening(calendar, pauses), start, 0, None
    for _ in range(4 * 1440):
        counted += is_open(at)
        at += ONE_MINUTE
        if counted == need:
            due = at
            break

    found = due_at(start, minutes(need), calendar, pauses)

    assert found == due if due else (found is None or found > at)

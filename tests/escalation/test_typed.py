from __future__ import annotations

from datetime import date

import pytest

from app.escalation.calendar import Window
from app.escalation.typed import read_days, read_windows, write_windows
from app.kernel.errors import Invalid


def test_opening_times_are_read_as_people_type_them() -> None:
    typed = "Fri 9:00 – 12:30\n\n  Mon-Wed 09:00-17:00\nSaturday 00:00-24:00\nDo 10:00-11:00"
    weekdays = [Window(day, 540, 1020) for day in range(3)]
    assert read_windows(typed) == (*weekdays, Window(3, 600, 660), Window(4, 540, 750), Window(5, 0, 1440))


def test_opening_times_are_written_so_that_they_can_be_read_again() -> None:
    windows = (Window(0, 540, 1020), Window(6, 0, 1440))
    assert write_windows(windows) == "Mon 09:00-17:00\nSun 00:00-24:00"
    assert read_windows(write_windows(windows)) == windows


@pytest.mark.parametrize("line", ["Mon", "Mon 17:00-09:00", "Mon 09:00-25:00", "Xyz 09:00-10:00", "Fri-Mon 9:00-10:00"])
def test_a_line_that_makes_no_sense_is_refused(line: str) -> None:
    with pytest.raises(Invalid):
        read_windows(line)


def test_own_closed_days_are_dates() -> None:
    assert read_days("2026-12-31\n2026-12-24") == (date(2026, 12, 24), date(2026, 12, 31))
    with pytest.raises(Invalid):
        read_days("24.12.2026")

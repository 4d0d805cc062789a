"""What leaderboards are counted over."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

EVERYWHERE = 0
"""Stands for all spaces where the id of one could stand."""
Standings = list[tuple[int, int]]
"""Ids of people with their points, best first; only those who earned more than they lost."""


class Period(StrEnum):
    """How far back to look."""

    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    ALL = "all"

    def first_day(self, today: date) -> date:
        """Return the first UTC day of the period that ends with ``today``."""
        return today - LENGTHS[self] + timedelta(days=1) if self in LENGTHS else date.min


LENGTHS = {Period.WEEK: timedelta(days=7), Period.MONTH: timedelta(days=30), Period.YEAR: timedelta(days=365)}
"""Whole UTC days, today included."""

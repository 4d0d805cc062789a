"""How times are written on pages: the short way says what babel's own long way would."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_timedelta
from flask import Flask

from app.web import templates
from tests.support.clock import FixedClock

DAYS = (0.04, 0.9, 5.94, 5.96, 25.4, 25.6, 310.0, 310.5, 4000.0)


@pytest.fixture
def written(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Any:
    def write(at: datetime, language: str = "en", zone: str = "UTC") -> str:
        monkeypatch.setattr(templates, "get_timezone", lambda: ZoneInfo(zone))
        with app.test_request_context(headers={"Accept-Language": language}):
            return str(templates.ago(at))

    return write


def test_how_long_ago_is_said_in_the_unit_that_babel_chooses(written: Any, clock: FixedClock) -> None:
    for language in ("en", "de"):
        for days in (*DAYS, *(-day for day in DAYS)):
            span = timedelta(days=days)
            said = format_timedelta(span, add_direction=True, locale=language)

            assert f'">{said}</time>' in written(clock.now() + span, language), (language, days)


def test_less_than_a_minute_is_now(written: Any, clock: FixedClock) -> None:
    assert ">just now</time>" in written(clock.now() - timedelta(seconds=59))
    assert ">1 minute ago</time>" in written(clock.now() - timedelta(seconds=60))


def test_the_day_and_the_minute_stand_behind_it_in_the_readers_zone(written: Any) -> None:
    at = datetime(2026, 3, 1, 23, 5, 7, tzinfo=UTC)

    assert '<time datetime="2026-03-01T23:05:07+00:00" data-rel title="Mar 1, 2026, 11:05\u202fPM">' in written(at)
    assert 'title="02.03.2026, 00:05">' in written(at, "de", "Europe/Berlin")

"""Who is too fast hears how long to wait, in the page and in the header."""

from __future__ import annotations

from html import unescape

import pytest
from flask import Flask

from app.web import errors
from app.web.limits import limiter, who_or_where
from app.wiring import build_app
from tests.support.databases import dispose


@pytest.fixture
def limited(app, settings, shared_clock):
    """An application that counts requests."""
    counting = build_app(settings.model_copy(update={"rate_limits": True}), shared_clock)
    counting.config["WTF_CSRF_ENABLED"] = False
    with counting.app_context():
        limiter.reset()
    yield counting
    limiter.enabled = False
    dispose(counting)


def too_fast(site):
    browser = site.test_client()
    answers = [browser.post("/sign-in", data={}) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    return answers[-1]


def test_the_header_says_when_the_next_request_passes(limited):
    refused = too_fast(limited)
    assert 1 <= int(refused.headers["Retry-After"]) <= 61


def test_an_hours_limit_is_not_told_as_a_minutes(limited, monkeypatch):
    monkeypatch.setattr(errors, "_seconds_to_wait", lambda: 1_441)
    refused = too_fast(limited)
    assert refused.headers["Retry-After"] == "1441"
    assert "Go on in 25 minutes" in unescape(refused.text)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.1", "203.0.113.1", True),
        ("203.0.113.1", "203.0.113.2", False),
        ("", "", True),
    ],
)
def test_whoever_has_a_whole_network_is_counted_once(app: Flask, one: str, other: str, same: bool):
    buckets = []
    for address in (one, other):
        with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
            buckets.append(who_or_where())

    assert (buckets[0] == buckets[1]) is same

from __future__ import annotations

import time
from inspect import iscoroutinefunction

import pytest
from flask import Flask, session

from app.web.application import Application


def test_no_view_and_no_hook_is_a_coroutine(app: Flask) -> None:
    called: list[object] = list(app.view_functions.values())
    for hooks in (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs):
        called += [hook for some in hooks.values() for hook in some]

    assert isinstance(app, Application)
    assert called
    assert not [each for each in called if iscoroutinefunction(each)]


def test_a_cookie_is_read_with_the_key_that_signed_it_and_with_no_other() -> None:
    app = Application("tests")
    app.add_url_rule("/keep", "keep", lambda: session.setdefault("kept", "this"))
    app.add_url_rule("/read", "read", lambda: session.get("kept", "nothing"))
    app.secret_key = "one"
    client = app.test_client()
    client.get("/keep")

    assert client.get("/read").text == "this"
    app.secret_key = "another"
    assert client.get("/read").text == "nothing"
    app.config["SECRET_KEY_FALLBACKS"] = ["one"]
    assert client.get("/read").text == "this"


def test_a_cookie_that_was_read_before_still_ages_and_no_other_passes_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Application("tests")
    app.secret_key = "one"
    app.add_url_rule("/keep", "keep", lambda: session.setdefault("kept", "this"))
    app.add_url_rule("/read", "read", lambda: session.get("kept", "nothing"))
    client, lifetime = app.test_client(), app.permanent_session_lifetime.total_seconds()
    client.get("/keep")
    cookie = client.get_cookie("session")
    assert cookie is not None
    assert [client.get("/read").text for _ in range(2)] == ["this", "this"]

    text, _, signature = cookie.value.rpartition(".")
    for forged in (f"{text}.{signature[::-1]}", f"x{cookie.value}", f"{text}.", signature, "", "a.b.c"):
        client.set_cookie("session", forged)
        assert client.get("/read").text == "nothing"

    client.set_cookie("session", cookie.value)
    now = time.time()
    for seconds, seen in ((lifetime - 60, "this"), (lifetime + 60, "nothing"), (-60, "nothing"), (0, "this")):
        monkeypatch.setattr(time, "time", lambda at=now + seconds: at)
        assert client.get("/read").text == seen


def test_what_one_request_does_to_a_session_no_other_finds_in_the_same_cookie() -> None:
    app = Application("tests")
    app.secret_key = "one"
    app.add_url_rule("/begin", "begin", lambda: str(session.setdefault("words", ["a"])))
    app.add_url_rule("/add", "add", lambda: str(session["words"].append("b") or session["words"]))
    client = app.test_client()
    client.get("/begin")

    assert [client.get("/add").text for _ in range(2)] == ["['a', 'b']", "['a', 'b']"]

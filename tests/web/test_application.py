from __future__ import annotations

from inspect import iscoroutinefunction

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

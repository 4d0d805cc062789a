from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from app.live import socket
from app.live.socket import LiveUpdates
from app.web.runtime import Runtime


def test_a_page_that_closes_while_it_joins_is_let_go(
    app: Flask, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(room: str) -> None:
        raise KeyError(room)

    monkeypatch.setattr(socket, "join_room", gone)
    monkeypatch.setattr(socket, "rooms", list)
    monkeypatch.setattr(socket, "may_join", lambda *_: True)
    live: Any = runtime.ports[LiveUpdates]
    with app.test_request_context():
        assert live._join({"room": "q:1", "cursor": 0, "age": 0}) == {"joined": False}

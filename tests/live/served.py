"""The product on a port of its own, and browsers that listen to it with the real Socket.IO client."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import socketio
from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server

from app.config import Settings
from app.identity.models import User
from app.kernel.clock import Clock
from app.live.socket import LiveUpdates
from app.text.contract import TextRenderer
from app.web.runtime import Runtime
from app.wiring import build_app
from tests.support.databases import dispose
from tests.support.factories import Make

PATIENCE = 10.0
QUIET = 0.3
"""Seconds after which what was not heard is taken for not sent; everything is on this machine."""


class Listening:
    """A browser with an open page."""

    def __init__(self, address: str, cookie: str, transport: str) -> None:
        self._client = socketio.Client(reconnection=False)
        self._heard: list[tuple[str, Any]] = []
        self._client.on("*", lambda name, *values: self._heard.append((name, *values)))
        self._client.connect(address, headers={"Cookie": cookie}, transports=[transport], wait_timeout=PATIENCE)

    @property
    def connected(self) -> bool:
        return bool(self._client.connected)

    def join(self, room: str) -> bool:
        answer: dict[str, bool] = self._client.call("join", {"room": room, "cursor": 0, "age": 0}, timeout=PATIENCE)
        return answer["joined"]

    def say(self, name: str, value: object) -> None:
        self._client.emit(name, value)

    def hears(self, name: str) -> bool:
        """Tell whether a message of this name comes, and forget what came."""
        return eventually(lambda: any(heard[0] == name for heard in self._heard), QUIET)

    def waits_for(self, name: str) -> Any:
        """Return the first message of this name."""
        assert eventually(lambda: any(heard[0] == name for heard in self._heard)), f"no {name} among {self._heard}"
        return next(heard[1] for heard in self._heard if heard[0] == name)

    def forget(self) -> None:
        self._heard.clear()

    def close(self) -> None:
        socket = self._client.eio.ws
        if socket is None:
            self._client.disconnect()
        else:
            socket.shutdown()  # saying goodbye first would take three seconds


class Served:
    """One process of the product."""

    def __init__(self, app: Flask, server: BaseWSGIServer) -> None:
        self.app, self.runtime = app, app.extensions["peerdesk"]
        self.address = f"http://127.0.0.1:{server.server_port}"
        self._make = Make(app)
        self._open: list[Listening] = []

    def cookie(self, user: User) -> str:
        """Sign a new browser in; return what it sends."""
        browser = self.app.test_client()
        self._make.sign_in(browser, user)
        held = browser.get_cookie("peerdesk")
        assert held is not None
        return f"peerdesk={held.value}"

    def page(self, user: User, *, cookie: str | None = None, transport: str = "websocket") -> Listening:
        listening = Listening(self.address, cookie or self.cookie(user), transport)
        self._open.append(listening)
        return listening

    def close_pages(self) -> None:
        while self._open:
            self._open.pop().close()


def eventually(test: Any, patience: float = PATIENCE) -> bool:
    """Tell whether something comes true in time."""
    until = time.monotonic() + patience
    while not (found := test()) and time.monotonic() < until:
        time.sleep(0.01)  # sockets live by the real clock
    return bool(found)


@contextmanager
def served(settings: Settings, clock: Clock) -> Iterator[Served]:
    """Serve the product for a while."""
    app = build_app(settings, clock)
    app.config["WTF_CSRF_ENABLED"] = False
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    process = Served(app, server)
    try:
        yield process
    finally:
        process.close_pages()
        server.shutdown()
        server.server_close()
        runtime: Runtime = process.runtime
        runtime.ports[LiveUpdates].close()
        runtime.ports[TextRenderer].close()
        dispose(app)

"""How many live connections there may be: each holds a thread while it lasts, and pages need threads too."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LIVE_PATH = "/socket.io/"
COME_BACK = "20"
"""Seconds; a browser tries again by itself, and its page works without."""


class Admission:
    """Stands before the sockets of one process and turns away those for whom no thread is left.

    Args:
        app: what answers.
        most: how many live connections there may be at once; None for as many as come.

    """

    def __init__(self, app: WSGIApplication, most: int | None = None) -> None:
        self._app, self.most = app, most
        self._lock, self._there = threading.Lock(), 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer; a live connection is over when the call is."""
        if not environ.get("PATH_INFO", "").startswith(LIVE_PATH):
            return self._app(environ, start_response)
        if not self._enter():
            start_response("503 Service Unavailable", [("Retry-After", COME_BACK), ("Content-Length", "0")])
            return []
        try:
            return self._app(environ, start_response)
        finally:
            with self._lock:
                self._there -= 1

    def _enter(self) -> bool:
        with self._lock:
            if self.most is not None and self._there >= self.most:
                return False
            self._there += 1
            return True

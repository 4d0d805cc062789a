from __future__ import annotations

import threading
from typing import Any

from app.live.admission import Admission


def asks(admission: Admission, path: str) -> str:
    said: list[str] = []
    admission({"PATH_INFO": path}, lambda status, _headers, *_rest: said.append(status))  # type: ignore[arg-type]  # enough of WSGI
    return said[0]


def test_live_connections_leave_room_for_pages() -> None:
    release, inside = threading.Event(), threading.Semaphore(0)

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        if environ["PATH_INFO"].startswith("/socket.io/"):
            inside.release()
            release.wait(10)
        return []

    admission = Admission(app, most=2)
    open_ones = [threading.Thread(target=asks, args=(admission, "/socket.io/?EIO=4")) for _ in range(2)]
    for one in open_ones:
        one.start()
        assert inside.acquire(timeout=10)

    assert asks(admission, "/socket.io/").startswith("503")
    assert asks(admission, "/questions").startswith("200")

    release.set()
    for one in open_ones:
        one.join()
    assert asks(admission, "/socket.io/").startswith("200")

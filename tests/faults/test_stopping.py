"""A server that is asked to stop ends soon, though pages are open on it, and the pages come back to the next one."""

from __future__ import annotations

import gc
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import socketio
from flask import Flask

from app.config import Settings
from tests.live.served import PATIENCE, eventually
from tests.support.databases import dispose
from tests.support.factories import Make

STARTS_WITHIN, ENDS_WITHIN = 40.0, 15.0
Start = Callable[[], subprocess.Popen[bytes]]


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture
def start(settings: Settings, port: int, tmp_path: Path) -> Iterator[Start]:
    """Start real servers on one port; none outlives the test."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PEERDESK_")},
        "PEERDESK_DATA_DIR": str(settings.data_dir), "DATABASE_URL": settings.database_address, "SECRET_KEY": "test",
        "PORT": str(port),
    }  # fmt: skip
    command = [sys.executable, "-m", "flask", "--app", "app:create_app", "serve"]
    started: list[subprocess.Popen[bytes]] = []

    def answers() -> bool:
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=2):
            return True
        return False

    def start_one() -> subprocess.Popen[bytes]:
        with (tmp_path / "server.log").open("ab") as log:
            started.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))
        assert eventually(answers, STARTS_WITHIN), (tmp_path / "server.log").read_text()
        return started[-1]

    yield start_one
    for process in started:
        if process.poll() is None:
            process.terminate()
        process.wait(timeout=40)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # the client forgets the connection it lost
def test_open_pages_do_not_hold_up_a_stop_and_come_back(app: Flask, make: Make, start: Start, port: int) -> None:
    browser, mia = app.test_client(), make.user()
    make.sign_in(browser, mia)
    cookie = browser.get_cookie("peerdesk")
    assert cookie is not None
    dispose(app)
    process = start()
    page = socketio.Client(reconnection_delay=0.2, reconnection_delay_max=0.5)
    page.connect(
        f"http://127.0.0.1:{port}",
        headers={"Cookie": f"peerdesk={cookie.value}"},
        transports=["websocket"],
        wait_timeout=PATIENCE,
    )
    assert page.call("join", {"room": f"u:{mia.id}", "cursor": 0, "age": 0}, timeout=PATIENCE) == {"joined": True}

    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0
    assert time.monotonic() - began < ENDS_WITHIN
    assert eventually(lambda: not page.connected)

    start()
    assert eventually(lambda: page.connected, STARTS_WITHIN)
    page.disconnect()
    gc.collect()

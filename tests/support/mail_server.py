"""A mail server that does what a test tells it: takes letters, refuses them, hangs, or is rude."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message


class _Talk(socketserver.StreamRequestHandler):
    """Just enough of RFC 5321."""

    server: MailServer

    def handle(self) -> None:
        self._wait_at("greeting")
        self._say("220 here")
        while line := self.rfile.readline():
            verb = line[:4].upper().decode()
            self._wait_at(verb)
            if verb == "DATA":
                self._take()
            elif verb == "RCPT":
                address = line.decode().split("<")[1].split(">")[0]
                self._say(self.server.answers.get(address, "250 ok"))
            elif verb == "QUIT":
                self._say(self.server.farewell)
                return
            else:
                self._say("250 ok")

    def _take(self) -> None:
        self._say("354 go on")
        parts = []
        while (part := self.rfile.readline()) != b".\r\n":
            parts.append(part)
        if self.server.verdict.startswith("2"):
            self.server.letters.append(message_from_bytes(b"".join(parts)))
        self._wait_at("verdict")
        self._say(self.server.verdict)

    def _wait_at(self, point: str) -> None:
        if point == self.server.hangs_at:
            self.server.release.wait(30)

    def _say(self, words: str) -> None:
        if words:
            self.wfile.write(f"{words}\r\n".encode())


class MailServer(socketserver.ThreadingTCPServer):
    """Listens at ``url``; what it took is in ``letters``."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Talk)
        self.url = f"smtp://127.0.0.1:{self.server_address[1]}"
        self.letters: list[Message] = []
        self.answers: dict[str, str] = {}
        """What it says to an address instead of taking it."""
        self.verdict, self.farewell = "250 taken", "221 bye"
        self.hangs_at: str | None = None
        """A verb, ``greeting`` or ``verdict``: there it waits for ``release``."""
        self.release = threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: whoever talks here is allowed to hang up."""

    def to(self, address: str) -> list[Message]:
        return [letter for letter in self.letters if letter["To"] == address]


@contextmanager
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server
        server.release.set()
        server.shutdown()
        thread.join()

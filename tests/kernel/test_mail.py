from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator

import pytest

from app.kernel.mail import KeptMailer, Mail, SmtpMailer, compose
from app.kernel.models import KeptMail
from app.kernel.relay import Refused
from app.kernel.unit_of_work import UnitOfWorkFactory
from tests.support.clock import FixedClock

SENDER = "Peerdesk <desk@example.org>"
MAIL = Mail("mia@example.org", "Jo answered your question", "Grüße", key="forum.7.answer")


def test_a_repeated_letter_has_the_same_message_id() -> None:
    first, second = (compose(MAIL, SENDER, FixedClock()) for _ in range(2))
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Message-ID"].endswith("@example.org>")
    assert first["Message-ID"] != compose(Mail("a@b.org", "x", "y", key="other"), SENDER, FixedClock())["Message-ID"]


def test_a_subject_cannot_smuggle_a_header() -> None:
    message = compose(Mail("mia@example.org", "Hi\r\nBcc: eve@example.org", "", key="k"), SENDER, FixedClock())
    assert message["Bcc"] is None
    assert message["Subject"] == "Hi Bcc: eve@example.org"


def test_a_kept_letter_is_kept_once(unit_of_work: UnitOfWorkFactory) -> None:
    mailer = KeptMailer(unit_of_work, SENDER)
    mailer.send(MAIL)
    mailer.send(MAIL)
    with unit_of_work() as uow:
        kept = uow.session.query(KeptMail).all()
    assert [(m.to, m.subject, m.text) for m in kept] == [(MAIL.to, MAIL.subject, MAIL.text)]


class _Talk(socketserver.StreamRequestHandler):
    """Just enough of RFC 5321 to take one letter, or to refuse its address."""

    server: _Server

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                while (part := self.rfile.readline()) != b".\r\n":
                    self.server.received.append(part)
                self.wfile.write(b"250 taken\r\n")
            elif verb == b"RCPT":
                self.wfile.write(self.server.answer)
            elif verb == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 ok\r\n")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.received: list[bytes] = []
        self.answer = b"250 ok\r\n"


@pytest.fixture
def server() -> Iterator[_Server]:
    with _Server() as found:
        thread = threading.Thread(target=found.serve_forever, daemon=True)
        thread.start()
        yield found
        found.shutdown()
        thread.join()


def _mailer(server: _Server) -> SmtpMailer:
    return SmtpMailer(f"smtp://127.0.0.1:{server.server_address[1]}", SENDER, FixedClock())


def test_a_mail_server_gets_the_letter(server: _Server) -> None:
    _mailer(server).send(MAIL)
    text = b"".join(server.received).decode()
    assert "Subject: Jo answered your question" in text
    assert "To: mia@example.org" in text


def test_an_address_that_is_refused_for_good_is_not_tried_again(server: _Server) -> None:
    server.answer = b"550 nobody here\r\n"
    with pytest.raises(Refused):
        _mailer(server).send(MAIL)


def test_an_address_that_is_busy_is_tried_again(server: _Server) -> None:
    server.answer = b"450 try later\r\n"
    with pytest.raises(Exception, match="450") as caught:
        _mailer(server).send(MAIL)
    assert not isinstance(caught.value, Refused)


def test_a_mail_address_of_another_kind_stops_the_start() -> None:
    with pytest.raises(ValueError, match="smtp"):
        SmtpMailer("imap://example.org", SENDER, FixedClock())

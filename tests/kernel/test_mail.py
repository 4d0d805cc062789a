from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.kernel.mail import KeptMailer, Mail, SmtpMailer, compose
from app.kernel.models import KeptMail
from app.kernel.relay import Refused
from app.kernel.unit_of_work import UnitOfWorkFactory
from tests.support.clock import FixedClock
from tests.support.mail_server import MailServer, mail_server

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


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as found:
        yield found


def _mailer(server: MailServer) -> SmtpMailer:
    return SmtpMailer(server.url, SENDER, FixedClock())


def test_a_mail_server_gets_the_letter(server: MailServer) -> None:
    _mailer(server).send(MAIL)
    (letter,) = server.letters
    text = letter.as_string()
    assert "Subject: Jo answered your question" in text
    assert "To: mia@example.org" in text


def test_an_address_that_is_refused_for_good_is_not_tried_again(server: MailServer) -> None:
    server.answers["mia@example.org"] = "550 nobody here"
    with pytest.raises(Refused):
        _mailer(server).send(MAIL)


def test_an_address_that_is_busy_is_tried_again(server: MailServer) -> None:
    server.answers["mia@example.org"] = "450 try later"
    with pytest.raises(Exception, match="450") as caught:
        _mailer(server).send(MAIL)
    assert not isinstance(caught.value, Refused)


@pytest.mark.parametrize("farewell", ["554 how rude", "", "nonsense"])
def test_a_bad_farewell_does_not_send_a_taken_letter_again(server: MailServer, farewell: str) -> None:
    server.farewell = farewell
    _mailer(server).send(MAIL)
    assert len(server.letters) == 1


def test_a_letter_that_is_refused_for_good_is_not_tried_again(server: MailServer) -> None:
    server.verdict = "554 looks like spam"
    with pytest.raises(Refused):
        _mailer(server).send(MAIL)


@pytest.mark.parametrize("when", ["greeting", "RCPT", "verdict"])
def test_a_server_that_hangs_is_given_up_after_a_while(
    server: MailServer, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.kernel.mail.TIMEOUT_SECONDS", 0.2)
    server.hangs_at = when
    with pytest.raises(OSError, match=r"timed out|Connection unexpectedly closed"):
        _mailer(server).send(MAIL)
    server.release.set()


def test_a_mail_address_of_another_kind_stops_the_start() -> None:
    with pytest.raises(ValueError, match="smtp"):
        SmtpMailer("imap://example.org", SENDER, FixedClock())

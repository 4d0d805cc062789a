"""Letters that leave the product, and the port they leave through.

A letter is sent by an after-commit reaction, which may run twice. Its ``key`` names what it is about, so that the
``Message-ID`` (RFC 5322, 3.6.4) is the same each time and a mail program shows a repeat once.
"""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Protocol
from urllib.parse import unquote, urlsplit

import structlog
from sqlalchemy import select

from app.kernel.clock import Clock
from app.kernel.models import KeptMail
from app.kernel.relay import Refused
from app.kernel.unit_of_work import UnitOfWorkFactory

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 20.0
SUBMISSION_PORT, SUBMISSIONS_PORT = 587, 465
"""RFC 6409 (STARTTLS) and RFC 8314 (TLS from the first byte)."""
FOREVER_FROM, FOREVER_TO = 500, 599


@dataclass(frozen=True, slots=True)
class Mail:
    """One letter to one address.

    ``subject`` reads person + verb («Jo answered your question»). ``key`` is the same for each attempt to send the
    same letter. ``headers`` are further header fields, such as ``List-Unsubscribe`` or ``In-Reply-To``.
    """

    to: str
    subject: str
    text: str
    key: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Mailer(Protocol):
    """Something that takes letters to people."""

    def send(self, mail: Mail) -> None:
        """Send one letter; safe to repeat with the same ``key``.

        Raises:
            Refused: when no attempt will ever succeed.

        """
        ...


class KeptMailer:
    """Sends nothing: letters stay in a table that an administrator's page shows. The embedded default."""

    def __init__(self, units: UnitOfWorkFactory, sender: str) -> None:
        self._units, self._sender = units, sender

    def send(self, mail: Mail) -> None:
        """Keep one letter, once."""
        message_id = message_id_of(mail.key, self._sender)
        with self._units() as uow:
            if uow.session.scalar(select(KeptMail.id).where(KeptMail.message_id == message_id)) is not None:
                return
            uow.session.add(
                KeptMail(message_id=message_id, to=mail.to, subject=mail.subject, text=mail.text, kept_at=uow.now)
            )
        log.info("mail kept", to=mail.to, subject=mail.subject)


class SmtpMailer:
    """Hands letters to a mail server.

    Args:
        address: ``smtp://user:password@host:587`` (STARTTLS where the server offers it) or ``smtps://…`` (TLS from
            the first byte). Reserved characters in the name and password are percent-encoded.
        sender: what stands in ``From``.
        clock: gives ``Date``.

    """

    def __init__(self, address: str, sender: str, clock: Clock) -> None:
        self._address, self._sender, self._clock = urlsplit(address), sender, clock
        if self._address.scheme not in {"smtp", "smtps"} or not self._address.hostname:
            raise ValueError("the mail address must look like smtp://host:587 or smtps://host:465")

    def send(self, mail: Mail) -> None:
        """Send one letter.

        Raises:
            Refused: when the server says that it will never take this letter (a reply of the 500 class).

        """
        message = compose(mail, self._sender, self._clock)
        server = self._connect()
        try:
            self._introduce(server)
            server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _reason in error.recipients.values()]
            if all(map(_is_for_ever, codes)):
                raise Refused(f"the mail server refuses the address for good: {codes}") from error
            raise
        except smtplib.SMTPDataError as error:
            if _is_for_ever(error.smtp_code):
                raise Refused(f"the mail server refuses the letter for good: {error.smtp_code}") from error
            raise
        finally:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()  # a bad farewell does not undo a letter that was taken
            server.close()

    def _connect(self) -> smtplib.SMTP:
        host, port = str(self._address.hostname), self._address.port
        if self._address.scheme == "smtps":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, port or SUBMISSIONS_PORT, timeout=TIMEOUT_SECONDS, context=context)
        return smtplib.SMTP(host, port or SUBMISSION_PORT, timeout=TIMEOUT_SECONDS)

    def _introduce(self, server: smtplib.SMTP) -> None:
        server.ehlo()
        if self._address.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
        if self._address.username:
            server.login(unquote(self._address.username), unquote(self._address.password or ""))


def _is_for_ever(code: int) -> bool:
    return FOREVER_FROM <= code <= FOREVER_TO


def compose(mail: Mail, sender: str, clock: Clock) -> EmailMessage:
    """Build the message that goes over the wire."""
    message = EmailMessage(policy=SMTP)
    name, address = parseaddr(sender)
    message["From"] = Address(name, addr_spec=address)
    message["To"] = Address(addr_spec=mail.to)
    message["Subject"] = " ".join(mail.subject.split())
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = message_id_of(mail.key, sender)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
    for header, value in mail.headers.items():
        message[header] = value
    message.set_content(mail.text)
    return message


def message_id_of(key: str, sender: str) -> str:
    """Return the same ``Message-ID`` for the same key."""
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}>"

"""E-mail addresses and handles in their one stored form."""

from __future__ import annotations

import re
import unicodedata

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.models import User
from app.kernel.errors import Invalid

LONGEST_HANDLE = 30


def plain_address(text: str) -> str:
    """Return an address without spaces round it and in lower case, whether or not it could exist."""
    return text.strip().casefold()


def checked_address(text: str, field: str = "email") -> str:
    """Return an address that mail can be sent to.

    Raises:
        Invalid: when it does not look like one.

    """
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized.casefold()
    except EmailNotValidError as error:
        raise Invalid(field, "identity.email_odd") from error


def free_handle(session: Session, name: str) -> str:
    """Return a handle that reads like the name and that nobody has."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_HANDLE].rstrip("-") or "person"
    taken = set(session.scalars(select(User.handle).where(User.handle.startswith(base, autoescape=True))))
    number = 1
    while (handle := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return handle

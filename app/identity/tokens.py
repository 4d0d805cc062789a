"""Signed links in letters: they expire, they work once, and nothing about them is stored.

A link is bound to a fingerprint of what using it changes (password, address), so that using it, or changing the same
thing in another way, voids it.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from enum import Enum
from typing import Any

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer
from sqlalchemy.orm import Session

from app.identity.models import User
from app.kernel.clock import Clock
from app.kernel.errors import Gone


class Purpose(Enum):
    """What a link is for, and for how long it works."""

    RESET_PASSWORD = "reset-password"  # noqa: S105  # a purpose, not a password
    VERIFY_EMAIL = "verify-email"
    CHANGE_EMAIL = "change-email"

    @property
    def works_for(self) -> timedelta:
        """How long after it was made the link works."""
        return timedelta(hours=2) if self is Purpose.RESET_PASSWORD else timedelta(days=3)


class _ClockSigner(TimestampSigner):
    """Signs with the product's clock, so that a test can wait."""

    def __init__(self, *args: Any, clock: Clock, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._clock = clock

    def get_timestamp(self) -> int:
        """Return seconds since the epoch."""
        return int(self._clock.now().timestamp())


class Tokens:
    """Makes and opens links; the key is the site's secret key."""

    def __init__(self, key: str, clock: Clock) -> None:
        self._key, self._clock = key, clock

    def make(self, purpose: Purpose, person: User) -> str:
        """Return the token of a link for a person."""
        return self._serializer(purpose).dumps([person.id, _fingerprint(purpose, person)])

    def open(self, session: Session, purpose: Purpose, token: str, *, lock: bool = False) -> User:
        """Return whose link it is.

        Raises:
            Gone: when it is made up, too old, or was used already.

        """
        seconds = int(purpose.works_for.total_seconds())
        try:
            user_id, fingerprint = self._serializer(purpose).loads(token, max_age=seconds)
        except (BadData, ValueError, TypeError) as error:
            raise Gone("identity.link_void") from error
        person = session.get(User, user_id, with_for_update=lock or None)
        if person is None or person.deactivated_at is not None or _fingerprint(purpose, person) != fingerprint:
            raise Gone("identity.link_void")
        return person

    def _serializer(self, purpose: Purpose) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(
            self._key, salt=f"identity.{purpose.value}", signer=_ClockSigner, signer_kwargs={"clock": self._clock}
        )


def _fingerprint(purpose: Purpose, person: User) -> str:
    bound: dict[Purpose, tuple[object, ...]] = {
        Purpose.RESET_PASSWORD: (person.email, person.password_hash),
        Purpose.VERIFY_EMAIL: (person.email, person.email_verified_at),
        Purpose.CHANGE_EMAIL: (person.email, person.pending_email),
    }
    return hashlib.sha256(repr(bound[purpose]).encode()).hexdigest()[:32]

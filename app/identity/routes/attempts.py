"""Wrong passwords per account, whatever address they come from; counted where all other limits are."""

from __future__ import annotations

import hashlib

from limits import parse

from app.identity.addresses import plain_address
from app.web.limits import limiter

WRONG_PASSWORDS = parse("10 per 15 minutes")


def too_many(email: str) -> bool:
    """Tell whether so many wrong passwords came for an account lately that no more are looked at."""
    return limiter.enabled and not limiter.limiter.test(WRONG_PASSWORDS, *_bucket(email))


def count_wrong(email: str) -> None:
    """Count one wrong password."""
    if limiter.enabled:
        limiter.limiter.hit(WRONG_PASSWORDS, *_bucket(email))


def _bucket(email: str) -> tuple[str, str]:
    return "wrong-password", hashlib.sha256(plain_address(email).encode()).hexdigest()

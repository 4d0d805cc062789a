"""What is counted per account, whatever address it comes from: wrong passwords, and letters that strangers can cause.

Counted where all other limits are.
"""

from __future__ import annotations

import hashlib

from limits import parse

from app.identity.addresses import plain_address
from app.web.limits import limiter

WRONG_PASSWORDS = parse("10 per 15 minutes")
LETTERS = parse("4 per hour")


def too_many(email: str) -> bool:
    """Tell whether so many wrong passwords came for an account lately that no more are looked at."""
    return limiter.enabled and not limiter.limiter.test(WRONG_PASSWORDS, *_bucket("wrong-password", email))


def count_wrong(email: str) -> None:
    """Count one wrong password."""
    if limiter.enabled:
        limiter.limiter.hit(WRONG_PASSWORDS, *_bucket("wrong-password", email))


def may_write_to(email: str) -> bool:
    """Count one letter that anybody can cause; tell whether it may go out, so that nobody floods a mailbox."""
    return not limiter.enabled or limiter.limiter.hit(LETTERS, *_bucket("letter", email))


def _bucket(kind: str, email: str) -> tuple[str, str]:
    return kind, hashlib.sha256(plain_address(email).encode()).hexdigest()

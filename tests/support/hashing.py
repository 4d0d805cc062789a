"""Passwords of tests need no protection: they are hashed as Peerdesk does it, at a thousandth of the cost."""

from __future__ import annotations

from argon2 import PasswordHasher

from app.identity import passwords

PRODUCT = passwords._hasher  # the product has no setting that makes its hashes weaker, and gets none
CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


def hash_with(hasher: PasswordHasher) -> None:
    """Let everything in this process hash and verify with ``hasher`` from now on."""
    passwords._hasher = hasher
    passwords._NOBODY = passwords._hash_of_nobody(hasher)

"""What the database keeps of a sign-in token."""

from __future__ import annotations

import hashlib


def hash_token(token: str) -> str:
    """Return the SHA-256 of a token; the token is random, so a slow hash would add nothing."""
    return hashlib.sha256(token.encode()).hexdigest()

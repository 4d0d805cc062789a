"""What this domain needs from the outside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol


class AvatarStore(Protocol):
    """Keeps pictures of people; a key never gets another picture."""

    def save(self, key: str, picture: bytes) -> None:
        """Keep a picture under a new key."""
        ...

    def load(self, key: str) -> bytes | None:
        """Return a picture, or None when there is none of that key."""
        ...

    def delete(self, key: str) -> None:
        """Forget a picture; forgetting it twice is fine."""
        ...

    def keys(self, before: datetime) -> Iterator[str]:
        """Give the keys of pictures, and of halves of them, that were kept before a time."""
        ...

"""What this domain needs from the outside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO, Protocol


class FileStore(Protocol):
    """Keeps attachments: a folder, or an object store. A key never gets another content."""

    def save(self, key: str, data: bytes) -> None:
        """Keep a file under a new key; a reader never sees half of it."""
        ...

    def open(self, key: str) -> BinaryIO | None:
        """Return a file to read from its beginning, or None when there is none of that key; the caller closes it."""
        ...

    def delete(self, key: str) -> None:
        """Forget a file; forgetting it twice is fine."""
        ...

    def keys(self, before: datetime) -> Iterator[str]:
        """Give the keys of files that were kept before a time, halves of files that nobody finished included."""
        ...

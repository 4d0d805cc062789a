"""The embedded adapter of ``ports.FileStore``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO

_KEY = re.compile(r"[\w-]{20,80}", re.ASCII)


class FileFolder:
    """Attachments in a folder, spread over subfolders by the first two characters of their keys."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, key: str, data: bytes) -> None:
        """Keep a file under a new key; it appears under its name only when it is complete."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.part")
        part.write_bytes(data)
        part.replace(path)

    def open(self, key: str) -> BinaryIO | None:
        """Return a file to read, or None; the caller closes it."""
        if not _KEY.fullmatch(key):
            return None
        try:
            return self._path(key).open("rb")
        except FileNotFoundError:
            return None

    def delete(self, key: str) -> None:
        """Forget a file; forgetting it twice is fine."""
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError("not a key of an attachment")
        return self._folder / key[:2] / key

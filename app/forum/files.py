"""The embedded adapter of ``ports.FileStore``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

PART = ".part"
_KEY = re.compile(r"[\w-]{20,80}", re.ASCII)


class FileFolder:
    """Attachments in a folder, spread over subfolders by the first two characters of their keys."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, key: str, data: bytes) -> None:
        """Keep a file under a new key; it appears under its name only when it is complete."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + PART)
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
        """Forget a file, or the half of one; forgetting it twice is fine."""
        path = self._path(key)
        path.unlink(missing_ok=True)
        path.with_name(path.name + PART).unlink(missing_ok=True)

    def keys(self, before: datetime) -> Iterator[str]:
        """Give the keys of files that were kept before a time; what else lies in the folder is none of ours."""
        for path in self._folder.glob("??/*"):
            key = path.name.removesuffix(PART)
            if _KEY.fullmatch(key) and path.parent.name == key[:2] and _written_before(path, before):
                yield key

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError("not a key of an attachment")
        return self._folder / key[:2] / key


def _written_before(path: Path, instant: datetime) -> bool:
    try:
        return path.stat().st_mtime < instant.timestamp()
    except FileNotFoundError:  # deleted since the folder was listed
        return False

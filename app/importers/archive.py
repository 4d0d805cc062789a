"""Read a dump where it lies: a folder, or an archive whose members are streamed without being unpacked to disk."""

from __future__ import annotations

import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

LARGEST_MEMBER = 200 * 1024**3
"""Bytes; the largest file of the largest public dump is about half of this."""
BEGINNINGS = (b"PK\x03\x04", b"\x1f\x8b", b"\xfd7zXZ\x00", b"BZh")
"""First bytes of zip, gzip, xz and bzip2 files."""


class UnreadableDump(Exception):
    """The dump cannot be used; the message says why, for whoever started the import."""


DAMAGED = (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError)
"""What reading raises where a compressed file is cut short or was changed on its way."""
CANNOT_UNPACK = (NotImplementedError, RuntimeError)
"""What reading raises for a member that is locked with a password, or packed in a way that Python does not know."""


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Say in words what goes wrong while a file is read.

    Raises:
        UnreadableDump: when it is cut short, damaged or cannot be unpacked.

    """
    try:
        yield
    except DAMAGED as error:
        raise UnreadableDump(f"{name} is damaged or cut short: {str(error) or type(error).__name__}") from error
    except CANNOT_UNPACK as error:
        raise UnreadableDump(f"{name} cannot be unpacked: {error}") from error


class Dump:
    """The files of a dump by their bare names, wherever in it they lie.

    Members are never written to disk, so a path such as ``../../etc/passwd`` can do nothing; it is refused all the
    same, because such an archive was made to do harm.
    """

    def __init__(self, path: Path) -> None:
        """Look at a folder, ``.tar``, ``.tar.gz``, ``.tar.xz``, ``.tar.bz2`` or ``.zip``.

        Raises:
            UnreadableDump: when it is none of these, is damaged, or holds members that point outside of it.

        """
        self._path = path
        with reading(path.name):
            self._look()

    def _look(self) -> None:
        path = self._path
        if path.is_dir():
            self._kind = "folder"
            self._members = {p.name: str(p) for p in sorted(path.rglob("*.xml")) if p.is_file()}
            self._sizes = {name: Path(place).stat().st_size for name, place in self._members.items()}
        elif path.is_file() and zipfile.is_zipfile(path):
            self._kind = "zip"
            with zipfile.ZipFile(path) as archive:
                files = [(i.filename, i.file_size) for i in archive.infolist() if not i.is_dir()]
            self._take(files)
        elif path.is_file() and tarfile.is_tarfile(path):
            self._kind = "tar"
            with tarfile.open(path) as archive:
                files = [(m.name, m.size) for m in _checked_members(archive)]
            self._take(files)
        elif path.is_file() and _is_packed(path):
            raise UnreadableDump(f"{path.name} is damaged or cut short: no list of its files can be read")
        else:
            raise UnreadableDump(f"{path} is neither a folder nor a tar or zip archive")

    def size(self, name: str) -> int | None:
        """Return the size of a file in bytes; None when the dump has none of that name."""
        return self._sizes.get(name)

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """Open a file of the dump for reading.

        Raises:
            KeyError: when the dump has none of that name.
            UnreadableDump: while it is read, when it is damaged or cut short.

        """
        place = self._members[name]
        with reading(name), self._opened(name, place) as file:
            yield file

    @contextmanager
    def _opened(self, name: str, place: str) -> Iterator[IO[bytes]]:
        if self._kind == "folder":
            with Path(place).open("rb") as file:
                yield file
        elif self._kind == "zip":
            with zipfile.ZipFile(self._path) as archive, archive.open(place) as file:
                yield file
        else:
            with tarfile.open(self._path) as tar:
                member = tar.extractfile(place)
                if member is None:
                    raise KeyError(name)
                with member:
                    yield member

    def _take(self, files: list[tuple[str, int]]) -> None:
        self._members, self._sizes = {}, {}
        for place, size in files:
            _check_place(place, size)
            name = PurePosixPath(place).name
            if name.endswith(".xml"):
                self._members[name], self._sizes[name] = place, size


def _is_packed(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(6).startswith(BEGINNINGS)


def _checked_members(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Give the plain files.

    Raises:
        UnreadableDump: when there is a link or a device, which no dump has.

    """
    for member in archive:
        if member.isdir():
            _check_place(member.name, 0)
        elif member.isfile():
            yield member
        else:
            raise UnreadableDump(f"{member.name} in the archive is a link or a device")


def _check_place(place: str, size: int) -> None:
    path = PurePosixPath(place.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in place.partition("/")[0]:
        raise UnreadableDump(f"{place} in the archive points outside of it")
    if size > LARGEST_MEMBER:
        raise UnreadableDump(f"{place} in the archive is larger than any dump")

"""What the embedded engines share: a folder of generations, one writer over all processes, readers that keep up.

``current`` names the generation in use; it is replaced by a rename, so every process sees either the old index or the
new one, never a mixture. Locks are ``flock``: the operating system releases them when a process dies, however it dies.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

import structlog

from app.search.contract import Batch, Capabilities, Found, Query, SearchBusy, SearchUnavailable

log = structlog.get_logger(__name__)

R = TypeVar("R")
REFRESH_SECONDS = 1.0
POLL_SECONDS = 0.02
GENERATIONS_KEPT = 2


class Reader(Protocol):
    """A snapshot of one index."""

    def search(self, query: Query) -> Found:
        """Answer a query."""
        ...

    def doc_freqs(self, terms: Collection[str]) -> dict[str, int]:
        """Return how many documents contain each term."""
        ...

    def num_docs(self) -> int:
        """Return how many documents there are."""
        ...

    def versions(self, first_id: int, last_id: int) -> dict[int, int]:
        """Return id and version of the documents in a range of ids."""
        ...

    def vocabulary(self, prefix: str, limit: int) -> list[tuple[str, int]]:
        """Return unstemmed words with the number of their documents."""
        ...

    def word_freqs(self, words: Collection[str], space_ids: Collection[int] | None) -> dict[str, int]:
        """Return how many documents contain each unstemmed word."""
        ...


class Store(Protocol):
    """One index on disk, as an engine's library knows it."""

    def reader(self) -> Reader:
        """Open a snapshot of what is committed now."""
        ...

    def writing(self) -> AbstractContextManager[Batch]:
        """Open a batch; the caller holds the writer's lock."""
        ...

    def close(self) -> None:
        """Let go of files."""
        ...


OpenStore = Callable[[Path], Store]


class FolderIndex:
    """One generation. A reader that fails is opened again once: the folder may have moved on beneath it."""

    def __init__(self, folder: Path, open_store: OpenStore) -> None:
        self.folder = folder
        self._open_store = open_store
        self._opening = threading.Lock()
        self._store: Store | None = None
        self._reader: Reader | None = None
        self._read_at = 0.0

    @contextmanager
    def writing(self, wait_seconds: float = 30.0) -> Iterator[Batch]:
        """Open the one batch that may be open at a time."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with locked(self.folder / "writer.lock", wait_seconds):
            store = self._open_store(self.folder)
            try:
                with store.writing() as batch:
                    yield batch
            finally:
                store.close()
                self._read_at = 0.0  # this process sees its own writing at once

    def refresh(self) -> None:
        """Read what is committed now."""
        with self._opening:
            self._open()

    def search(self, query: Query) -> Found:
        """Answer a query."""
        return self._ask(lambda reader: reader.search(query))

    def doc_freqs(self, terms: Collection[str]) -> Mapping[str, int]:
        """Return how many documents contain each term."""
        return self._ask(lambda reader: reader.doc_freqs(terms))

    def num_docs(self) -> int:
        """Return how many documents there are."""
        return self._ask(lambda reader: reader.num_docs())

    def versions(self, first_id: int, last_id: int) -> Mapping[int, int]:
        """Return id and version of the documents in a range of ids."""
        return self._ask(lambda reader: reader.versions(first_id, last_id))

    def vocabulary(self, prefix: str, limit: int = 20_000) -> Sequence[tuple[str, int]]:
        """Return unstemmed words with the number of their documents."""
        return self._ask(lambda reader: reader.vocabulary(prefix, limit))

    def word_freqs(self, words: Collection[str], space_ids: Collection[int] | None = None) -> Mapping[str, int]:
        """Return how many documents contain each unstemmed word, in these spaces; in all with None."""
        return self._ask(lambda reader: reader.word_freqs(words, space_ids))

    def close(self) -> None:
        """Let go of files."""
        with self._opening:
            self._forget()

    def _ask(self, question: Callable[[Reader], R]) -> R:
        """Put a question to the reader; once more to a new one when anything goes wrong."""
        try:
            return question(self._current())
        except Exception as error:  # noqa: BLE001  # libraries raise anything when files change beneath them
            log.warning("search index reopened", error=type(error).__name__)
        with self._opening:
            self._forget()
            try:
                return question(self._open())
            except Exception as error:
                self._forget()
                raise SearchUnavailable from error

    def _current(self) -> Reader:
        reader = self._reader
        if reader is not None and time.monotonic() - self._read_at < REFRESH_SECONDS:
            return reader
        with self._opening:
            if self._reader is not None and time.monotonic() - self._read_at < REFRESH_SECONDS:
                return self._reader
            return self._open()

    def _open(self) -> Reader:
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._store is None:
            self._store = self._open_store(self.folder)
        self._reader = self._store.reader()
        self._read_at = time.monotonic()
        return self._reader

    def _forget(self) -> None:
        if self._store is not None:
            self._store.close()
        self._store = self._reader = None


class FolderEngine:
    """The generation in use, followed across switches; implements ``contract.SearchEngine``."""

    def __init__(self, root: Path, open_store: OpenStore, capabilities: Capabilities) -> None:
        self._root, self._open_store = root, open_store
        self._capabilities = capabilities
        self._following = threading.Lock()
        self._index: FolderIndex | None = None
        self._looked_at = 0.0
        root.mkdir(parents=True, exist_ok=True)

    @property
    def capabilities(self) -> Capabilities:
        """What this engine can do."""
        return self._capabilities

    @contextmanager
    def writing(self, wait_seconds: float = 30.0) -> Iterator[Batch]:
        """Open a batch on the generation in use; a switch waits for it, and it for a switch."""
        with locked(self._root / "writer.lock", wait_seconds), self._follow().writing(wait_seconds) as batch:
            yield batch

    def refresh(self) -> None:
        """Follow a switch, and read what is committed now."""
        self._follow().refresh()

    def search(self, query: Query) -> Found:
        """Answer a query."""
        return self._fresh().search(query)

    def doc_freqs(self, terms: Collection[str]) -> Mapping[str, int]:
        """Return how many documents contain each term."""
        return self._fresh().doc_freqs(terms)

    def num_docs(self) -> int:
        """Return how many documents there are."""
        return self._fresh().num_docs()

    def versions(self, first_id: int, last_id: int) -> Mapping[int, int]:
        """Return id and version of the documents in a range of ids."""
        return self._fresh().versions(first_id, last_id)

    def vocabulary(self, prefix: str, limit: int = 20_000) -> Sequence[tuple[str, int]]:
        """Return unstemmed words with the number of their documents."""
        return self._fresh().vocabulary(prefix, limit)

    def word_freqs(self, words: Collection[str], space_ids: Collection[int] | None = None) -> Mapping[str, int]:
        """Return how many documents contain each unstemmed word, in these spaces; in all with None."""
        return self._fresh().word_freqs(words, space_ids)

    @contextmanager
    def successor(self) -> Iterator[FolderIndex]:
        """Open the next generation, as far as an interrupted rebuild got."""
        with locked(self._root / "rebuild.lock", 0.0):
            index = FolderIndex(self._next_folder(), self._open_store)
            try:
                yield index
            finally:
                index.close()

    @contextmanager
    def switch(self, wait_seconds: float = 30.0) -> Iterator[None]:
        """Hold off writers; at a clean end the next generation takes over."""
        with locked(self._root / "writer.lock", wait_seconds):
            yield
            successor = self._next_folder()
            _replace_text(self._root / "current", successor.name)
            self._prune()
        self._follow()

    def close(self) -> None:
        """Let go of files."""
        with self._following:
            if self._index is not None:
                self._index.close()
            self._index = None

    def _fresh(self) -> FolderIndex:
        index = self._index
        if index is not None and time.monotonic() - self._looked_at < REFRESH_SECONDS:
            return index
        return self._follow()

    def _follow(self) -> FolderIndex:
        with self._following:
            folder = self._root / self._current_name()
            if self._index is None or self._index.folder != folder:
                self._index = FolderIndex(folder, self._open_store)
            self._looked_at = time.monotonic()
            return self._index

    def _current_name(self) -> str:
        try:
            return (self._root / "current").read_text().strip() or "1"
        except FileNotFoundError:
            return "1"

    def _next_folder(self) -> Path:
        return self._root / str(int(self._current_name()) + 1)

    def _prune(self) -> None:
        """Remove generations that no reader can still be using: all but this one and the one before."""
        newest = int(self._current_name())
        for folder in self._root.iterdir():
            if folder.name.isdigit() and int(folder.name) <= newest - GENERATIONS_KEPT:
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def locked(path: Path, wait_seconds: float) -> Iterator[None]:
    """Hold a lock against every other thread and process.

    Raises:
        SearchBusy: when it does not come free in time.

    """
    path.parent.mkdir(parents=True, exist_ok=True)  # the index is derived: somebody may have deleted it under us
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _wait_for(descriptor, time.monotonic() + wait_seconds)
        yield
    finally:
        os.close(descriptor)


def _wait_for(descriptor: int, until: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise SearchBusy from None
            time.sleep(POLL_SECONDS)
        else:
            return


def _replace_text(path: Path, text: str) -> None:
    temporary = path.with_suffix(".new")
    with temporary.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)

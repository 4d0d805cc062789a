"""The port: what goes into an index, what may be asked, and what an engine promises."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Document:
    """One thing that can be found.

    ``version`` is any non-negative integer below 2**63 that changes whenever the document would; the check compares it
    with the source. ``authors`` are opaque words, ``language`` is a BCP 47 tag.
    """

    id: int
    space_id: int
    version: int
    title: str
    body: str
    created: datetime
    language: str = "en"
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    has_answer: bool = False
    has_accepted: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing to look for: any of the forms, or any word that starts with ``prefix``.

    A form of one term is that term; a form of several terms is a phrase, one position after the other.
    """

    forms: tuple[tuple[str, ...], ...]
    weight: float = 1.0
    prefix: str = ""


class Order(StrEnum):
    """How hits are sorted."""

    RELEVANCE = "relevance"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a query may look at; the spaces are mandatory, everything else narrows further."""

    space_ids: frozenset[int]
    tags: tuple[str, ...] = ()
    excluded_tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    language: str | None = None
    answered: bool | None = None
    accepted: bool | None = None
    since: datetime | None = None
    excluded_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """What to find: at least ``required`` of ``should``, all of ``must``, none of ``must_not``, within ``scope``.

    Without any clause every document of the scope matches.
    """

    scope: Scope
    should: tuple[Clause, ...] = ()
    must: tuple[Clause, ...] = ()
    must_not: tuple[Clause, ...] = ()
    required: int = 1
    order: Order = Order.RELEVANCE
    limit: int = 20
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """One document found, with the engine's own score; scores of two queries cannot be compared."""

    id: int
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """One page of hits and how many there are in all; ``cut_short`` when time ran out before all were looked at."""

    hits: tuple[Hit, ...] = ()
    total: int = 0
    cut_short: bool = False


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine can do well. ``max_terms`` is how many clauses it answers in time."""

    name: str
    max_terms: int
    term_weights: bool = True
    phrase: bool = True
    prefix: bool = True
    snippets: bool = False
    multi_writer: bool = False
    transactional: bool = False


class SearchBusy(Exception):
    """Another process has been writing to the index for longer than the caller may wait; safe to try again."""


class SearchUnavailable(Exception):
    """The index cannot be read, not even after it was opened again."""


class Batch(Protocol):
    """Changes that become visible together when the ``with`` block ends."""

    def upsert(self, documents: Iterable[Document]) -> None:
        """Put documents into the index, each in the place of an earlier one with its id."""
        ...

    def delete(self, ids: Collection[int]) -> None:
        """Remove documents; those that are not there are fine."""
        ...


class Index(Protocol):
    """One index that can be read and written."""

    def writing(self, wait_seconds: float = 30.0) -> AbstractContextManager[Batch]:
        """Open the one batch that may be open at a time, over all threads and processes.

        It is committed at a clean end and dropped at an exception. Read the source *inside* the block: then the last
        batch always carries the newest state.

        Raises:
            SearchBusy: when another batch stays open for longer than ``wait_seconds``.

        """
        ...

    def refresh(self) -> None:
        """See what was committed since; cheap, and done by ``search`` at most once a second anyway."""
        ...

    def search(self, query: Query) -> Found:
        """Answer a query.

        Raises:
            SearchUnavailable: when the index cannot be read; the other questions below raise it as well.

        """
        ...

    def doc_freqs(self, terms: Collection[str]) -> Mapping[str, int]:
        """Return how many documents contain each term."""
        ...

    def num_docs(self) -> int:
        """Return how many documents there are."""
        ...

    def versions(self, first_id: int, last_id: int) -> Mapping[int, int]:
        """Return id and version of every document whose id lies between the two, both included."""
        ...

    def vocabulary(self, prefix: str, limit: int = 20_000) -> Sequence[tuple[str, int]]:
        """Return unstemmed words that start with ``prefix``, each with the number of its documents."""
        ...

    def word_freqs(self, words: Collection[str], space_ids: Collection[int] | None = None) -> Mapping[str, int]:
        """Return how many documents contain each unstemmed word, in these spaces; in all with None."""
        ...

    def close(self) -> None:
        """Let go of files."""
        ...


class SearchEngine(Index, Protocol):
    """The index in use, and the means to build its successor beside it."""

    @property
    def capabilities(self) -> Capabilities:
        """What this engine can do."""
        ...

    def successor(self) -> AbstractContextManager[Index]:
        """Open the next index, continuing where an interrupted rebuild stopped; one at a time.

        Raises:
            SearchBusy: when somebody else is rebuilding.

        """
        ...

    def switch(self, wait_seconds: float = 30.0) -> AbstractContextManager[None]:
        """Hold off writers; at a clean end of the block the successor takes over, atomically for every process."""
        ...


class DocumentSource(Protocol):
    """Where documents come from; the truth that an index copies."""

    def highest_id(self) -> int:
        """Return the largest id that any document has or had; 0 when there is none."""
        ...

    def versions(self, first_id: int, last_id: int) -> Mapping[int, int]:
        """Return id and version of every document that should be findable, both ends included."""
        ...

    def documents(self, ids: Collection[int]) -> Sequence[Document]:
        """Return the documents with these ids that should be findable."""
        ...


@dataclass(frozen=True, slots=True)
class Drift:
    """Where an index and its source differ."""

    checked: int = 0
    missing: tuple[int, ...] = field(default_factory=tuple)
    stale: tuple[int, ...] = field(default_factory=tuple)
    superfluous: tuple[int, ...] = field(default_factory=tuple)

    @property
    def count(self) -> int:
        """Number of documents that differ."""
        return len(self.missing) + len(self.stale) + len(self.superfluous)

    def __add__(self, other: Drift) -> Drift:
        return Drift(
            self.checked + other.checked,
            self.missing + other.missing,
            self.stale + other.stale,
            self.superfluous + other.superfluous,
        )

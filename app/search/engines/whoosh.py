"""Whoosh (its maintained fork ``whoosh3``): pure Python, always there, good to about ten thousand documents.

Guards against faults that were reproduced with it: a searcher is never refreshed but always opened anew (a searcher
that was opened on an empty index cannot be refreshed; after some refreshes every search fails), opening is repeated
when a commit replaces the table of contents meanwhile, a query has at most 20 clauses and a time limit. It does not
call fsync, so a power loss may cost the index: the nightly check heals it.
"""

from __future__ import annotations

import struct
import threading
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any

from whoosh import analysis, fields, index, query, scoring
from whoosh.collectors import TimeLimit, TimeLimitCollector

from app.search import recipe
from app.search.contract import Batch, Capabilities, Clause, Document, Found, Hit, Order, Query, Scope
from app.search.engines.folders import FolderEngine

MAX_TERMS = 20
PREFIX_WORDS = 16
SECONDS = 2.0
OPEN_ATTEMPTS = 5
CAPABILITIES = Capabilities("whoosh", MAX_TERMS)
STACKED = "\x1f"
"""Stands between terms at one position in the text that is handed to the tokenizer below."""


def open_whoosh(root: Path) -> FolderEngine:
    """Open the engine in a folder of its own."""
    return FolderEngine(root, WhooshStore, CAPABILITIES)


class Positions(analysis.Tokenizer):  # type: ignore[misc]  # whoosh ships no types
    """Reads terms that were analysed already: a space between positions, ``STACKED`` between terms at one position."""

    def __call__(self, value: str, positions: bool = False, start_pos: int = 0, **_options: Any) -> Iterator[Any]:
        """Yield whoosh's reused token once for each term."""
        token = analysis.Token(positions, chars=False, removestops=False, mode="index")
        token.boost, token.stopped = 1.0, False
        for number, stacked in enumerate(value.split(" "), start_pos):
            for term in stacked.split(STACKED):
                if term:
                    token.text, token.pos = term, number
                    yield token


def _schema() -> Any:
    return fields.Schema(
        id=fields.ID(stored=True, unique=True),
        version=fields.STORED,
        all=fields.TEXT(analyzer=Positions(), phrase=True, stored=False),
        surface=fields.KEYWORD(scorable=False),
        space=fields.ID,
        tag=fields.KEYWORD(scorable=False),
        author=fields.KEYWORD(scorable=False),
        language=fields.ID,
        state=fields.KEYWORD(scorable=False),
        created=fields.NUMERIC(numtype=int, bits=64, sortable=True),
    )


class WhooshStore:
    """One index folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        if not index.exists_in(self._folder):
            index.create_in(self._folder, _schema()).close()
        self._open: list[Any] = []

    def reader(self) -> WhooshReader:
        """Open a snapshot of what is committed now."""
        last: Exception | None = None
        for _ in range(OPEN_ATTEMPTS):
            try:
                searcher = index.open_dir(self._folder).searcher(weighting=scoring.BM25F(B=0.75, K1=1.2))
            except (OSError, EOFError, index.IndexError, struct.error) as error:
                last = error
            else:
                return WhooshReader(searcher)
        raise last or OSError(self._folder)

    @contextmanager
    def writing(self) -> Iterator[Batch]:
        """Open a batch."""
        writer = index.open_dir(self._folder).writer(limitmb=64)
        try:
            yield WhooshBatch(writer)
        except BaseException:
            writer.cancel()
            raise
        writer.commit()

    def close(self) -> None:
        """Nothing to let go of: snapshots close their files when they are dropped."""


class WhooshBatch:
    """Changes on their way."""

    def __init__(self, writer: Any) -> None:
        self._writer = writer

    def upsert(self, documents: Iterable[Document]) -> None:
        """Put documents into the index, each in the place of an earlier one with its id."""
        for document in documents:
            self._writer.update_document(**_native_document(document))

    def delete(self, ids: Collection[int]) -> None:
        """Remove documents."""
        for number in ids:
            self._writer.delete_by_term("id", str(number))


class WhooshReader:
    """A snapshot. Threads take turns: matchers of one searcher move positions in files that they share."""

    def __init__(self, searcher: Any) -> None:
        self._searcher = searcher
        self._turn = threading.RLock()
        self._versions: dict[int, int] | None = None  # read once: a snapshot does not change

    def search(self, wanted: Query) -> Found:
        """Answer a query; when time runs out, with the best of what was seen until then."""
        if not wanted.scope.space_ids or self.num_docs() == 0:
            return Found()
        with self._turn:
            return self._search(wanted)

    def _search(self, wanted: Query) -> Found:
        by_time = wanted.order is Order.NEWEST
        collector = self._searcher.collector(
            limit=wanted.offset + wanted.limit,
            sortedby="created" if by_time else None,
            reverse=by_time,
            filter=self._scope(wanted.scope),
            mask=self._excluded(wanted),
        )
        limited = TimeLimitCollector(collector, SECONDS, use_alarm=False)
        with suppress(TimeLimit):
            self._searcher.search_with_collector(self._native(wanted), limited)
        results = collector.results()
        page = results.top_n[wanted.offset :]
        hits = tuple(Hit(int(self._searcher.stored_fields(number)["id"]), float(score)) for score, number in page)
        return Found(hits, len(results))

    def doc_freqs(self, terms: Collection[str]) -> dict[str, int]:
        """Return how many documents contain each term."""
        with self._turn:
            return {term: int(self._searcher.doc_frequency("all", term)) for term in terms}

    def num_docs(self) -> int:
        """Return how many documents there are."""
        return int(self._searcher.reader().doc_count())

    def versions(self, first_id: int, last_id: int) -> dict[int, int]:
        """Return id and version of the documents in a range of ids."""
        if self._versions is None:
            with self._turn:
                stored = self._searcher.reader().all_stored_fields()
                self._versions = {int(row["id"]): int(row["version"]) for row in stored}
        return {number: version for number, version in self._versions.items() if first_id <= number <= last_id}

    def vocabulary(self, prefix: str, limit: int) -> list[tuple[str, int]]:
        """Return unstemmed words with the number of their documents."""
        reader = self._searcher.reader()
        with self._turn:
            words = list(islice(reader.expand_prefix("surface", prefix), limit))
            decoded = [word.decode() if isinstance(word, bytes) else str(word) for word in words]
            return [(word, int(reader.doc_frequency("surface", word))) for word in decoded]

    def _native(self, wanted: Query) -> Any:
        parts = [_clause(self, clause) for clause in wanted.must]
        if wanted.should:
            options = [_clause(self, clause) for clause in wanted.should]
            if len(options) == 1:
                parts.append(options[0])
            elif wanted.required >= len(options):
                parts.append(query.And(options))
            else:
                parts.append(query.Or(options, minmatch=wanted.required))
        if not parts:
            return query.Every()
        return parts[0] if len(parts) == 1 else query.And(parts)

    def _scope(self, scope: Scope) -> Any:
        parts = [_any_of("space", [str(number) for number in sorted(scope.space_ids)])]
        parts += [query.Term("tag", tag) for tag in scope.tags]
        if scope.authors:
            parts.append(_any_of("author", scope.authors))
        if scope.language:
            parts.append(query.Term("language", scope.language))
        if scope.answered is not None:
            parts.append(query.Term("state", "answered" if scope.answered else "unanswered"))
        if scope.accepted is not None:
            parts.append(query.Term("state", "accepted" if scope.accepted else "unaccepted"))
        if scope.since is not None:
            parts.append(query.NumericRange("created", int(scope.since.timestamp()), None))
        return parts[0] if len(parts) == 1 else query.And(parts)

    def _excluded(self, wanted: Query) -> Any:
        parts = [_clause(self, clause) for clause in wanted.must_not]
        parts += [query.Term("tag", tag) for tag in wanted.scope.excluded_tags]
        parts += [query.Term("id", str(number)) for number in wanted.scope.excluded_ids]
        return query.Or(parts) if parts else None


def _clause(reader: WhooshReader, clause: Clause) -> Any:
    options = [_form(form) for form in clause.forms]
    if clause.prefix:
        options += [query.Term("surface", word) for word, _ in reader.vocabulary(clause.prefix, PREFIX_WORDS)]
    if not options:
        return query.NullQuery
    found = options[0] if len(options) == 1 else query.DisjunctionMax(options)
    if clause.weight == 1.0:
        return found
    return found.with_boost(clause.weight)


def _form(form: tuple[str, ...]) -> Any:
    return query.Term("all", form[0]) if len(form) == 1 else query.Phrase("all", list(form))


def _any_of(field: str, values: Iterable[str]) -> Any:
    return query.Or([query.Term(field, value) for value in values])


def _native_document(document: Document) -> dict[str, Any]:
    terms = recipe.terms_of(document)
    return {
        "id": str(document.id),
        "version": document.version,
        "all": " ".join(STACKED.join(stacked) for stacked in terms.positions),
        "surface": " ".join(terms.surfaces),
        "space": str(document.space_id),
        "tag": " ".join(document.tags),
        "author": " ".join(document.authors),
        "language": document.language,
        "state": " ".join(
            ("answered" if document.has_answer else "unanswered", "accepted" if document.has_accepted else "unaccepted")
        ),
        "created": int(document.created.timestamp()),
    }

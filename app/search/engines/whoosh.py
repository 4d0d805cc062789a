"""Whoosh (its maintained fork ``whoosh3``): pure Python, always there, good to some ten thousand documents.

Guards against faults that were reproduced with it: a searcher is never refreshed but always opened anew (a searcher
that was opened on an empty index cannot be refreshed; after some refreshes every search fails), opening is repeated
when a commit replaces the table of contents meanwhile, a query has at most 20 clauses and a time limit. Words are
scored by ``impacts``, everything else by Whoosh. It does not call fsync, so a power loss may cost the index: the
nightly check heals it.
"""

from __future__ import annotations

import struct
import threading
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from heapq import nsmallest
from itertools import islice
from pathlib import Path
from typing import Any

from whoosh import index, query, scoring
from whoosh.collectors import TimeLimit, TimeLimitCollector

from app.search.contract import Batch, Capabilities, Clause, Document, Found, Hit, Order, Query, Scope
from app.search.engines.folders import FolderEngine
from app.search.engines.impacts import Impacts, rarity
from app.search.engines.whoosh_fields import native_document, schema

MAX_TERMS = 20
PREFIX_WORDS = 16
SECONDS = 2.0
OPEN_ATTEMPTS = 5
CAPABILITIES = Capabilities("whoosh", MAX_TERMS)


def open_whoosh(root: Path) -> FolderEngine:
    """Open the engine in a folder of its own."""
    return FolderEngine(root, WhooshStore, CAPABILITIES)


class WhooshStore:
    """One index folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._impacts = Impacts()
        self._newest: tuple[tuple[int, int], WhooshReader] | None = None
        if not index.exists_in(self._folder):
            index.create_in(self._folder, schema()).close()

    def reader(self) -> WhooshReader:
        """Open a snapshot of what is committed now; the same one as before when nothing was."""
        last: Exception | None = None
        for _ in range(OPEN_ATTEMPTS):
            try:
                opened = index.open_dir(self._folder)
                commit = self._commit(opened.latest_generation())
                if self._newest is None or self._newest[0] != commit:
                    searcher = opened.searcher(weighting=scoring.BM25F(B=0.75, K1=1.2))
                    self._newest = commit, WhooshReader(searcher, self._impacts)
            except (OSError, EOFError, index.IndexError, struct.error) as error:
                last = error
            else:
                return self._newest[1]
        raise last or OSError(self._folder)

    def _commit(self, generation: int) -> tuple[int, int]:
        """Tell one commit from every other, also when somebody deleted the folder and it began again from the first."""
        return generation, (Path(self._folder) / f"_MAIN_{generation}.toc").stat().st_mtime_ns

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
            self._writer.update_document(**native_document(document))

    def delete(self, ids: Collection[int]) -> None:
        """Remove documents."""
        for number in ids:
            self._writer.delete_by_term("id", str(number))


class WhooshReader:
    """A snapshot. Threads take turns: matchers of one searcher move positions in files that they share."""

    def __init__(self, searcher: Any, impacts: Impacts) -> None:
        self._searcher, self._impacts = searcher, impacts
        self._turn = threading.RLock()
        self._versions: dict[int, int] | None = None  # read once: a snapshot does not change
        self._in_spaces: dict[frozenset[int], frozenset[int]] = {}

    def search(self, wanted: Query) -> Found:
        """Answer a query; when time runs out, with the best of what was seen until then."""
        if not wanted.scope.space_ids or self.num_docs() == 0:
            return Found()
        if not self._turn.acquire(timeout=SECONDS):
            return Found(cut_short=True)
        try:
            if wanted.should and not wanted.must and wanted.order is Order.RELEVANCE:
                return self._ranked(wanted)
            return self._collected(wanted)
        finally:
            self._turn.release()

    def _ranked(self, wanted: Query) -> Found:
        scores: dict[int, float] = {}
        matched: dict[int, int] = {}
        for clause in wanted.should:
            for number, score in self._scores(clause).items():
                scores[number] = scores.get(number, 0.0) + clause.weight * score
                matched[number] = matched.get(number, 0) + 1
        allowed = self._allowed(wanted)
        required = min(wanted.required, len(wanted.should))
        found = [(-scores[n], n) for n, count in matched.items() if count >= required and n in allowed]
        page = nsmallest(wanted.offset + wanted.limit, found)[wanted.offset :]
        return Found(tuple(self._hit(number, -score) for score, number in page), len(found))

    def _scores(self, clause: Clause) -> dict[int, float]:
        """Return what one clause adds to each document that it matches: its best form counts."""
        options = [
            self._term_scores("all", form[0]) if len(form) == 1 else self._phrase_scores(form) for form in clause.forms
        ]
        if clause.prefix:
            words = self.vocabulary(clause.prefix, PREFIX_WORDS)
            options += [self._term_scores("surface", word) for word, _ in words]
        best, *others = options or [{}]
        for other in others:
            for number, score in other.items():
                if score > best.get(number, 0.0):
                    best[number] = score
        return best

    def _term_scores(self, field: str, term: str) -> dict[int, float]:
        telling = rarity(self.num_docs(), int(self._searcher.doc_frequency(field, term)))
        return {
            base + number: telling * impact
            for base, (numbers, impacts) in self._impacts.of(self._searcher, field, term)
            for number, impact in zip(numbers, impacts, strict=True)
        }

    def _phrase_scores(self, form: tuple[str, ...]) -> dict[int, float]:
        if not all(self._searcher.doc_frequency("all", term) for term in form):
            return {}
        results, _ = self._limited(_form(form), self._searcher.collector(limit=None))
        return {number: float(score) for score, number in results.top_n}

    def _allowed(self, wanted: Query) -> Collection[int]:
        """Return the documents of the scope. Most queries name spaces only, and a snapshot's spaces do not change."""
        spaces = wanted.scope.space_ids
        excluded = self._excluded(wanted)
        if wanted.scope == Scope(spaces, excluded_ids=wanted.scope.excluded_ids):
            allowed = self._in(spaces)
        else:
            allowed = frozenset(self._searcher.docs_for_query(self._scope(wanted.scope)))
        return allowed - set(self._searcher.docs_for_query(excluded)) if excluded else allowed

    def _in(self, spaces: frozenset[int]) -> frozenset[int]:
        """Return the documents of some spaces."""
        if spaces not in self._in_spaces:
            self._in_spaces = {spaces: frozenset(self._searcher.docs_for_query(self._scope(Scope(spaces))))}
        return self._in_spaces[spaces]

    def _collected(self, wanted: Query) -> Found:
        by_time = wanted.order is Order.NEWEST
        collector = self._searcher.collector(
            limit=wanted.offset + wanted.limit,
            sortedby="created" if by_time else None,
            reverse=by_time,
            filter=self._scope(wanted.scope),
            mask=self._excluded(wanted),
        )
        results, in_time = self._limited(self._native(wanted), collector)
        page = results.top_n[wanted.offset :]
        hits = tuple(self._hit(number, float(score)) for score, number in page)
        return Found(hits, len(results), cut_short=not in_time)

    def _limited(self, native: Any, collector: Any) -> tuple[Any, bool]:
        """Return what was collected, and whether that is all."""
        limited = TimeLimitCollector(collector, SECONDS, use_alarm=False)
        with suppress(TimeLimit):
            self._searcher.search_with_collector(native, limited)
        return collector.results(), not limited.timedout

    def _hit(self, number: int, score: float) -> Hit:
        return Hit(int(self._searcher.stored_fields(number)["id"]), score)

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

    def word_freqs(self, words: Collection[str], space_ids: Collection[int] | None) -> dict[str, int]:
        """Return how many documents contain each unstemmed word."""
        with self._turn:
            found = {word: int(self._searcher.doc_frequency("surface", word)) for word in words}
            if space_ids is None:
                return found
            here = self._in(frozenset(space_ids))
            return {w: len(here.intersection(self._term_scores("surface", w))) if n else 0 for w, n in found.items()}

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

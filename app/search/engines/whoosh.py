"""Whoosh (its maintained fork ``whoosh3``): pure Python, always there, good to some ten thousand documents.

Guards against faults that were reproduced with it: a searcher is never refreshed but always opened anew (a searcher
that was opened on an empty index cannot be refreshed; after some refreshes every search fails), opening is repeated
when a commit replaces the table of contents meanwhile, a query has at most 20 clauses and a time limit. Whoosh keeps
the postings and answers filters; words and phrases are matched and scored by ``impacts``, up to thirty times faster. It
does not call fsync, so a power loss may cost the index: the nightly check heals it.
"""

from __future__ import annotations

import struct
import threading
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from heapq import nsmallest
from itertools import islice
from pathlib import Path
from typing import Any

from whoosh import index, query

from app.search.contract import Batch, Capabilities, Clause, Document, Found, Hit, Order, Query, Scope
from app.search.engines.folders import FolderEngine
from app.search.engines.impacts import Deadline, Impacts, OutOfTime, Postings, rarity
from app.search.engines.prefixes import most_frequent
from app.search.engines.whoosh_fields import native_document, schema

MAX_TERMS = 20
PREFIX_WORDS = 16
PREFIX_LOOKED_AT = 150
"""Of so many words that begin alike the most frequent are looked for; the others are mostly addresses and paths."""
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
                    searcher = opened.searcher()
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
        self._created: array[int] | None = None
        self._in_spaces: dict[frozenset[int], frozenset[int]] = {}

    def search(self, wanted: Query) -> Found:
        """Answer a query; when time runs out, with the best of what was seen until then."""
        if not wanted.scope.space_ids or self.num_docs() == 0:
            return Found()
        if not self._turn.acquire(timeout=SECONDS):
            return Found(cut_short=True)
        try:
            return self._answer(wanted, Deadline(SECONDS))
        finally:
            self._turn.release()

    def _answer(self, wanted: Query, deadline: Deadline) -> Found:
        found, scores, cut_short = self._allowed(wanted.scope), dict[int, float](), False
        try:
            for clause in wanted.must_not:
                found = found.difference(self._scores(clause, deadline))
            for clause in wanted.must:
                added = self._scores(clause, deadline)
                found = found.intersection(added)
                scores = {number: scores.get(number, 0.0) + added[number] for number in found}
        except OutOfTime:
            return Found(cut_short=True)
        if wanted.should:
            found, cut_short = self._with_enough(wanted, found, scores, deadline)
        page = self._first(wanted, found, scores)
        return Found(tuple(self._hit(n, scores.get(n, 0.0)) for n in page), len(found), cut_short)

    def _with_enough(
        self, wanted: Query, allowed: frozenset[int], scores: dict[int, float], deadline: Deadline
    ) -> tuple[frozenset[int], bool]:
        """Return the documents with enough of the clauses, and whether time ran out; adds to the scores."""
        matched: dict[int, int] = {}
        cut_short = False
        try:
            for clause in wanted.should:
                for number, score in self._scores(clause, deadline).items():
                    scores[number] = scores.get(number, 0.0) + clause.weight * score
                    matched[number] = matched.get(number, 0) + 1
        except OutOfTime:
            cut_short = True
        required = min(wanted.required, len(wanted.should))
        return frozenset(n for n, count in matched.items() if count >= required and n in allowed), cut_short

    def _first(self, wanted: Query, found: Collection[int], scores: Mapping[int, float]) -> list[int]:
        """Return the documents of the page that is asked for."""
        by_time = wanted.order is Order.NEWEST
        worth = self._times().__getitem__ if by_time else lambda number: scores.get(number, 0.0)
        return nsmallest(wanted.offset + wanted.limit, found, key=lambda n: (-worth(n), n))[wanted.offset :]

    def _times(self) -> Sequence[int]:
        """Return when each document was created; read once, a snapshot does not change."""
        if self._created is None:
            reader = self._searcher.reader()
            column = reader.column_reader("created")
            self._created = array("q", (int(column[number]) for number in range(reader.doc_count_all())))
        return self._created

    def _scores(self, clause: Clause, deadline: Deadline) -> dict[int, float]:
        """Return what one clause adds to each document that it matches: its best form counts."""
        deadline.check()
        options = [
            self._term_scores("all", form[0]) if len(form) == 1 else self._phrase_scores(form, deadline)
            for form in clause.forms
        ]
        if clause.prefix:
            words = most_frequent(self.vocabulary(clause.prefix, PREFIX_LOOKED_AT), PREFIX_WORDS)
            options += [self._term_scores("surface", word) for word, _ in words]
        best, *others = options or [{}]
        for other in others:
            for number, score in other.items():
                if score > best.get(number, 0.0):
                    best[number] = score
        return best

    def _term_scores(self, field: str, term: str) -> dict[int, float]:
        return _scaled(self._rarity(field, term), self._impacts.of_term(self._searcher, field, term))

    def _phrase_scores(self, form: tuple[str, ...], deadline: Deadline) -> dict[int, float]:
        telling = sum(self._rarity("all", term) for term in form)
        return _scaled(telling, self._impacts.of_phrase(self._searcher, "all", form, deadline))

    def _rarity(self, field: str, term: str) -> float:
        return rarity(self.num_docs(), int(self._searcher.doc_frequency(field, term)))

    def _allowed(self, scope: Scope) -> frozenset[int]:
        """Return the documents of the scope. Most queries name spaces only, and a snapshot's spaces do not change."""
        allowed = self._in(scope.space_ids)
        if narrower := _narrower(scope):
            allowed = allowed.intersection(self._searcher.docs_for_query(narrower))
        if scope.since is not None:
            since, created = int(scope.since.timestamp()), self._times()
            allowed = frozenset(number for number in allowed if created[number] >= since)
        excluded = [query.Term("tag", tag) for tag in scope.excluded_tags]
        excluded += [query.Term("id", str(number)) for number in scope.excluded_ids]
        return allowed.difference(self._searcher.docs_for_query(query.Or(excluded))) if excluded else allowed

    def _in(self, spaces: frozenset[int]) -> frozenset[int]:
        """Return the documents of some spaces."""
        if spaces not in self._in_spaces:
            here = _any_of("space", [str(number) for number in sorted(spaces)])
            self._in_spaces = {spaces: frozenset(self._searcher.docs_for_query(here))}
        return self._in_spaces[spaces]

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
        found: dict[bytes, int] = {}
        with self._turn:  # asked segment by segment: merging their words first takes four times as long
            for leaf, _ in self._searcher.reader().leaf_readers():
                for word, known in islice(leaf.iter_prefix("surface", prefix), limit):
                    found[word] = found.get(word, 0) + int(known.doc_frequency())
        return [(word.decode(), found[word]) for word in sorted(found)[:limit]]

    def word_freqs(self, words: Collection[str], space_ids: Collection[int] | None) -> dict[str, int]:
        """Return how many documents contain each unstemmed word."""
        with self._turn:
            found = {word: int(self._searcher.doc_frequency("surface", word)) for word in words}
            if space_ids is None:
                return found
            here = self._in(frozenset(space_ids))
            return {w: len(here.intersection(self._term_scores("surface", w))) if n else 0 for w, n in found.items()}


def _narrower(scope: Scope) -> Any:
    """Return what narrows a scope further than its spaces do; None when nothing does."""
    parts = [query.Term("tag", tag) for tag in scope.tags]
    if scope.authors:
        parts.append(_any_of("author", scope.authors))
    if scope.language:
        parts.append(query.Term("language", scope.language))
    if scope.answered is not None:
        parts.append(query.Term("state", "answered" if scope.answered else "unanswered"))
    if scope.accepted is not None:
        parts.append(query.Term("state", "accepted" if scope.accepted else "unaccepted"))
    return query.And(parts) if parts else None


def _any_of(field: str, values: Iterable[str]) -> Any:
    return query.Or([query.Term(field, value) for value in values])


def _scaled(telling: float, found: Iterable[tuple[int, Postings]]) -> dict[int, float]:
    return {
        base + number: telling * impact
        for base, (numbers, impacts) in found
        for number, impact in zip(numbers, impacts, strict=True)
    }

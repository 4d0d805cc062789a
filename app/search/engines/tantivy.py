"""Tantivy: a Rust library in this process; readers are snapshots that cost nothing to keep."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Occur
from tantivy import Query as Native

from app.search import recipe
from app.search.contract import Batch, Capabilities, Clause, Document, Found, Hit, Order, Query, Scope
from app.search.engines.folders import FolderEngine
from app.search.engines.prefixes import most_frequent

MAX_TERMS = 40
PREFIX_WORDS = 64
PREFIX_LOOKED_AT = 2000
"""Of so many words that begin alike the most frequent are looked for; the others are mostly addresses and paths."""
FEW_SPACES = 8
"""Up to so many spaces it is cheaper to follow the documents of each; with all in one, a search takes a third less."""
WRITER_BYTES = 64 * 1024 * 1024
"""Memory of one batch before it is flushed; Tantivy refuses less than 15 MB."""
CAPABILITIES = Capabilities("tantivy", MAX_TERMS)


def open_tantivy(root: Path) -> FolderEngine:
    """Open the engine in a folder of its own."""
    return FolderEngine(root, TantivyStore, CAPABILITIES)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("id", indexed=True, fast=True)
    builder.add_unsigned_field("version", fast=True)
    builder.add_unsigned_field("space", indexed=True)
    builder.add_integer_field("created", indexed=True, fast=True)
    builder.add_text_field("all", tokenizer_name="whitespace", index_option="position")
    for name in ("surface", "tag", "author", "language", "state"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    return builder.build()


class TantivyStore:
    """One index folder."""

    def __init__(self, folder: Path) -> None:
        self._schema = _schema()
        self._index = tantivy.Index(self._schema, path=str(folder))

    def reader(self) -> TantivyReader:
        """Open a snapshot of what is committed now."""
        self._index.reload()
        return TantivyReader(self._index.searcher(), self._schema)

    @contextmanager
    def writing(self) -> Iterator[Batch]:
        """Open a batch; merging of segments is finished before the lock is given back."""
        writer = self._index.writer(heap_size=WRITER_BYTES, num_threads=1)
        try:
            yield TantivyBatch(writer, self._schema)
            writer.commit()
        except BaseException:
            writer.rollback()
            raise
        finally:
            writer.wait_merging_threads()

    def close(self) -> None:
        """Nothing to let go of: files are mapped until the last snapshot is dropped."""


class TantivyBatch:
    """Changes on their way."""

    def __init__(self, writer: tantivy.IndexWriter, schema: tantivy.Schema) -> None:
        self._writer, self._schema = writer, schema

    def upsert(self, documents: Iterable[Document]) -> None:
        """Put documents into the index, each in the place of an earlier one with its id."""
        latest = {document.id: document for document in documents}
        self.delete(latest)
        for document in latest.values():
            self._writer.add_document(_native_document(document))

    def delete(self, ids: Collection[int]) -> None:
        """Remove documents."""
        if ids:
            self._writer.delete_documents_by_query(Native.term_set_query(self._schema, "id", list(ids)))


class TantivyReader:
    """A snapshot."""

    def __init__(self, searcher: tantivy.Searcher, schema: tantivy.Schema) -> None:
        self._searcher, self._schema = searcher, schema

    def search(self, query: Query) -> Found:
        """Answer a query."""
        if not query.scope.space_ids:
            return Found()
        by_time = query.order is Order.NEWEST
        result = self._searcher.search(
            self._native(query),
            limit=query.limit,
            offset=query.offset,
            order_by_field="created" if by_time else None,
        )
        ids = self._searcher.fast_field_values("id", [address for _, address in result.hits])
        hits = (Hit(int(i or 0), float(score)) for i, (score, _) in zip(ids, result.hits, strict=True))
        return Found(tuple(hits), int(result.count))  # type: ignore[attr-defined]  # missing in the library's stub

    def doc_freqs(self, terms: Collection[str]) -> dict[str, int]:
        """Return how many documents contain each term."""
        return {term: self._searcher.doc_freq("all", term) for term in terms}

    def num_docs(self) -> int:
        """Return how many documents there are."""
        return self._searcher.num_docs

    def versions(self, first_id: int, last_id: int) -> dict[int, int]:
        """Return id and version of the documents in a range of ids."""
        limit = max(1, min(last_id - first_id + 1, self._searcher.num_docs))
        between = Native.range_query(self._schema, "id", tantivy.FieldType.Unsigned, first_id, last_id)
        found = self._searcher.search(between, limit=limit, count=False, order_by_field="id")
        addresses = [address for _, address in found.hits]
        versions = self._searcher.fast_field_values("version", addresses)
        return {int(i): int(v or 0) for (i, _), v in zip(found.hits, versions, strict=True)}

    def vocabulary(self, prefix: str, limit: int) -> list[tuple[str, int]]:
        """Return unstemmed words with the number of their documents."""
        return self._searcher.terms_with_prefix("surface", prefix, limit=limit)

    def word_freqs(self, words: Collection[str], space_ids: Collection[int] | None) -> dict[str, int]:
        """Return how many documents contain each unstemmed word."""
        found = {word: self._searcher.doc_freq("surface", word) for word in words}
        if space_ids is None:
            return found
        here = self._in(space_ids)
        return {word: self._count(here, self._term("surface", word)) if many else 0 for word, many in found.items()}

    def _count(self, *required: Native) -> int:
        both = Native.boolean_query([(Occur.Must, query) for query in required])
        return int(self._searcher.search(both, limit=1).count)  # type: ignore[attr-defined]  # not in the stub

    def _native(self, query: Query) -> Native:
        parts = [(Occur.Must, Native.const_score_query(q, 0.0)) for q in self._scope(query.scope)]
        parts += [(Occur.MustNot, q) for q in self._excluded(query)]
        parts += [(Occur.Must, self._clause(clause)) for clause in query.must]
        if query.should:
            wanted = [(Occur.Should, self._clause(clause)) for clause in query.should]
            parts.append((Occur.Must, Native.boolean_query(wanted, minimum_number_should_match=query.required)))
        return Native.boolean_query(parts)

    def _clause(self, clause: Clause) -> Native:
        options = [self._form(form) for form in clause.forms]
        if clause.prefix:
            words = most_frequent(self.vocabulary(clause.prefix, PREFIX_LOOKED_AT), PREFIX_WORDS)
            options += [self._term("surface", word) for word, _ in words]
        if not options:
            return Native.empty_query()
        query = options[0] if len(options) == 1 else Native.disjunction_max_query(options)
        return query if clause.weight == 1.0 else Native.boost_query(query, clause.weight)

    def _form(self, form: tuple[str, ...]) -> Native:
        if len(form) == 1:
            return self._term("all", form[0], "position")
        return Native.phrase_query(self._schema, "all", list(form))

    def _term(self, field: str, value: Any, option: str = "basic") -> Native:
        return Native.term_query(self._schema, field, value, option)

    def _scope(self, scope: Scope) -> Iterator[Native]:
        yield self._in(scope.space_ids)
        yield from (self._term("tag", tag) for tag in scope.tags)
        if scope.authors:
            yield Native.term_set_query(self._schema, "author", list(scope.authors))
        if scope.language:
            yield self._term("language", scope.language)
        if scope.answered is not None:
            yield self._term("state", "answered" if scope.answered else "unanswered")
        if scope.accepted is not None:
            yield self._term("state", "accepted" if scope.accepted else "unaccepted")
        if scope.since is not None:
            since = int(scope.since.timestamp())
            yield Native.range_query(self._schema, "created", tantivy.FieldType.Integer, lower_bound=since)

    def _in(self, space_ids: Collection[int]) -> Native:
        """Look into some spaces: a few one after the other, because a set is laid out over all documents."""
        if not 0 < len(space_ids) <= FEW_SPACES:
            return Native.term_set_query(self._schema, "space", sorted(space_ids))
        return Native.boolean_query([(Occur.Should, self._term("space", number)) for number in sorted(space_ids)])

    def _excluded(self, query: Query) -> Iterator[Native]:
        yield from (self._clause(clause) for clause in query.must_not)
        yield from (self._term("tag", tag) for tag in query.scope.excluded_tags)
        if query.scope.excluded_ids:
            yield Native.term_set_query(self._schema, "id", list(query.scope.excluded_ids))


def _native_document(document: Document) -> tantivy.Document:
    native = tantivy.Document()
    native.add_unsigned("id", document.id)
    native.add_unsigned("version", document.version)
    native.add_unsigned("space", document.space_id)
    native.add_integer("created", int(document.created.timestamp()))
    terms = recipe.terms_of(document)
    native.add_pre_tokenized_text("all", _pre_tokenized(terms))
    for word in terms.surfaces:
        native.add_text("surface", word)
    for tag in document.tags:
        native.add_text("tag", tag)
    for author in document.authors:
        native.add_text("author", author)
    native.add_text("language", document.language)
    native.add_text("state", "answered" if document.has_answer else "unanswered")
    native.add_text("state", "accepted" if document.has_accepted else "unaccepted")
    return native


def _pre_tokenized(terms: recipe.Terms) -> tantivy.PreTokenizedString:
    token = tantivy.Token
    tokens = [token(term, number, 0, 0) for number, stacked in enumerate(terms.positions) for term in stacked]
    return tantivy.PreTokenizedString("", tokens)

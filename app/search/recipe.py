"""Which terms to ask for and how much each counts: the same for every engine.

The combined field is the title three times and the body once, ranked by BM25 with k1 = 1.2 and b = 0.75. «Similar»
weighs title terms 1 and the 30 most telling body terms 0.35 · (1 + ln tf): the weighting found 48 % of real duplicate
links within the first 20, the title alone 39 %. Of what is about as similar, people point to the solved, the answered,
the recent, and to what they can read. Taking body terms by how telling they are, not by how frequent, and the factors
below were chosen on half of the links of ``tests.search.quality``; on the other half they raised what is found within
the first ten from 40 to 44 % (mean of one over the place: 0.222 to 0.248), and while typing the latter from 0.141 to
0.155.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import nlargest
from typing import Protocol, TypeAlias

from app.search import analysis
from app.search.contract import Capabilities, Clause, Document, Found, Hit, Order, Query, Scope
from app.search.parsing import Typed

TITLE_REPEATS = 3
BODY_LOOKED_AT = 100
BODY_TERMS = 30
BODY_WEIGHT = 0.35
TITLE_WEIGHT = 1.0
LONGEST_BODY = 8000
ALL_REQUIRED_UP_TO = 3
REQUIRED_SHARE = 0.6
REQUIRED_SHARE_OF_PASTED = 0.3
PASTED_FROM = 13
COMMONPLACE_SHARE = 0.2
ENOUGH_RARE = 3
REQUIRED_OF_TITLE = 2
"""One word in common with a title is chance; with a body the weights decide, and counting matches doubles the time."""
SHORT_TITLE = 2
"""Of so few words any will do when nothing has them all."""
CANDIDATES = 40
"""So many similar questions are looked at before the likeliest are shown."""
SOLVED_FACTOR = 1.25
ANSWERED_FACTOR = 1.2
READABLE_FACTOR = 1.5
NEW_BONUS = 1.0
NEW_BONUS_HALVES = timedelta(days=90)
SHORTEST_LIVE_PREFIX = 2
SHORTEST_BARE_PART = 3


Forms: TypeAlias = "tuple[tuple[str, ...], ...]"


class Statistics(Protocol):
    """What the recipe needs to know of an index."""

    @property
    def capabilities(self) -> Capabilities:
        """What the engine can do."""
        ...

    def doc_freqs(self, terms: Collection[str]) -> Mapping[str, int]:
        """Return how many documents contain each term."""
        ...

    def num_docs(self) -> int:
        """Return how many documents there are."""
        ...

    def search(self, query: Query) -> Found:
        """Answer a query."""
        ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """One word of a query before it is weighed: how it was typed, and what it may look like in the index."""

    typed: str
    clause: Clause


@dataclass(frozen=True, slots=True)
class Terms:
    """What an engine indexes of a document: the combined field by position, and its distinct words as written."""

    positions: tuple[analysis.Position, ...]
    surfaces: frozenset[str]


def terms_of(document: Document) -> Terms:
    """Analyse a document; an empty position keeps phrases from crossing from one text into the next."""
    title = analysis.analysed(document.title, document.language)
    body = analysis.analysed(document.body, document.language)
    in_title = [*(position for chunk in title for position in chunk.positions), ()]
    in_body = (position for chunk in body for position in chunk.positions)
    words = {word for chunk in {*title, *body} for word in chunk.surfaces}
    return Terms((*(in_title * TITLE_REPEATS), *in_body), frozenset(words.union(document.tags)))


def wanted_words(words: Sequence[str], languages: Sequence[str]) -> list[Wanted]:
    """Turn typed words into clauses; words that say nothing are dropped unless there are no others."""
    found = [Wanted(chunk, _clause(chunk, languages)) for word in words for chunk in analysis.chunks(word)]
    found = [w for w in found if w.clause.forms]
    distinct = {w.clause.forms: w for w in _telling(found, languages) or found}
    return list(distinct.values())


def _telling(words: Sequence[Wanted], languages: Sequence[str]) -> list[Wanted]:
    return [w for w in words if not analysis.is_stop_word(w.typed, languages)]


def text_query(
    statistics: Statistics,
    typed: Typed,
    scope: Scope,
    languages: Sequence[str],
    *,
    live: bool = False,
    order: Order = Order.RELEVANCE,
    limit: int = 20,
    offset: int = 0,
) -> Query:
    """Build the query for what somebody typed.

    Up to three words are all required; of more, three in five; of a pasted text, its most telling words and a third of
    them. With ``live`` the last word may still be unfinished.
    """
    words = wanted_words(typed.words, languages)
    if live and words and len(words[-1].typed) >= SHORTEST_LIVE_PREFIX:
        last = words[-1]
        open_end = Clause(last.clause.forms, prefix=analysis.strip_marks(analysis.fold(last.typed)))
        words[-1] = Wanted(last.typed, open_end)
    known = statistics.doc_freqs({term for w in words for form in w.clause.forms for term in form})
    present = [replace(w.clause, forms=_occurring(w.clause.forms, known) or w.clause.forms[:1]) for w in words]
    clauses = _most_telling(present, known, statistics.num_docs(), statistics.capabilities.max_terms)
    clauses += [Clause((), prefix=analysis.strip_marks(analysis.fold(p))) for p in typed.prefixes]
    return Query(
        scope=scope,
        should=tuple(clauses),
        must=_phrases(typed.phrases, languages),
        must_not=_phrases(typed.excluded, languages),
        required=required_of(len(clauses)),
        order=order,
        limit=limit,
        offset=offset,
    )


def similar_query(
    statistics: Statistics, title: str, body: str, scope: Scope, languages: Sequence[str], *, limit: int = CANDIDATES
) -> Query:
    """Build the query for «has somebody asked this before».

    It has no clauses when nothing in it tells anything: no words but stop words and those that stand nowhere.
    """
    in_title = [w.clause.forms for w in _telling(wanted_words([title], languages), languages)]
    in_body = _body_counts(body, languages)
    known = statistics.doc_freqs({term for forms in (*in_title, *in_body) for form in forms for term in form})
    total = statistics.num_docs()
    weights = dict.fromkeys(in_title, TITLE_WEIGHT)
    said = {forms: 1 + math.log(count) for forms, count in in_body.items()}
    for forms in nlargest(BODY_TERMS, said, key=lambda forms: _worth(forms, said[forms], known, total)):
        weights[forms] = weights.get(forms, 0.0) + BODY_WEIGHT * said[forms]
    wanted = [Clause(found, weight) for forms, weight in weights.items() if (found := _occurring(forms, known))]
    clauses: Sequence[Clause] = _most_telling(wanted, known, total, statistics.capabilities.max_terms)
    if body:
        clauses = _without_commonplaces(clauses, known, total)
    required = 1 if body else min(REQUIRED_OF_TITLE, len(clauses))
    return Query(scope=scope, should=tuple(clauses), required=required, limit=limit)


def of_words_within_reach(index: Statistics, query: Query) -> Query:
    """Leave out the words that stand nowhere in the query's spaces, as words are left out that stand nowhere at all.

    Otherwise a reader could tell from what is no longer similar which words stand in spaces that they may not read.
    """

    def stands(clause: Clause) -> bool:
        return bool(index.search(Query(Scope(query.scope.space_ids), should=(clause,), limit=1)).hits)

    kept = tuple(clause for clause in query.should if stands(clause))
    return replace(query, should=kept, required=min(query.required, len(kept)))


def loosened(query: Query) -> Query | None:
    """Return what to ask when nothing is similar; None when that would only find chance."""
    return replace(query, required=1) if query.required > 1 and len(query.should) <= SHORT_TITLE else None


@dataclass(frozen=True, slots=True)
class Standing:
    """What makes one of two similar questions the likelier help."""

    asked_at: datetime
    language: str
    answered: bool
    solved: bool


def likeliest(
    hits: Sequence[Hit], standings: Mapping[int, Standing], languages: Collection[str], now: datetime
) -> list[int]:
    """Return the ids of the hits whose standing is known, the likeliest first; ``languages`` are the reader's."""

    def worth(hit: Hit) -> float:
        standing = standings[hit.id]
        age = max(now - standing.asked_at, timedelta(0))
        new = NEW_BONUS * 2 ** -(age / NEW_BONUS_HALVES)
        helpful = (SOLVED_FACTOR if standing.solved else 1.0) * (ANSWERED_FACTOR if standing.answered else 1.0)
        return hit.score * helpful * (READABLE_FACTOR if standing.language in languages else 1.0) * (1 + new)

    return [hit.id for hit in sorted((h for h in hits if h.id in standings), key=worth, reverse=True)]


def required_of(count: int) -> int:
    """Return how many of ``count`` words a hit must contain."""
    if count <= ALL_REQUIRED_UP_TO:
        return max(1, count)
    share = REQUIRED_SHARE if count < PASTED_FROM else REQUIRED_SHARE_OF_PASTED
    return math.ceil(count * share)


def _clause(chunk: str, languages: Sequence[str]) -> Clause:
    """Return what a chunk may look like in the index: as a whole, and as its parts in a row.

    ``C++`` is not ``C``: a symbol beside one or two letters is meant, so the bare part is no form of it.
    """
    forms: dict[tuple[str, ...], None] = {}
    for language in languages:
        found = analysis.analyse(chunk, language)
        parts = tuple(position[0] for position in found.positions)
        if found.whole:
            forms[(found.whole,)] = None
        if parts and not (found.whole and len("".join(parts)) < SHORTEST_BARE_PART):
            forms[parts] = None
    return Clause(tuple(forms))


def _phrases(texts: Sequence[str], languages: Sequence[str]) -> tuple[Clause, ...]:
    clauses = []
    for text in texts:
        forms = {tuple(p[0] for p in analysis.positions(text, language)): None for language in languages}
        if kept := tuple(form for form in forms if form):
            whole = _clause(text, languages).forms if len(analysis.chunks(text)) == 1 else ()
            clauses.append(Clause(tuple(dict.fromkeys((*whole, *kept)))))
    return tuple(clauses)


def _body_counts(body: str, languages: Sequence[str]) -> dict[Forms, int]:
    """Return how often the most frequent of a body's words occur in it."""
    counts = Counter(
        chunk for chunk in analysis.chunks(body[:LONGEST_BODY]) if not analysis.is_stop_word(chunk, languages)
    )
    frequencies: Counter[Forms] = Counter()
    for chunk, count in counts.items():
        if forms := _clause(chunk, languages).forms:
            frequencies[forms] += count
    return dict(frequencies.most_common(BODY_LOOKED_AT))


def _most_telling(clauses: Sequence[Clause], known: Mapping[str, int], total: int, most: int) -> list[Clause]:
    """When clauses are too many, keep those with the greatest weight · idf."""
    if len(clauses) <= most:
        return list(clauses)
    return sorted(clauses, key=lambda c: _worth(c.forms, c.weight, known, total), reverse=True)[:most]


def _worth(forms: Forms, weight: float, known: Mapping[str, int], total: int) -> float:
    """Return how much a match would tell; nothing when it cannot match."""
    often = max((known.get(form[0], 0) for form in forms), default=0)
    return weight * math.log(1 + (total + 1) / (often + 0.5)) if often else 0.0


def _without_commonplaces(clauses: Sequence[Clause], known: Mapping[str, int], total: int) -> Sequence[Clause]:
    """Leave out what every fifth document says, when enough else is asked: it costs most of the time."""
    rare = [c for c in clauses if all(known.get(form[0], 0) <= total * COMMONPLACE_SHARE for form in c.forms)]
    return rare if len(rare) >= ENOUGH_RARE else clauses


def _occurring(forms: Forms, known: Mapping[str, int]) -> Forms:
    """Return the forms that can match at all."""
    return tuple(form for form in forms if all(known.get(term) for term in form))

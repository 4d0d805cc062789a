"""BM25 for Whoosh, one term or phrase after the other: Whoosh's own way costs ten times as much for every document.

What a term adds to a document's score is the same for every query, and a segment of an index never changes, apart from
deletions. So it is worked out once and kept, for the terms and phrases that were asked for last.
"""

from __future__ import annotations

import math
import threading
import time
from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

K1, B = 1.2, 0.75
MOST_KEPT = 4_000_000
"""Postings kept; eight bytes each."""
AVERAGE_STEPS = math.log(1.05)
"""The average length moves with every document; what was kept counts until it has moved by five per cent."""
CHECKED_EVERY = 256
WORTH_READING = 4
"""All documents of a phrase's term are read while they are up to so many times those that are left; else only those."""

Postings: TypeAlias = "tuple[array[int], array[float]]"


class OutOfTime(Exception):
    """The time that a question may take is over."""


class Deadline:
    """When to stop; looked at every few hundred documents."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def check(self) -> None:
        """Go on only while there is time.

        Raises:
            OutOfTime: when there is none left.

        """
        if time.monotonic() >= self._until:
            raise OutOfTime


class Impacts:
    """What postings add to scores, without the rarity of their term; safe for threads."""

    def __init__(self, most_kept: int = MOST_KEPT) -> None:
        self._most_kept, self._size = most_kept, 0
        self._kept: OrderedDict[tuple[Any, ...], Postings] = OrderedDict()
        self._guard = threading.Lock()

    def of_term(self, searcher: Any, field: str, term: str) -> Iterator[tuple[int, Postings]]:
        """Give, for each segment that has the term, the number of its first document and its postings."""
        step = _step(searcher, field)
        for leaf, base in searcher.reader().leaf_readers():
            if (field, term) in leaf:
                yield base, self._term(leaf, field, term, step)

    def of_phrase(
        self, searcher: Any, field: str, form: tuple[str, ...], deadline: Deadline
    ) -> Iterator[tuple[int, Postings]]:
        """Give the same for terms that stand one after the other.

        Raises:
            OutOfTime: when the deadline passes meanwhile; what was given until then counts.

        """
        step = _step(searcher, field)
        for leaf, base in searcher.reader().leaf_readers():
            if all((field, term) in leaf for term in form):
                yield base, self._phrase(leaf, field, form, step, deadline)

    def _term(self, leaf: Any, field: str, term: str, step: int) -> Postings:
        return self._known(leaf, (field, term, step), lambda: _read(leaf, field, term, _average(step)))

    def _phrase(self, leaf: Any, field: str, form: tuple[str, ...], step: int, deadline: Deadline) -> Postings:
        def read() -> Postings:
            often = {term: int(leaf.doc_frequency(field, term)) for term in form}
            rarest, *others = sorted(often, key=lambda term: often[term])
            together = set(self._term(leaf, field, rarest, step)[0])
            for term in others:
                deadline.check()
                if often[term] < WORTH_READING * len(together):
                    together.intersection_update(self._term(leaf, field, term, step)[0])
            return _impacts(leaf, field, _places(leaf, field, form, sorted(together), deadline), _average(step))

        return self._known(leaf, (field, form, step), read)

    def _known(self, leaf: Any, what: tuple[Any, ...], read: Callable[[], Postings]) -> Postings:
        key = (leaf.segment().segment_id(), leaf.doc_count(), *what)
        with self._guard:
            if (kept := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
                return kept
        new = read()
        with self._guard:
            if key not in self._kept:
                self._kept[key] = new
                self._size += len(new[0]) + 1
            while self._size > self._most_kept and len(self._kept) > 1:
                _, (dropped, _impacts) = self._kept.popitem(last=False)
                self._size -= len(dropped) + 1
        return new


def rarity(documents: int, frequency: int) -> float:
    """Return how much a term tells that ``frequency`` of all documents have."""
    return math.log(1 + max(0, documents - frequency + 0.5) / (frequency + 0.5))


def _step(searcher: Any, field: str) -> int:
    average = searcher.avg_field_length(field, 1.0) or 1.0
    return round(math.log(average) / AVERAGE_STEPS)


def _average(step: int) -> float:
    return math.exp(step * AVERAGE_STEPS)


def _read(leaf: Any, field: str, term: str, average: float) -> Postings:
    found: list[tuple[int, float]] = []
    matcher = leaf.postings(field, term)
    while matcher.is_active():
        found.append((matcher.id(), matcher.weight()))
        matcher.next()
    return _impacts(leaf, field, found, average)


def _impacts(leaf: Any, field: str, found: list[tuple[int, float]], average: float) -> Postings:
    """Turn how often something occurs in each document into what that adds to its score."""
    scored = leaf.schema[field].scorable
    numbers, impacts = array("I"), array("f")
    for number, weight in found:
        length = leaf.doc_field_length(number, field, 1) if scored else average
        numbers.append(number)
        impacts.append(weight * (K1 + 1) / (weight + K1 * (1 - B + B * length / average)))
    return numbers, impacts


def _places(
    leaf: Any, field: str, form: tuple[str, ...], numbers: list[int], deadline: Deadline
) -> list[tuple[int, float]]:
    """Return how often the terms stand one after the other in those of the documents where they do."""
    starts: dict[int, set[int]] = {}
    if not numbers:
        return []
    for offset, term in sorted(enumerate(form), key=lambda pair: leaf.doc_frequency(field, pair[1])):
        matcher, kept = leaf.postings(field, term), {}
        for count, number in enumerate(numbers):
            if count % CHECKED_EVERY == 0:
                deadline.check()
            if matcher.is_active():
                matcher.skip_to(number)
            if not matcher.is_active() or matcher.id() != number:
                continue
            here = {position - offset for position in matcher.value_as("positions")}
            if both := here & starts[number] if starts else here:
                kept[number] = both
        starts, numbers = kept, list(kept)
        if not starts:
            break
    return [(number, float(len(starts[number]))) for number in numbers]

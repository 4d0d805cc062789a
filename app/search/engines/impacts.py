"""BM25 for Whoosh, one term after the other: Whoosh's own way costs ten times as much for every document it looks at.

What a term adds to a document's score is the same for every query, and a segment of an index never changes, apart from
deletions. So it is worked out once and kept, for the terms that were asked for last.
"""

from __future__ import annotations

import math
import threading
from array import array
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any, TypeAlias

K1, B = 1.2, 0.75
MOST_KEPT = 4_000_000
"""Postings kept; eight bytes each."""
AVERAGE_STEPS = math.log(1.05)
"""The average length moves with every document; what was kept counts until it has moved by five per cent."""

Postings: TypeAlias = "tuple[array[int], array[float]]"


class Impacts:
    """What postings add to scores, without the rarity of their term; safe for threads."""

    def __init__(self, most_kept: int = MOST_KEPT) -> None:
        self._most_kept, self._size = most_kept, 0
        self._kept: OrderedDict[tuple[Any, ...], Postings] = OrderedDict()
        self._guard = threading.Lock()

    def of(self, searcher: Any, field: str, term: str) -> Iterator[tuple[int, Postings]]:
        """Give, for each segment that has the term, the number of its first document and its postings."""
        average = searcher.avg_field_length(field, 1.0) or 1.0
        step = round(math.log(average) / AVERAGE_STEPS)
        for leaf, base in searcher.reader().leaf_readers():
            if (field, term) in leaf:
                yield base, self._postings(leaf, field, term, step)

    def _postings(self, leaf: Any, field: str, term: str, step: int) -> Postings:
        key = (leaf.segment().segment_id(), leaf.doc_count(), field, term, step)
        with self._guard:
            if (kept := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
                return kept
        read = _read(leaf, field, term, math.exp(step * AVERAGE_STEPS))
        with self._guard:
            self._kept[key] = read
            self._size += len(read[0])
            while self._size > self._most_kept and len(self._kept) > 1:
                _, (dropped, _impacts) = self._kept.popitem(last=False)
                self._size -= len(dropped)
        return read


def rarity(documents: int, frequency: int) -> float:
    """Return how much a term tells that ``frequency`` of all documents have."""
    return math.log(1 + max(0, documents - frequency + 0.5) / (frequency + 0.5))


def _read(leaf: Any, field: str, term: str, average: float) -> Postings:
    scored = leaf.schema[field].scorable
    numbers, impacts = array("I"), array("f")
    matcher = leaf.postings(field, term)
    while matcher.is_active():
        number, weight = matcher.id(), matcher.weight()
        length = leaf.doc_field_length(number, field, 1) if scored else average
        numbers.append(number)
        impacts.append(weight * (K1 + 1) / (weight + K1 * (1 - B + B * length / average)))
        matcher.next()
    return numbers, impacts

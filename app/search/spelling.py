"""«Did you mean»: words of the index that look like the one that finds nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from heapq import nlargest
from typing import Protocol

from app.search import analysis
from app.search.contract import Clause, Found, Query, Scope

SHORTEST = 2
SHORTEST_OFFERED = 3
LONGEST = 24
MOST_MISTAKES = 2
TWO_MISTAKES_FROM = 8
"""Shorter words may have one mistake. So few words are one mistake away that each can be looked up."""
SHORT_UP_TO = 4
SEEN_AT_LEAST = 2
"""A word of one document may be a mistake itself; where documents are few, it is still better than nothing."""
FEW_DOCUMENTS = 500
SHORT_SEEN_IN = 2000
"""A short word is one mistake away from many others: one is offered that one document in so many has."""
MOST_COUNTED = 12
"""So many of the nearest words are counted where the reader may look."""
MOST_WORDS = 4
RARE = 3
"""A word in more documents than this is taken as it is."""
COMMON_FACTOR = 20
"""How much more often a neighbour must be seen than a word that does occur."""
SWAPPED = 10
"""How much more a neighbour counts that has the same letters."""
OTHER_BEGINNING = 10
"""How much less a neighbour counts that begins with a letter that was not typed first or second."""


class Vocabulary(Protocol):
    """What corrections need of an index."""

    def vocabulary(self, prefix: str, limit: int = 20_000) -> Sequence[tuple[str, int]]:
        """Return unstemmed words with the number of their documents."""
        ...

    def word_freqs(self, words: Collection[str], space_ids: Collection[int] | None = None) -> Mapping[str, int]:
        """Return how many documents contain each unstemmed word, in these spaces; in all with None."""
        ...

    def num_docs(self) -> int:
        """Return how many documents there are."""
        ...

    def search(self, query: Query) -> Found:
        """Answer a query."""
        ...


def corrected(
    index: Vocabulary, words: Sequence[str], languages: Sequence[str], space_ids: frozenset[int]
) -> list[str] | None:
    """Return the words with the misspelt ones replaced; None when there is nothing better to offer.

    Only words that stand in these spaces are offered, and only there it is counted how common a word is.
    """
    better = [_better(index, word, languages, space_ids) or word for word in words[:MOST_WORDS]]
    better += words[MOST_WORDS:]
    return better if better != list(words) else None


def distance(left: str, right: str, limit: int) -> int:
    """Return how many letters must be changed, added, dropped or swapped; ``limit + 1`` when it is more."""
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        above, row = row, [i]
        for j, b in enumerate(right, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
        before = above
    return min(row[-1], limit + 1)


def _better(index: Vocabulary, typed: str, languages: Sequence[str], space_ids: frozenset[int]) -> str | None:
    word = analysis.strip_marks(analysis.fold(typed)).strip(".,:;!?'’")
    if not word.isalpha() or not SHORTEST <= len(word) <= LONGEST or analysis.is_stop_word(word, languages):
        return None
    known = _documents_with(index, word, languages, space_ids)
    if known > RARE:
        return None
    needed = max(_needed(len(word), index.num_docs()), known * COMMON_FACTOR)
    near = _nearest(index, word, _one_mistake_away(index, word), needed, languages, space_ids)
    if near is None and len(word) >= TWO_MISTAKES_FROM:
        near = _nearest(index, word, _two_mistakes_away(index, word, needed), needed, languages, space_ids)
    return near


def _needed(length: int, documents: int) -> int:
    """Return how many documents must have a word for it to be offered."""
    if length <= SHORT_UP_TO:
        return max(SEEN_AT_LEAST, documents // SHORT_SEEN_IN)
    return 1 if documents < FEW_DOCUMENTS else SEEN_AT_LEAST


def _nearest(
    index: Vocabulary,
    word: str,
    candidates: Iterable[tuple[str, int]],
    needed: int,
    languages: Sequence[str],
    space_ids: frozenset[int],
) -> str | None:
    """Return the likeliest of the candidates that stand often enough where the reader may look."""
    likely = {
        other: _likelihood(word, other, frequency)
        for other, frequency in candidates
        if frequency >= needed and other != word and not analysis.is_stop_word(other, languages)
    }
    seen = index.word_freqs(nlargest(MOST_COUNTED, likely, key=lambda other: (likely[other], other)), space_ids)
    readable = [other for other, frequency in seen.items() if frequency >= needed]
    return max(readable, key=lambda other: (_likelihood(word, other, seen[other]), other), default=None)


def _documents_with(index: Vocabulary, word: str, languages: Sequence[str], space_ids: frozenset[int]) -> int:
    forms = tuple({(analysis.stem(word, language),) for language in languages})
    return index.search(Query(Scope(space_ids), should=(Clause(forms),), limit=1)).total


def _likelihood(word: str, candidate: str, frequency: int) -> float:
    if sorted(candidate) == sorted(word):
        return frequency * SWAPPED
    return frequency if candidate[0] in word[:2] else frequency / OTHER_BEGINNING


def _one_mistake_away(index: Vocabulary, word: str) -> list[tuple[str, int]]:
    """Return the words that one letter changed, added, dropped or swapped makes of this one."""
    letters = _letters_like(word[0])
    cuts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    found = {start + end[1:] for start, end in cuts if end}
    found |= {start + end[1] + end[0] + end[2:] for start, end in cuts if len(end) > 1}
    found |= {start + letter + rest for start, end in cuts for letter in letters for rest in (end, end[1:])}
    return list(index.word_freqs({w for w in found if len(w) >= SHORTEST_OFFERED}).items())


@lru_cache(maxsize=32)
def _letters_like(letter: str) -> tuple[str, ...]:
    """Return the small letters of a letter's alphabet: those that stand near it in Unicode, without marks."""
    first = ord(letter) & ~0x7F
    near = map(chr, range(first, first + 0x80))
    return tuple(c for c in near if c.isalpha() and analysis.strip_marks(analysis.fold(c)) == c)


def _two_mistakes_away(index: Vocabulary, word: str, needed: int) -> list[tuple[str, int]]:
    """Return words that begin like this one, also when one of its first three letters is in the wrong place."""
    letters = set(word)
    swapped = (word[1] + word[0] + word[2], word[0] + word[2] + word[1], word[:2] + word[3])
    begins = dict.fromkeys((word[:3], *swapped, word[1:4], word[0] + word[2:4]))
    return [
        (other, frequency)
        for begin in begins
        for other, frequency in index.vocabulary(begin)
        if frequency >= needed
        and abs(len(other) - len(word)) <= MOST_MISTAKES
        and len(letters.symmetric_difference(other)) <= 2 * MOST_MISTAKES
        and other.isalpha()
        and distance(word, other, MOST_MISTAKES) <= MOST_MISTAKES
    ]

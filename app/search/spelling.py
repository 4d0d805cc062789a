"""«Did you mean»: words of the index that look like the one that finds nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from app.search import analysis

SHORTEST = 4
LONGEST = 24
TWO_MISTAKES_FROM = 6
SEEN_AT_LEAST = 2
MOST_CANDIDATES = 1000
MOST_WORDS = 6
OFTEN_SECOND = "aehiloru"
"""Second letters that are looked for when it was the second letter that got lost."""
RARE = 3
"""A word in more documents than this is taken as it is."""
COMMON_FACTOR = 20
"""How much more often a neighbour must be seen than a word that does occur."""


class Vocabulary(Protocol):
    """What corrections need of an index."""

    def vocabulary(self, prefix: str, limit: int = 20_000) -> Sequence[tuple[str, int]]:
        """Return unstemmed words with the number of their documents."""
        ...

    def doc_freqs(self, terms: Collection[str]) -> Mapping[str, int]:
        """Return how many documents contain each term."""
        ...


def corrected(index: Vocabulary, words: Sequence[str], languages: Sequence[str]) -> list[str] | None:
    """Return the words with the misspelt ones replaced; None when there is nothing better to offer."""
    better = [_better(index, word, languages) or word for word in words[:MOST_WORDS]] + list(words[MOST_WORDS:])
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


def _better(index: Vocabulary, typed: str, languages: Sequence[str]) -> str | None:
    word = analysis.strip_marks(analysis.fold(typed)).strip(".,:;!?'’")
    if not word.isalpha() or not SHORTEST <= len(word) <= LONGEST or analysis.is_stop_word(word, languages):
        return None
    known = max(index.doc_freqs({analysis.stem(word, language) for language in languages}).values(), default=0)
    if known > RARE:
        return None
    needed = max(SEEN_AT_LEAST, known * COMMON_FACTOR)
    limit = 2 if len(word) >= TWO_MISTAKES_FROM else 1
    best: tuple[int, int, str] | None = None
    for candidate, frequency in _candidates(index, word, limit):
        if frequency < needed or candidate == word:
            continue
        away = distance(word, candidate, limit)
        if away <= limit and (best is None or (away, -frequency) < best[:2]):
            best = (away, -frequency, candidate)
    return best[2] if best else None


def _candidates(index: Vocabulary, word: str, limit: int) -> list[tuple[str, int]]:
    """Return words that begin like this one, also when one of its first two letters is wrong, lost or too much."""
    letters = set(word)
    lost = (word[0] + letter for letter in OFTEN_SECOND)
    begins = dict.fromkeys((word[:2], word[1] + word[0], word[0] + word[2], word[1:3], *lost))
    near = [
        (other, frequency)
        for begin in begins
        for other, frequency in index.vocabulary(begin)
        if frequency >= SEEN_AT_LEAST
        and abs(len(other) - len(word)) <= limit
        and len(letters.symmetric_difference(other)) <= 2 * limit
        and other.isalpha()
    ]
    return sorted(near, key=lambda pair: -pair[1])[:MOST_CANDIDATES]

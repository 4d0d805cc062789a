"""Which of the words that begin alike are looked for."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import nlargest


def most_frequent(words: Sequence[tuple[str, int]], most: int) -> list[tuple[str, int]]:
    """Return those of the words that the most documents have."""
    return nlargest(most, words, key=lambda pair: pair[1])

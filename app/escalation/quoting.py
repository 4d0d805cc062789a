"""Notice when words that only agents may read are about to be said in the open. Pure; no database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

RUN = 5
"""As many words in a row are no coincidence."""
FEWEST = 3
"""A note shorter than this is a phrase that anybody might use."""
_WORD = re.compile(r"\w+")


def quoted_words(said: str, private: Iterable[str], public: Iterable[str]) -> str:
    """Return the first words of a note that are about to be said in the open, as written; empty when there are none.

    Words that everybody can read anyway, such as an error message of the question, may be repeated.
    """
    text = _normal(said)
    known = [_normal(each) for each in public]
    for note in private:
        for words in _runs(note):
            run = _normal(" ".join(words))
            if run in text and not any(run in each for each in known):
                return " ".join(words)
    return ""


def _runs(note: str) -> Iterator[list[str]]:
    words = _WORD.findall(note)
    length = min(RUN, len(words))
    if length >= FEWEST:
        for start in range(len(words) - length + 1):
            yield words[start : start + length]


def _normal(text: str) -> str:
    """Write words alone, so that neither marks nor capitals nor line ends hide a quotation."""
    return f" {' '.join(_WORD.findall(text.casefold()))} "

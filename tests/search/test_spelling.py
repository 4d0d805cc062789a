from __future__ import annotations

import pytest

from app.search.analysis import stem
from app.search.spelling import corrected, distance

KNOWN = {"printer": 40, "printed": 3, "print": 20, "thunderbird": 90, "calendar": 30, "password": 50, "pass": 9}


class Words:
    def vocabulary(self, prefix, limit=20_000):
        return [(word, n) for word, n in sorted(KNOWN.items()) if word.startswith(prefix)][:limit]

    def doc_freqs(self, terms):
        return {term: max((n for w, n in KNOWN.items() if stem(w, "en") == term), default=0) for term in terms}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("thunderbrid", "thunderbird"),
        ("htunderbird", "thunderbird"),
        ("tunderbird", "thunderbird"),
        ("calender", "calendar"),
        ("pritner", "printer"),
        ("passwrod", "password"),
        ("printer", None),
        ("xyzzyx", None),
        ("0x8007", None),
        ("the", None),
    ],
)
def test_a_misspelt_word_gets_its_nearest_neighbour(typed, meant):
    assert corrected(Words(), [typed], ["en"]) == ([meant] if meant else None)


def test_the_other_words_stay_as_they_were():
    assert corrected(Words(), ["my", "Pritner", "C++"], ["en"]) == ["my", "printer", "C++"]


def test_distance_counts_changes_and_swaps_up_to_its_limit():
    assert distance("abc", "abc", 2) == 0
    assert distance("abc", "acb", 2) == 1
    assert distance("kitten", "sitten", 2) == 1
    assert distance("abcdef", "ghijkl", 2) == 3

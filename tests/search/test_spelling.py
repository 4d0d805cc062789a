from __future__ import annotations

import pytest

from app.search.analysis import stem
from app.search.contract import Found
from app.search.spelling import corrected, distance

KNOWN = {
    "printer": 40, "printed": 3, "print": 20, "thunderbird": 90, "calendar": 30, "password": 50, "pass": 9,
    "vpn": 40, "van": 5, "rpm": 30, "the": 5000, "teams": 20, "drücker": 2, "почта": 8, "outlook": 1,
}  # fmt: skip
HERE = frozenset({1})


class Words:
    documents = 100

    def num_docs(self):
        return self.documents

    def vocabulary(self, prefix, limit=20_000):
        return [(word, n) for word, n in sorted(KNOWN.items()) if word.startswith(prefix)][:limit]

    def word_freqs(self, words, space_ids=None):
        return {word: KNOWN.get(word, 0) if space_ids in (None, HERE) else 0 for word in words}

    def search(self, query):
        stems = {form[0] for form in query.should[0].forms}
        return Found(total=max((n for w, n in KNOWN.items() if stem(w, "en") in stems), default=0))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("thunderbrid", "thunderbird"),
        ("htunderbird", "thunderbird"),
        ("tunderbird", "thunderbird"),
        ("calender", "calendar"),
        ("pritner", "printer"),
        ("passwrod", "password"),
        ("vpm", "vpn"),
        ("vnp", "vpn"),
        ("pvn", "vpn"),
        ("bpn", "vpn"),
        ("vn", "vpn"),
        ("vpnn", "vpn"),
        ("VPM?", "vpn"),
        ("vxn", "vpn"),
        ("tems", "teams"),
        ("пчта", "почта"),
        ("outlok", "outlook"),
        ("thnuderbrid", "thunderbird"),
        ("teh", None),
        ("paxxter", None),
        ("pritnre", None),
        ("vq", None),
        ("qqq", None),
        ("printer", None),
        ("xyzzyx", None),
        ("0x8007", None),
        ("the", None),
    ],
)
def test_a_misspelt_word_gets_its_nearest_neighbour(typed, meant):
    assert corrected(Words(), [typed], ["en"], HERE) == ([meant] if meant else None)


def test_the_other_words_stay_as_they_were():
    assert corrected(Words(), ["my", "Pritner", "C++"], ["en"], HERE) == ["my", "printer", "C++"]


def test_a_word_that_does_not_stand_where_the_reader_may_look_is_not_offered():
    assert corrected(Words(), ["vpm"], ["en"], frozenset({2})) is None


def test_among_many_questions_a_short_word_must_be_more_frequent_to_be_offered():
    many = Words()
    many.documents = 200_000

    assert corrected(many, ["vpm"], ["en"], HERE) is None
    assert corrected(many, ["pritner"], ["en"], HERE) == ["printer"]
    assert corrected(many, ["outlok"], ["en"], HERE) is None


def test_distance_counts_changes_and_swaps_up_to_its_limit():
    assert distance("abc", "abc", 2) == 0
    assert distance("abc", "acb", 2) == 1
    assert distance("kitten", "sitten", 2) == 1
    assert distance("abcdef", "ghijkl", 2) == 3

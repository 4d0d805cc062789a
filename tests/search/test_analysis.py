from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.analysis import LONGEST_TERM, analysed, is_stop_word, positions
from app.search.plain import plain_text


def terms(text, language="en"):
    return [set(position) for position in positions(text, language)]


def test_inflections_share_a_stem():
    assert terms("connection connections connecting") == [{"connect"}] * 3
    assert terms("Rechnung Rechnungen", "de-AT") == [{"rechnung"}] * 2


def test_case_and_accents_make_no_difference():
    assert terms("ÉCOLE école ecole", "xx") == [{"ecole"}] * 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("KB5034441", [{"kb5034441", "5034441"}]),
        ("0x80070005", [{"0x80070005", "80070005"}]),
        ("C:\\Windows\\", [{"c", "c:\\windows"}, {"window"}]),
        ("C++,", [{"c", "c++"}]),
        (".92", [{"92", ".92"}]),
        ("wi-fi", [{"wi", "wifi"}, {"fi"}]),
        ("user's", [{"user"}]),
        ("don't", [{"dont"}]),
        ("…and", [{"and"}]),
        ("**bold**", [{"bold"}]),
        ("*", [{"*"}]),
        ("- … : —", []),
        ("[Settings](https://example.org)", [{"set"}, {"https", "https://example.org"}, {"exampl"}, {"org"}]),
    ],
)
def test_technical_words_stay_whole_and_are_found_by_their_parts(text, expected):
    assert terms(text) == expected


def test_scripts_without_spaces_become_pairs():
    assert terms("受信でき", "ja") == [{"受信"}, {"信で"}, {"でき"}]


def test_words_as_written_are_kept_beside_their_stems():
    assert {word for chunk in analysed("Printing KB5034441", "en") for word in chunk.surfaces} == {
        "printing",
        "kb5034441",
    }


def test_stop_words_are_known_in_each_language():
    assert is_stop_word("The", ["en"])
    assert is_stop_word("don’t", ["en"])
    assert is_stop_word("und", ["en", "de"])
    assert not is_stop_word("und", ["en"])


def test_a_huge_word_costs_little():
    began = time.process_time()
    found = positions("a." * 50_000 + "é" * 50_000, "en")

    assert time.process_time() - began < 1
    assert all(len(term) <= LONGEST_TERM for position in found for term in position)


@given(st.text(max_size=100), st.sampled_from(["en", "de", "fr", "ja", "", "no-such-language"]))
def test_any_text_can_be_analysed_and_gives_terms_without_white_space(text, language):
    for position in positions(text, language):
        assert position
        assert all(term and not any(c.isspace() for c in term) for term in position)


def test_html_becomes_the_words_in_it():
    html = "<p>Set <code>a &lt; b</code>,</p><ul><li>then<li>un<em>plug</em></ul><img src='x' alt='y'>"

    assert plain_text(html) == "Set a < b, then unplug"
    assert plain_text("<p>Cut off in a <a href='https") == "Cut off in a"

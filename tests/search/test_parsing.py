from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.parsing import LONGEST_INPUT, MOST_OTHERS, MOST_WORDS, parse


def test_everything_has_its_place():
    typed = parse(
        'vpn "every few minutes" conn* -linux -"on friday" tag:VPN -tag:wifi space:network user:@mei is:answered'
    )

    assert typed.words == ["vpn"]
    assert typed.phrases == ["every few minutes"]
    assert typed.prefixes == ["conn"]
    assert typed.excluded == ["linux", "on friday"]
    assert (typed.tags, typed.excluded_tags) == (["vpn"], ["wifi"])
    assert (typed.spaces, typed.users) == (["network"], ["mei"])
    assert (typed.answered, typed.accepted) == (True, None)


@pytest.mark.parametrize(
    ("text", "answered", "accepted"),
    [
        ("is:answered", True, None),
        ("is:unanswered", False, None),
        ("IS:Accepted", None, True),
        ("-is:answered", False, None),
    ],
)
def test_a_state_is_a_filter(text, answered, accepted):
    typed = parse(text)

    assert (typed.answered, typed.accepted, typed.words) == (answered, accepted, [])
    assert not typed.is_empty


def test_a_value_may_be_quoted():
    assert parse('tag:"c++" space:"head office"').spaces == ["head office"]


@pytest.mark.parametrize("text", ["is:purple", "tag:", "C:\\Windows\\", "http://example.org", "-user:mei", "18:30"])
def test_what_is_no_filter_is_a_word(text):
    typed = parse(text)

    assert typed.words
    assert [*typed.tags, *typed.spaces, *typed.users] == []


def test_an_unclosed_quote_is_no_phrase():
    assert parse('vpn "drops often').words == ["vpn", "drops", "often"]


def test_typographic_quotes_are_quotes():
    assert parse("„every few minutes“").phrases == ["every few minutes"]


def test_a_minus_needs_something_to_leave_out():
    assert parse("vpn - -- drops").words == ["vpn", "-", "--", "drops"]


def test_a_beginning_needs_two_letters():
    typed = parse("v* ** * vp*")

    assert (typed.prefixes, typed.words) == (["vp"], ["v*", "**", "*"])


def test_nothing_typed_is_nothing_to_look_for():
    assert parse("   ").is_empty
    assert not parse("tag:vpn").is_empty
    assert not parse("tag:vpn").asks_for_words


def test_a_large_paste_is_bounded_and_quick():
    began = time.process_time()
    typed = parse('word" -tag:' * 100_000)

    assert time.process_time() - began < 0.5
    assert len(typed.words) <= MOST_WORDS
    assert len(typed.phrases) <= MOST_OTHERS
    assert len(parse("a" * 10_000).words[0]) == LONGEST_INPUT


@given(st.text(max_size=200))
def test_any_input_has_a_meaning(text):
    parse(text)


@pytest.mark.parametrize("typed", ["user:@", "tag:@", "space:@", 'user:"@"', "-tag:@"])
def test_a_filter_that_names_nothing_is_a_word_like_any_other(typed):
    parsed = parse(typed)

    assert parsed.words == [typed]
    assert not parsed.is_empty

from __future__ import annotations

import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from app.search.highlighting import SNIPPET, highlighter
from app.search.recipe import wanted_words


def marker(text, languages=("en",)):
    words = text.split()
    return highlighter(words, [w.clause for w in wanted_words(words, languages)], languages)


def test_every_inflection_is_marked():
    assert marker("connection drop").mark("Connections dropped, reconnecting") == Markup(
        "<mark>Connections</mark> <mark>dropped</mark>, reconnecting"
    )


def test_a_word_that_only_begins_alike_is_not_marked():
    assert marker("print").mark("Printing on a Printix") == Markup("<mark>Printing</mark> on a Printix")


def test_text_is_escaped_and_only_our_own_marks_are_tags():
    assert marker("alert").mark("<script>alert(1)</script>") == Markup(
        "&lt;script&gt;<mark>alert</mark>(1)&lt;/script&gt;"
    )


def test_technical_words_are_marked_whole():
    assert "<mark>0x80070005</mark>" in marker("0x80070005").mark("Error 0x80070005.")
    assert "<mark>C++</mark>" in marker("C++").mark("Written in C++.")
    assert "<mark>KB5034441</mark>" in marker("kb5034441").mark("After KB5034441 it fails")


def test_letters_are_marked_however_they_are_written():
    for typed, text in (
        ("zoe", "Ask <Zoë>"), ("Zoë", "Ask <Zoe>"), ("ZOË", "Ask <Zoe\u0308>"), ("strasse", "In der <Straße>"),
        ("Straße", "In der <STRASSE>"), ("οδος", "<ΟΔΌΣ> 1"), ("打印机", "无法连接到<打印机>了"),
        ("المدرسة", "في <المدرسة>"), ("İstanbul", "from <İSTANBUL>"), ("wi-fi", "the <Wi-Fi> here"),
    ):  # fmt: skip
        before, word, after = re.split("[<>]", text)
        marked = marker(typed).mark(before + word + after)
        assert marked == Markup("{}<mark>{}</mark>{}").format(before, word, after), typed


def test_a_snippet_is_about_two_lines_round_the_densest_place():
    text = "Nothing to see. " * 40 + "Restart the VPN tunnel, then the VPN client. " + "And so on. " * 40

    snippet = marker("vpn tunnel").snippet(text)

    assert snippet.count("<mark>") == 3
    assert snippet.startswith("… ")
    assert snippet.endswith(" …")
    assert len(snippet.striptags()) <= SNIPPET + 6


def test_a_short_text_is_shown_whole():
    assert marker("vpn").snippet("Switch the client to TCP 443.") == Markup("Switch the client to TCP 443.")


@given(st.text(max_size=60), st.text(max_size=400))
def test_marking_changes_no_letter_of_any_text(query, text):
    found = marker(query).mark(text)

    assert unescape(str(found).replace("<mark>", "").replace("</mark>", "")) == unescape(str(escape(text)))
    marker(query).snippet(text, 50)

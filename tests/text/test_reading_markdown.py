from __future__ import annotations

import pytest

from app.kernel.errors import Invalid
from app.text.renderer import MarkdownRenderer

REL = 'rel="ugc nofollow noopener"'


def test_headings_leave_the_first_two_levels_to_the_page(here: MarkdownRenderer) -> None:
    html = here.render("# One\n\n## Two\n\n###### Six").html

    assert html == "<h3>One</h3>\n<h4>Two</h4>\n<h6>Six</h6>"


def test_line_breaks_are_kept(here: MarkdownRenderer) -> None:
    assert here.render("one\r\ntwo").html == "<p>one<br>\ntwo</p>"


def test_fenced_code_is_coloured_named_and_can_be_scrolled_with_the_keyboard(here: MarkdownRenderer) -> None:
    html = here.render("```python\nx = 1 < 2\n```").html

    assert html.startswith('<pre class="hl" tabindex="0" role="region" aria-label="Code: python"><code>')
    assert '<span class="n">x</span>' in html
    assert "&lt;" in html


def test_code_of_an_unknown_language_is_shown_plain(here: MarkdownRenderer) -> None:
    html = here.render('```"><img\n<b>\n```\n\n```nonsense\na < b\n```').html

    assert "<img" not in html
    assert "a &lt; b" in html


def test_code_may_stand_under_a_list_item(here: MarkdownRenderer) -> None:
    html = here.render("1. first\n   ```\n   ping -t srv\n   ```\n2. second").html

    assert html.count("<ol>") == 1
    assert html.index("<pre") < html.index("</li>")
    assert ">ping -t srv\n<" in html


def test_an_unclosed_fence_is_text(here: MarkdownRenderer) -> None:
    assert "<pre" not in here.render("```\nno end").html


def test_a_list_needs_no_blank_line_before_it(here: MarkdownRenderer) -> None:
    assert "<ul>" in here.render("I tried:\n- this\n- that").html


@pytest.mark.parametrize(
    "source",
    [
        "- a\n  - b\n    - c\n- d",
        "- a\n    - b\n        - c\n- d",
        "* a\n   * b\n      * c\n* d",
        "before\n- a\n  - b\n    - c\n- d",
    ],
)
def test_lists_may_be_indented_by_two_three_or_four_blanks(here: MarkdownRenderer, source: str) -> None:
    html = here.render(source).html.removeprefix("<p>before</p>\n")
    nested = "<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li><li>d</li></ul>"

    assert html.replace("\n", "") == nested


def test_a_paragraph_below_an_item_belongs_to_it_and_one_at_the_margin_does_not(here: MarkdownRenderer) -> None:
    html = here.render("1. one\n\n   more\n2. two\n\nafter").html.replace("\n", "")

    assert html == "<ol><li><p>one</p><p>more</p></li><li><p>two</p></li></ol><p>after</p>"


def test_a_line_that_begins_with_a_year_or_a_dash_in_a_text_is_text(here: MarkdownRenderer) -> None:
    assert "<ol>" not in here.render("It broke in\n2026. Since then\nnothing works -\n").html


def test_struck_out_words_tables_and_keys(here: MarkdownRenderer) -> None:
    html = here.render("~~old~~ press <kbd>Ctrl</kbd>\n\n|a|b|\n|-|-|\n|1|2|").html

    assert "<del>old</del>" in html
    assert "<kbd>Ctrl</kbd>" in html
    assert 'class="scroll"' in html
    assert "<td>2</td>" in html


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("see https://x.org/a.", "https://x.org/a"),
        ("(https://x.org/a_(b))", "https://x.org/a_(b)"),
        ("**https://x.org**", "https://x.org"),
        ("<https://x.org/>", "https://x.org/"),
        ("[https://x.org](https://y.org)", "https://y.org"),
    ],
)
def test_addresses_become_one_link(here: MarkdownRenderer, written: str, address: str) -> None:
    html = here.render(written).html

    assert html.count("<a ") == 1
    assert f'href="{address}" {REL}>' in html


def test_people_are_mentioned_once_and_not_inside_addresses_or_code(here: MarkdownRenderer) -> None:
    text = here.render("@Ann and @bob-2, again @ann. Mail me@here.org, `@code`, https://x.org/@carl")

    assert text.mentions == ("ann", "bob-2")
    assert f'<a href="/people/ann" {REL}>@Ann</a>' in text.html


def test_pictures_come_from_our_own_files_only(here: MarkdownRenderer) -> None:
    text = here.render("![shot](/files/abcdefgh1234/shot.png) ![far](https://x.org/y.png) ![](/files/../a.png)")

    assert '<img alt="shot" loading="lazy" src="/files/abcdefgh1234/shot.png">' in text.html
    assert f'<a href="https://x.org/y.png" {REL}>far</a>' in text.html
    assert ".." not in text.html
    assert text.files == ("abcdefgh1234",)


def test_html_is_shown_as_it_was_typed(here: MarkdownRenderer) -> None:
    html = here.render('<configuration name="x">\n  <add key="a"/>\n</configuration>').html

    assert "&lt;configuration name=" in html
    assert "&lt;add key=" in html


@pytest.mark.parametrize(
    "words",
    [
        "snake_case_name",
        r"C:\Windows\System32",
        "0x80070005",
        "[INFO] x",
        "C++ and C#",
        "a * b * c",
        "*",
        "~ 5",
        "5 < 6",
    ],
)
def test_words_of_the_trade_stay_as_they_are(here: MarkdownRenderer, words: str) -> None:
    assert here.render(f"x {words} y").html == f"<p>x {words.replace('<', '&lt;')} y</p>"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("a" * 30_001, "text.too_long"),
        ("nul \x00", "text.unstorable"),
        ("half \ud800", "text.unstorable"),
        (">" * 20 + " deep", "text.quotes_too_deep"),
        ("- " * 20 + "deep", "text.lists_too_deep"),
        ("[" * 100, "text.brackets_too_deep"),
    ],
)
def test_what_cannot_be_shown_is_refused_at_the_field(here: MarkdownRenderer, source: str, reason: str) -> None:
    with pytest.raises(Invalid) as refusal:
        here.render(source)

    assert (refusal.value.field, refusal.value.reason) == ("body", reason)


def test_many_texts_come_back_in_order_and_bad_ones_are_left_out(sandboxed: MarkdownRenderer) -> None:
    texts = sandboxed.render_many([*(f"number {n}" for n in range(100)), "[" * 500, "last"])

    assert [text.html for text in texts[:3] if text] == ["<p>number 0</p>", "<p>number 1</p>", "<p>number 2</p>"]
    assert texts[100] is None
    assert texts[101] is not None
    assert texts[101].html == "<p>last</p>"


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("See https://example.org/a?b=1&c=2.", True),
        ("<https://example.org/a>", True),
        ("[example.org](https://example.org/)", True),
        ("[the manual](https://example.org/)", False),
        ("[https://example.com](https://example.org/)", False),
        ("![](https://example.org/a.png)", True),
        ("![a lamp](https://example.org/a.png)", False),
        ("@ann [x](/questions/1)", False),
    ],
)
def test_a_link_whose_words_are_its_address_is_named_so(here: MarkdownRenderer, source: str, named: bool) -> None:
    assert ('class="url"' in here.render(source).html) == named

from __future__ import annotations

import pytest

from app.importers.markdown import html_to_markdown
from app.importers.records import Markup, SourceText
from app.importers.texts import TextPool, collect, render_text

BASE = "https://support.mozilla.org/"


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<p>a &lt;b&gt; &amp;amp; c</p>", "a &lt;b> &amp;amp; c"),
        ("<p>2 * 3 * 4, [x], `y`, _z_, snake_case</p>", r"2 \* 3 \* 4, \[x\], \`y\`, \_z\_, snake_case"),
        ("<p># no heading</p>", r"\# no heading"),
        ("<p>1. no list</p>", r"1\. no list"),
        (r"<p>C:\Windows\System32</p>", r"C:\\Windows\\System32"),
        ("<ol><li>a</li><li>b<ul><li>c</li></ul></li></ol>", "1.  a\n2.  b\n    -   c"),
        ("<pre><code>x = `y`\n  z</code></pre>", "```\nx = `y`\n  z\n```"),
        ("<pre>```\nin\n```</pre>", "````\n```\nin\n```\n````"),
        ("<p><a href='/kb/x'>rel</a></p>", "[rel](<https://support.mozilla.org/kb/x>)"),
        ("<p>2<sup>10</sup> H<sub>2</sub>O</p>", "2<sup>10</sup> H<sub>2</sub>O"),
        ("<p>Press<kbd> Ctrl </kbd>+<kbd title='x'>_</kbd></p>", r"Press <kbd>Ctrl</kbd> \+<kbd>\_</kbd>"),
        ("<p>a<sup> </sup><code>x<sup>2</sup></code></p>", "a `x2`"),
        ("<p><a href='javascript:alert(1)'>js</a></p>", "js"),
        ("<p><img src='/a b.png' alt='A'></p>", "[A](<https://support.mozilla.org/a%20b.png>)"),
        ("<p>x<script>alert(1)</script><style>p{}</style></p>", "x"),
        ("<table><tr><th>a</th></tr><tr><td>1|2</td></tr></table>", "| a |\n| --- |\n| 1&#124;2 |"),
        ("<blockquote><p>q</p></blockquote>", "> q"),
        ("", ""),
    ],
)
def test_html_becomes_markdown_that_reads_the_same(html, markdown):
    assert html_to_markdown(html, BASE) == markdown


@pytest.mark.parametrize(
    "words",
    ["a <b> c", "# x", "1. x", "2 * 3 * 4", "_x_ snake_case", "[a](b)", r"C:\temp\new", "& &amp; &lt;", "> x", "`x`"],
)
def test_words_survive_the_way_there_and_back(words):
    escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    rich = render_text(SourceText(f"<p>{escaped}</p>"))
    assert rich.html.strip() == f"<p>{escaped}</p>"


def test_a_text_that_cannot_be_converted_is_kept_as_plain_words():
    rich = render_text(SourceText("<div>" * 5000 + "deep"))
    assert "deep" in rich.html
    assert rich.source.startswith("```")


def test_a_text_that_is_too_long_is_cut_and_says_so():
    rich = render_text(SourceText("<p>" + "word " * 20_000 + "</p>"))
    assert rich.source.endswith("[…]")


def test_comments_are_markdown_already():
    assert "<em>one</em>" in render_text(SourceText("Which *one*?", Markup.MARKDOWN)).html


@pytest.mark.slow
def test_worker_processes_give_the_texts_back_in_order():
    with TextPool() as pool:
        rendered = collect(pool.submit([SourceText(f"<p>{n}</p>") for n in range(150)]))
    assert [r.source for r in rendered] == [str(n) for n in range(150)]

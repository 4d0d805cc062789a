"""Whatever somebody types, only elements, attributes and schemes of the list reach a page."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.text.pipeline import Composer
from app.text.sanitiser import ATTRIBUTES, FILES, SCHEMES, TAGS, sanitise

HTML = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=https://evil/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    '<img src="x"onerror="alert(1)">',
    "<img/src/onerror=alert(1)>",
    '<img src="javascript:alert(1)">',
    '<img src="/files/x" srcset="https://evil/1x">',
    '<img src="/files/../admin">',
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    '<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
    '<svg><animate attributeName=href values="javascript:alert(1)">',
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    '<math href="javascript:alert(1)">x</math>',
    '<iframe src="javascript:alert(1)"></iframe>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<object data="data:text/html,<script>alert(1)</script>"></object>',
    '<embed src="javascript:alert(1)">',
    '<form action="javascript:alert(1)"><button>x</button></form>',
    '<button formaction="javascript:alert(1)">x</button>',
    "<input autofocus onfocus=alert(1)>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<marquee onstart=alert(1)>",
    '<meta http-equiv="refresh" content="0;url=javascript:alert(1)">',
    '<base href="https://evil/">',
    '<link rel=stylesheet href="https://evil/x.css">',
    "<style>@import 'https://evil/x.css';</style>",
    '<p style="background:url(javascript:alert(1))">x</p>',
    '<div class="card" id="main">x</div>',
    '<div hx-get="/sign-out" hx-trigger="load">x</div>',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="JaVaScRiPt:alert(1)">x</a>',
    '<a href="java\tscript:alert(1)">x</a>',
    '<a href="java&#x0A;script:alert(1)">x</a>',
    '<a href="&#106;avascript:alert(1)">x</a>',
    '<a href="javascript\u200b:alert(1)">x</a>',
    '<a href="\x01javascript:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<a href="vbscript:msgbox(1)">x</a>',
    '<a href="file:///etc/passwd">x</a>',
    '<a href="https://x" onclick=alert(1) target=_top>x</a>',
    '<a href="https://x" rel="opener follow">x</a>',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<textarea></textarea><img src=x onerror=alert(1)>",
    "<title></title><script>alert(1)</script>",
    '<xmp><p title="</xmp><img src=x onerror=alert(1)>"></xmp>',
    "<!--><script>alert(1)</script>-->",
    "<!-- --!><img src=x onerror=alert(1)> -->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php echo 1 ?><script>alert(1)</script>",
    "<template><script>alert(1)</script></template>",
    "<table background=javascript:alert(1)><tr><td>x</table>",
    "</p><script>alert(1)</script><p>",
    "<kbd onclick=alert(1)>x</kbd>",
    '<span class="k" onmouseover=alert(1)>x</span>',
    '<pre class="hl" contenteditable autofocus onfocus=alert(1)>x</pre>',
]  # fmt: skip

MARKDOWN = [
    "[x](javascript:alert(1))",
    "[x](JAVASCRIPT:alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](javascript&colon;alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](\\javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    '[x](https://x "a\\" onclick=alert(1)")',
    '[x](https://x"onclick=alert(1)")',
    "[x]: javascript:alert(1)\n\n[x]",
    "[x]: <javascript:alert(1)> 'title'\n\n[y][x]",
    "![x](javascript:alert(1))",
    "![x](data:image/svg+xml,<svg onload=alert(1)>)",
    '![x" onerror="alert(1)](/files/abcdefgh/x.png)',
    "![<script>alert(1)</script>](/files/abcdefgh/x.png)",
    "![x]: /files/abcdefgh/x\n![x]",
    "<javascript:alert(1)>",
    '<https://x" onclick=alert(1)>',
    '<a@b.c" onclick=alert(1)>',
    'https://x.org/"onmouseover=alert(1)',
    "https://x.org/<script>alert(1)</script>",
    "http://javascript:alert(1)@x",
    '```"><script>alert(1)</script>\nx\n```',
    "```html\n<script>alert(1)</script>\n```",
    "~~~ js onload=alert(1)\nx\n~~~",
    "`<script>alert(1)</script>`",
    '``"><img src=x onerror=alert(1)>``',
    "@ann<script>alert(1)</script>",
    "@javascript:alert(1)",
    "# <img src=x onerror=alert(1)>",
    "> <svg onload=alert(1)>",
    "- <iframe src=javascript:alert(1)>",
    "|<img src=x onerror=alert(1)>|b|\n|-|-|\n|[x](javascript:alert(1))|2|",
    "~~<b onclick=alert(1)>~~",
    "\x02wzxhzdk:0\x03<script>alert(1)</script>",
    "\x02klzzwxh:0000\x03 `x` <img src=x onerror=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "<kbd><script>alert(1)</script></kbd>",
    "*[HTML]: <script>alert(1)</script>",
    "[^1]: <script>alert(1)</script>\n\nx[^1]",
    "{: onclick=alert(1) }\n# x {: #main .card onclick=alert(1) }",
]  # fmt: skip


class Inspector(HTMLParser):
    """Read HTML as a browser would begin to, and complain about whatever is not on the list."""

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.problems.append(f"<{tag}>")
        for name, value in attrs:
            if name not in ATTRIBUTES.get(tag, frozenset()) | ({"rel"} if tag == "a" else set()):
                self.problems.append(f"<{tag} {name}>")
            if name == "href" and urlsplit(value or "").scheme not in SCHEMES | {""}:
                self.problems.append(f"{value}")
            if name == "src" and not (value or "").startswith(FILES):
                self.problems.append(f"{value}")
            if name == "rel" and value != "ugc nofollow noopener":
                self.problems.append(f"rel={value}")

    def handle_comment(self, data: str) -> None:  # noqa: ARG002  # the parser's signature
        self.problems.append("comment")


def problems_of(html: str) -> list[str]:
    inspector = Inspector()
    inspector.feed(html)
    inspector.close()
    return inspector.problems


@pytest.mark.parametrize("payload", MARKDOWN + HTML)
def test_a_hostile_text_leaves_nothing_but_the_list(payload: str) -> None:
    composer = Composer()

    for source in (payload, f"before {payload} after", f"- item\n\n    {payload}\n\n> {payload}"):
        assert problems_of(composer.compose(source).html) == []


@pytest.mark.parametrize("payload", HTML)
def test_the_sanitiser_alone_lets_nothing_else_through(payload: str) -> None:
    assert problems_of(sanitise(payload)) == []


@pytest.mark.parametrize("payload", HTML + MARKDOWN)
def test_sanitising_twice_changes_nothing(payload: str) -> None:
    once = sanitise(payload)

    assert sanitise(once) == once


@given(st.lists(st.sampled_from([*HTML, *MARKDOWN, "\n", " ", "*", "`", "[", "](", ")", '"', "<", "&#x"]), max_size=6))
@settings(max_examples=150, deadline=None)
def test_no_mixture_of_hostile_texts_gets_through(pieces: list[str]) -> None:
    assert problems_of(Composer().compose("".join(pieces)).html) == []

"""Rules of templates, scripts and styles that need no browser; each message says what to do instead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLES = sorted((ROOT / "static" / "css").glob("*.css"))
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))

IN_TEMPLATES = {
    "inline style: use a class": r'\sstyle="',
    "inline handler: use a data attribute and static/js": r'\son[a-z]+="',
    "htmx that runs code: use a plain attribute": r"hx-on|hx-vals=.js|hx-boost|[\"']js:",
    "positive tabindex: order the page instead": r'tabindex="[1-9]',
    "inline script: put it into static/js": r"<script(?![^>]*\bsrc=)",
    "javascript address: use a button": r"javascript:",
    "a colour: use a token": r'(?<!content=")#[0-9A-Fa-f]{6}\b',
    "what only a drag can do: use buttons": r"\bdraggable=",
    "a date or number by hand: use ago, when or number": r"strftime|\|\s*round\s*}}|\"%\.\d|isoformat\(\)\s*}}<",
}
IN_STYLES = {
    "physical direction: use the logical property": (
        r"(?<![-\w])(margin|padding|border)-(left|right)\b|(?<![-\w.])(left|right)\s*:|text-align:\s*(left|right)|float:"
    ),
    "endless motion: nothing loops": r"animation:[^;]*infinite",
    "a colour outside of the tokens": r"^(?!.*light-dark).*#[0-9a-fA-F]{3,8}\b",
}
IN_SCRIPTS = {
    "text as HTML: build nodes": r"innerHTML|outerHTML|insertAdjacentHTML|document\.write",
    "text as code": r"\beval\(|new Function",
    "a date or number by hand: use Intl": r"toFixed|getFullYear|getMonth\(|getHours\(",
}
UNSAID = r"\b(SLA|submit|invalid|illegal|successfully|please|click here|kindly|simply|error code|blacklist|whitelist)\b"
FOR_AGENTS = ("escalation", "identity/admin")
FOR_ASKERS = UNSAID.replace(r"\b(", r"\b(tickets?|users?|")


def lines(paths: list[Path], rules: dict[str, str]) -> Iterator[str]:
    for path in paths:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            for name, pattern in rules.items():
                if "lint-ok" not in line and re.search(pattern, line):
                    yield f"{path.relative_to(ROOT)}:{number}: {name}"


def test_templates_hold_structure_only():
    assert list(lines(TEMPLATES, IN_TEMPLATES)) == []


def test_styles_work_in_both_directions_and_stay_calm():
    assert list(lines([p for p in STYLES if p.name != "tokens.css"], IN_STYLES)) == []


def test_scripts_never_parse_text():
    assert list(lines(SCRIPTS, IN_SCRIPTS)) == []


def test_files_can_be_dropped_only_where_a_button_takes_them_too():
    dropped = {path.name for path in SCRIPTS if "'drop'" in path.read_text("utf-8")}
    editor = (ROOT / "templates" / "components" / "forms.html").read_text("utf-8").partition("macro editor")[2]
    assert dropped == {"_uploads.js"}
    assert 'type="file"' in editor.partition("endmacro")[0]


def test_words_are_those_of_a_helpful_colleague():
    found = []
    for path in TEMPLATES:
        name = str(path.relative_to(ROOT / "templates"))
        banned = UNSAID if name.startswith(FOR_AGENTS) else FOR_ASKERS
        for sentence in re.findall(r"{%-?\s*trans[^%]*%}(.*?){%-?\s*endtrans", path.read_text("utf-8"), re.DOTALL):
            word = re.search(banned, re.sub(r"{%.*?%}|{{.*?}}", "", sentence), re.IGNORECASE)
            if word:
                found.append(f"{name}: {word[0]!r} in {sentence[:60]!r}")
    assert found == []


def test_every_icon_is_in_the_sprite():
    there = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static" / "icons.svg").read_text("utf-8")))
    asked = {n for p in TEMPLATES for n in re.findall(r'icon\("([a-z0-9-]+)"', p.read_text("utf-8"))}
    assert asked - there == set()


TOKENS = {
    name: (light, dark)
    for name, light, dark in re.findall(
        r"--([a-z0-9-]+): light-dark\((#\w{6}), (#\w{6})\)", (ROOT / "static" / "css" / "tokens.css").read_text("utf-8")
    )
}
TINTS = ("spruce", "apricot", "plum", "moss", "amber", "brick")
TEXT = [
    *product(("ink", "ink2", "ink3", "spruce"), ("paper", "surface", "sunken", "raised")),
    *((f"{tint}-ink", f"{tint}-soft") for tint in TINTS),
    *((f"on-{tint}", tint) for tint in TINTS),
    *(("ink3", f"{tint}-soft") for tint in TINTS if tint != "apricot"),
    ("brick", "surface"), ("moss", "surface"), ("plum", "surface"), ("on-spruce", "spruce-hover"),
]  # fmt: skip
EDGES = [*product(("edge", "focus"), ("paper", "surface", "sunken", "raised"))]


def luminance(colour: str) -> float:
    """Return WCAG 2.2's relative luminance of ``#RRGGBB``."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back", "least"), [*((f, b, 4.5) for f, b in TEXT), *((f, b, 3.0) for f, b in EDGES)]
)
def test_colours_can_be_read(front: str, back: str, least: float, theme: int):
    assert contrast(TOKENS[front][theme], TOKENS[back][theme]) >= least

"""From the HTML of other communities to the Markdown that we keep as the truth.

What comes out is only a source text: it is rendered and sanitised like anything that somebody types here.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin

from markdownify import MarkdownConverter

_SPECIAL = re.compile(r"([\\`*\[\]]|(?<!\w)_|_(?!\w))")
_LINE_START = re.compile(r"^(\s*)([#>+-]|\d+(?=[.)]\s))", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n{3,}")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def html_to_markdown(html: str, base: str = "") -> str:
    """Return Markdown that reads like the HTML; links and pictures become absolute links.

    Args:
        html: any HTML, well formed or not.
        base: the address that relative links start from.

    """
    marked_up = html if "<" in html else f"<p>{html}</p>"  # the parser takes a bare address for a slip and warns
    written: str = _Converter(base).convert(_UNSTORABLE.sub("", marked_up))
    return _BLANK_LINES.sub("\n\n", written).strip()


class _Converter(MarkdownConverter):
    """Markdown as Python-Markdown reads it: entities for ``<`` and ``&``, backslashes only where they count."""

    def __init__(self, base: str) -> None:
        super().__init__(heading_style="atx", bullets="-", newline_style="backslash")
        self._base = base

    def escape(self, text: str, parent_tags: Any) -> str:
        """Keep the writer's characters from acting as Markdown."""
        if not text or "pre" in parent_tags or "code" in parent_tags:
            return text or ""
        plain = text.replace("&", "&amp;").replace("<", "&lt;")
        if "td" in parent_tags or "th" in parent_tags:
            plain = plain.replace("|", "&#124;")
        return _LINE_START.sub(_escape_line_start, _SPECIAL.sub(r"\\\1", plain))

    def convert_br(self, element: Any, text: str, parent_tags: Any) -> str:  # noqa: ARG002  # markdownify's signature
        """Break the line the way that needs no invisible blanks."""
        return "  \n"

    def convert_a(self, element: Any, text: str, parent_tags: Any) -> str:
        """Write an absolute link; one without a target is its text."""
        target = self._target(element.get("href"))
        if not text.strip() or "pre" in parent_tags or "code" in parent_tags or not target:
            return text
        return f"[{text.strip()}](<{target}>)"

    def convert_sup(self, element: Any, text: str, parent_tags: Any) -> str:
        """Keep what Markdown has no sign for and we let through as it is: 2<sup>10</sup> is not 210."""
        words = text.strip()
        if not words or "pre" in parent_tags or "code" in parent_tags:
            return text
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        return f"{before}<{element.name}>{words}</{element.name}>{after}"

    convert_sub = convert_sup

    def convert_kbd(self, element: Any, text: str, parent_tags: Any) -> str:
        """Keep keys too; their words come as they are, like code."""
        return self.convert_sup(element, self.escape(text, parent_tags), parent_tags)

    def convert_img(self, element: Any, text: str, parent_tags: Any) -> str:  # noqa: ARG002  # markdownify's signature
        """Link to a picture instead of showing it: pages load nothing from elsewhere."""
        target = self._target(element.get("src"))
        words = _SPECIAL.sub(r"\\\1", " ".join((element.get("alt") or "").split())) or "picture"
        return f"[{words.replace('<', '&lt;')}](<{target}>)" if target else ""

    def convert_li(self, element: Any, text: str, parent_tags: Any) -> str:  # noqa: ARG002  # markdownify's signature
        """Indent by four, which Python-Markdown wants inside a list."""
        inside = text.strip().replace("\n", "\n    ")
        if not inside:
            return "\n"
        mark = "-"
        if element.parent is not None and element.parent.name == "ol":
            mark = f"{len(element.find_previous_siblings('li')) + 1}."
        return f"{mark.ljust(3)} {inside}\n"

    def convert_pre(self, element: Any, text: str, parent_tags: Any) -> str:  # noqa: ARG002  # markdownify's signature
        """Fence a block with more backticks than it holds."""
        code = (element.get_text() or text).strip("\n")
        if not code.strip():
            return ""
        longest = max((len(run) for run in re.findall(r"`+", code)), default=0)
        fence = "`" * max(3, longest + 1)
        return f"\n\n{fence}\n{code}\n{fence}\n\n"

    def forget(self, element: Any, text: str, parent_tags: Any) -> str:  # noqa: ARG002  # markdownify's signature
        """Drop an element with everything inside it."""
        return ""

    convert_script = convert_style = convert_template = convert_noscript = convert_iframe = convert_object = forget
    convert_embed = convert_svg = convert_math = convert_form = convert_button = convert_head = forget

    def _target(self, address: str | None) -> str:
        """Return an absolute web or mail address that fits between angle brackets, or nothing."""
        try:
            absolute = urljoin(self._base, (address or "").strip())
        except ValueError:
            return ""
        allowed = absolute.lower().startswith(("https://", "http://", "mailto:"))
        return re.sub(r"[\s<>]", lambda m: f"%{ord(m[0]):02X}", absolute) if allowed else ""


def _escape_line_start(match: re.Match[str]) -> str:
    blanks, mark = match.groups()
    return f"{blanks}{mark}\\" if mark.isdigit() else f"{blanks}\\{mark}"

"""Refuse texts that are cheap to write and costly to render, before anything is rendered.

The numbers leave room for everything that people wrote in 50,000 real support posts; the time limit of the renderer
stands behind them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from app.kernel.errors import Invalid

LENGTH_MAX = 30_000
"""Characters of one text."""
QUOTE_DEPTH_MAX = 12
LIST_DEPTH_MAX = 10
OPEN_BRACKETS_MAX = 80
"""Opening square brackets of one paragraph that nothing closes."""
OPEN_LINKS_MAX = 80
"""Beginnings of links, ``](``, of one paragraph that nothing closes: each is read to the end of the paragraph."""
CELLS_MAX = 400
"""Pipes of one line: as many cells in each row of a table."""
BACKTICK_LENGTHS_MAX = 60
"""Runs of backticks of different lengths in one paragraph: each makes the search for its twin run to the end."""
INDENT = 4

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_QUOTES = re.compile(r"[> \t]*>")
_DEEP_ITEM = re.compile(r"[ \t]*(?:[-+*]|\d{1,9}[.)])[ \t]")
_ITEMS_IN_LINE = re.compile(r"[ \t]*(?:(?:[-+*]|\d{1,9}[.)])[ \t]+)+")
_BACKTICKS = re.compile(r"`+")
_LINK_ENDS = re.compile(r"\]\(|\)")


def refuse_costly(source: str) -> None:
    """Let ordinary texts through.

    Raises:
        Invalid: field ``body``, with a sentence that says what to change.

    """
    if len(source) > LENGTH_MAX:
        raise Invalid("body", "text.too_long", maximum=LENGTH_MAX)
    if _UNSTORABLE.search(source):
        raise Invalid("body", "text.unstorable")
    paragraph: list[str] = []
    for line in source.split("\n"):
        _refuse_deep_line(line)
        if line.strip():
            paragraph.append(line)
        elif paragraph:
            _refuse_costly_paragraph("\n".join(paragraph))
            paragraph.clear()
    _refuse_costly_paragraph("\n".join(paragraph))


def _refuse_deep_line(line: str) -> None:
    if line.count("|") > CELLS_MAX:
        raise Invalid("body", "text.too_costly")
    quotes = _QUOTES.match(line)
    if quotes is not None and quotes.group().count(">") > QUOTE_DEPTH_MAX:
        raise Invalid("body", "text.quotes_too_deep", maximum=QUOTE_DEPTH_MAX)
    if _DEEP_ITEM.match(line):
        indent = len(line.expandtabs(INDENT)) - len(line.expandtabs(INDENT).lstrip())
        markers = _ITEMS_IN_LINE.match(line)
        inline = len(markers.group().split()) if markers is not None else 0
        if indent // INDENT + inline > LIST_DEPTH_MAX:
            raise Invalid("body", "text.lists_too_deep", maximum=LIST_DEPTH_MAX)


def _refuse_costly_paragraph(paragraph: str) -> None:
    if paragraph.count("[") > OPEN_BRACKETS_MAX and _most_open(paragraph, "[") > OPEN_BRACKETS_MAX:
        raise Invalid("body", "text.brackets_too_deep")
    if paragraph.count("](") > OPEN_LINKS_MAX and _most_open(_LINK_ENDS.findall(paragraph), "](") > OPEN_LINKS_MAX:
        raise Invalid("body", "text.too_costly")
    lengths = {len(run) for run in _BACKTICKS.findall(paragraph)}
    if len(lengths) > BACKTICK_LENGTHS_MAX:
        raise Invalid("body", "text.too_costly")


def _most_open(signs: Iterable[str], opening: str) -> int:
    """Count how many opening signs stand open at most; what closes one is a closing bracket."""
    closing = "]" if opening == "[" else ")"
    depth = most = 0
    for sign in signs:
        if sign == opening:
            depth += 1
            most = max(most, depth)
        elif sign == closing:
            depth = max(0, depth - 1)
    return most

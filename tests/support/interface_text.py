"""The words of a page that are ours: text and spoken attributes without what people wrote, names, times and code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup
from bs4.element import CData, NavigableString, PreformattedString, Tag

THEIRS = "bdi, time, code, pre, kbd, script, style, svg, textarea, .brand, .av, [lang]:not(html)"
"""What people wrote has a ``lang`` or stands in ``bdi``; the rest of the list is not prose."""
SPOKEN = (
    "aria-label",
    "placeholder",
    "alt",
    "title",
    "data-plural",
    "data-msg-fail",
    "data-confirm",
    "aria-description",
)
WORD = re.compile(r"[A-Za-zÀ-ž]{3}")


def interface_text(html: str) -> list[str]:
    """Return every piece of text that a reader sees or hears and that the product wrote."""
    page = BeautifulSoup(html, "html.parser")
    title = page.title.get_text().rpartition(" · ")[0] if page.title else ""
    theirs = {id(tag) for tag in page.select(THEIRS)}
    found = [title, *_texts(page.body or page, theirs)]
    return [text for text in found if WORD.search(text)]


def _texts(tag: Tag, theirs: set[int]) -> Iterator[str]:
    if id(tag) in theirs:
        return
    yield from (str(tag[name]) for name in SPOKEN if tag.get(name))
    for child in tag.children:
        if isinstance(child, Tag):
            yield from _texts(child, theirs)
        elif isinstance(child, NavigableString) and not isinstance(child, PreformattedString | CData):
            yield " ".join(child.split())

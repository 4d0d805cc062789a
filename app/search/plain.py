"""Stored safe HTML to the words in it, for the index and for excerpts."""

from __future__ import annotations

import re
from html import unescape

_BLOCK = re.compile(
    r"</?(?:p|div|br|hr|h[1-6]|ul|ol|li|dl|dt|dd|pre|blockquote|table|tr|td|th|img)\b[^>]*>", re.IGNORECASE
)
_TAG = re.compile(r"</?[a-zA-Z][^>]*>")


def plain_text(html: str) -> str:
    """Return the text of HTML that our own sanitiser wrote, in one line; pieces cut off at any place are fine."""
    text = _TAG.sub("", _BLOCK.sub("\n", html.rpartition("<")[0] if _is_cut(html) else html))
    return " ".join((unescape(text) if "&" in text else text).split())


def _is_cut(html: str) -> bool:
    return html.rfind("<") > html.rfind(">")

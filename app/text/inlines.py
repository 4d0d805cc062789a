"""How words within a text are read: bare addresses, mentions, struck-out words, keys."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.inlinepatterns import InlineProcessor

PEOPLE = "/people/"
_ADDRESS = r"(?<![\w/:.\-@])https?://[^\s<>\[\]\"'`\x02\x03]{1,2000}"
_MENTION = r"(?<![\w/@.\-:])@([A-Za-z0-9](?:[A-Za-z0-9._-]{0,38}[A-Za-z0-9])?)(?![\w@])"
_PLAIN_TAG = r"<(/?)(kbd|sub|sup|br) {0,1}/?>"
_TRAILING = ".,:;!?*_~'\""


class BareAddress(InlineProcessor):
    """Make a link of an address that stands in the text; the full stop after it is no part of it."""

    ANCESTOR_EXCLUDES = ("a",)

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element, int, int]:  # type: ignore[override]  # noqa: ARG002, N802  # Markdown's signature
        """Return the link and how far it reaches."""
        address = m.group(0).rstrip(_TRAILING)
        while address.endswith(")") and address.count(")") > address.count("("):
            address = address[:-1].rstrip(_TRAILING)
        link = Element("a", href=address)
        link.text = address
        return link, m.start(0), m.start(0) + len(address)


class MentionLink(InlineProcessor):
    """Link a name with an at sign to the person, and remember it."""

    ANCESTOR_EXCLUDES = ("a",)

    def __init__(self, md: Markdown, mentions: dict[str, None]) -> None:
        super().__init__(_MENTION, md)
        self._mentions = mentions

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element, int, int]:  # type: ignore[override]  # noqa: ARG002, N802  # Markdown's signature
        """Return the link and how far it reaches."""
        handle = m.group(1).lower()
        self._mentions[handle] = None
        link = Element("a", href=PEOPLE + handle)
        link.text = f"@{m.group(1)}"
        return link, m.start(0), m.end(0)


class PlainTag(InlineProcessor):
    """Let through the four tags that Markdown has no sign for, without attributes; all other HTML is shown as typed."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[str, int, int]:  # type: ignore[override]  # noqa: ARG002, N802  # Markdown's signature
        """Return the stashed tag and how far it reaches."""
        closing = m.group(1) if m.group(2) != "br" else ""
        return self.md.htmlStash.store(f"<{closing}{m.group(2)}>"), m.start(0), m.end(0)


def register_inlines(md: Markdown, mentions: dict[str, None]) -> None:
    """Read links and code first, then ours, then emphasis; ``mentions`` collects handles in order."""
    md.inlinePatterns.deregister("html")
    md.inlinePatterns.register(PlainTag(_PLAIN_TAG, md), "plain_tag", 90)
    md.inlinePatterns.register(BareAddress(_ADDRESS, md), "bare_address", 75)
    md.inlinePatterns.register(MentionLink(md, mentions), "mention", 70)
    assert md.delimiters is not None, "Markdown registers its own emphasis first"
    md.delimiters.add("~", "del", double=True)

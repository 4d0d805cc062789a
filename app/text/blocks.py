"""How blocks of a text are read where Python-Markdown differs from what people type everywhere else.

Fenced code may stand anywhere, also indented under a list item; a list needs no blank line before it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from io import StringIO
from itertools import islice

from markdown import Markdown
from markdown.preprocessors import Preprocessor
from pygments.formatters.html import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from app.text.sanitiser import CODE_CLASS

HIGHLIGHT_MAX = 12_000
"""Characters of one block that are coloured; longer ones are shown plain, because some lexers are slow."""
TOKENS_MAX = 4_000
"""Tokens of one block that are coloured; each becomes an element."""

_FENCE = re.compile(r"(?P<indent>[ ]{0,16})(?P<fence>`{3,}|~{3,})[ ]*(?P<language>[\w.+#-]*)[^`]*")
_ITEM = re.compile(r"[ ]{0,16}(?:[-+*]|\d{1,9}[.)])[ ]+\S")
_LIST_BEGINS = re.compile(r"(?:[-+*]|1\.)[ ]+\S")
_INDENT = 4
_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True)


class FencedCode(Preprocessor):
    """Take fenced code out of the text before anything else reads it, one pass over the lines."""

    def run(self, lines: list[str]) -> list[str]:
        """Return the lines with a placeholder for each block."""
        kept: list[str] = []
        at, in_list = 0, False
        while at < len(lines):
            line = lines[at]
            opening = _FENCE.fullmatch(line)
            end = _closing(lines, at, opening) if opening else None
            if opening and end:
                kept += self._placeholder(lines[at + 1 : end], opening, in_list=in_list)
                at = end + 1
                continue
            in_list = _still_in_list(line, kept, in_list=in_list)
            kept.append(line)
            at += 1
        return kept

    def _placeholder(self, code: list[str], opening: re.Match[str], *, in_list: bool) -> list[str]:
        margin = len(opening["indent"])
        text = "\n".join(line[min(margin, len(line) - len(line.lstrip(" "))) :] for line in code)
        stashed = self.md.htmlStash.store(code_block(text, opening["language"]))
        under_item = in_list and margin > 1
        levels = -(-margin // _INDENT) if under_item else 0
        return ["", " " * (_INDENT * levels) + stashed, ""]


class ListsNeedNoBlankLine(Preprocessor):
    """Begin a list right below a line of text, as CommonMark does."""

    def run(self, lines: list[str]) -> list[str]:
        """Return the lines with a blank one before each list that begins below text."""
        kept: list[str] = []
        before = ""
        for line in lines:
            if _LIST_BEGINS.match(line) and before.strip() and before[0] not in " >|" and not _ITEM.match(before):
                kept.append("")
            kept.append(line)
            before = line
        return kept


def code_block(code: str, language: str) -> str:
    """Return code as HTML with Pygments' classes; it can be scrolled with the keyboard and has a name."""
    lexer = _lexer(language.lower()) if language and len(code) <= HIGHLIGHT_MAX else None
    inner = (_coloured(code, lexer) if lexer is not None else None) or escape(code, quote=False)
    label = f"Code: {escape(language)}" if language else "Code"
    frame = f'<pre class="{CODE_CLASS}" tabindex="0" role="region" aria-label="{label}">'
    return f"{frame}<code>{inner.rstrip(chr(10))}\n</code></pre>"


def _coloured(code: str, lexer: Lexer) -> str | None:
    """Return code with an element for each token, or None when there are too many."""
    tokens = list(islice(lexer.get_tokens(code), TOKENS_MAX + 1))
    if len(tokens) > TOKENS_MAX:
        return None
    page = StringIO()
    _FORMATTER.format(iter(tokens), page)
    return page.getvalue()


@lru_cache(maxsize=64)
def _lexer(language: str) -> Lexer | None:
    try:
        return get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return None


def _closing(lines: list[str], start: int, opening: re.Match[str]) -> int | None:
    """Return the line that closes a fence: the same character, at least as often; None when none does."""
    fence = opening["fence"]
    for at in range(start + 1, len(lines)):
        line = lines[at].strip(" ")
        if line.startswith(fence) and not line.strip(fence[0]):
            return at
    return None


def _still_in_list(line: str, before: list[str], *, in_list: bool) -> bool:
    if _ITEM.match(line):
        return True
    ends = line.strip() and not line.startswith(" ") and (not before or not before[-1].strip())
    return in_list and not ends


def register_blocks(md: Markdown) -> None:
    """Put both passes after the normalising of blanks and before everything else."""
    md.preprocessors.register(FencedCode(md), "fenced_code", 28)
    md.preprocessors.register(ListsNeedNoBlankLine(md), "lists", 26)

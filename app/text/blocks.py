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
from markdown.util import STX
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
_ITEM = re.compile(r"[ ]{0,40}(?:[-+*]|\d{1,9}\.)[ ]{1,4}(?=\S)")
_LIST_BEGINS = re.compile(r"(?:[-+*]|1\.)[ ]+\S")
_LEVEL = 4
_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True)


class FencedCode(Preprocessor):
    """Take fenced code out of the text before anything else reads it, one pass over the lines."""

    def run(self, lines: list[str]) -> list[str]:
        """Return the lines with a placeholder, as far to the right as its fence, for each block."""
        kept: list[str] = []
        at = 0
        while at < len(lines):
            opening = _FENCE.fullmatch(lines[at])
            end = _closing(lines, at, opening) if opening else None
            if opening and end:
                kept += ["", opening["indent"] + self._stash(lines[at + 1 : end], opening), ""]
                at = end
            else:
                kept.append(lines[at])
            at += 1
        return kept

    def _stash(self, code: list[str], opening: re.Match[str]) -> str:
        margin = len(opening["indent"])
        text = "\n".join(line[min(margin, _indent(line)) :] for line in code)
        return self.md.htmlStash.store(code_block(text, opening["language"]))


class FamiliarLists(Preprocessor):
    """Read lists as CommonMark does: no blank line before them, and what belongs to an item may stand right below it.

    Python-Markdown wants four blanks for each level, so lines within a list are moved to where it looks for them.
    """

    def run(self, lines: list[str]) -> list[str]:
        """Return the lines, each item and what belongs to it at four blanks for each level."""
        kept: list[str] = []
        columns: list[int] = []  # where the text of each open item begins
        before, in_paragraph = "", False
        for line in lines:
            item = _ITEM.match(line)
            begins = not columns and before.strip() and before[0] not in " >|" and _LIST_BEGINS.match(line)
            if begins or (item and columns and in_paragraph):
                kept.append("")
            if item and (columns or _indent(line) < _LEVEL):
                kept.append(_at_level(line, _level_of_item(columns, line)))
                columns.append(item.end())
            elif columns and line.strip():
                kept.append(_below_item(line, columns, after_blank=not before.strip()))
            else:
                kept.append(line.lstrip(" ") if line.lstrip(" ").startswith(STX) else line)
            in_paragraph = bool(columns and line.strip() and not item and (in_paragraph or not before.strip()))
            before = line
        return kept


def _level_of_item(columns: list[int], line: str) -> int:
    """Close the items that this one does not belong to; return how many stay open."""
    while columns and _indent(line) < columns[-1]:
        columns.pop()
    return len(columns)


def _below_item(line: str, columns: list[int], *, after_blank: bool) -> str:
    """Return a line that belongs to an open item at its level, or close the list that it ends."""
    if not _indent(line):
        if after_blank:
            columns.clear()
        return line
    while after_blank and len(columns) > 1 and _indent(line) < columns[-1]:
        columns.pop()
    more = max(0, _indent(line) - columns[-1])
    return _at_level(line, len(columns), more if more >= _LEVEL else 0)


def _at_level(line: str, level: int, more: int = 0) -> str:
    return " " * (_LEVEL * level + more) + line.lstrip(" ")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


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


def register_blocks(md: Markdown) -> None:
    """Put both passes after the normalising of blanks and before everything else."""
    md.preprocessors.register(FencedCode(md), "fenced_code", 28)
    md.preprocessors.register(FamiliarLists(md), "lists", 26)

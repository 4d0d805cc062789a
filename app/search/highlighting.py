"""Mark what was looked for, in text from the database: an engine's own snippets escape each in their own way."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from app.search import analysis
from app.search.contract import Clause

SNIPPET = 180
LONGEST_TEXT = 1200
LEAD = 40
SHORTEST_STEM = 3
_WORD_END = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class Highlighter:
    """Finds the words of one query in any number of texts.

    ``pattern`` is a cheap sieve for where a word may be; whether it is one is decided by its terms.
    """

    pattern: re.Pattern[str] | None
    terms: frozenset[str]
    prefixes: tuple[str, ...]
    languages: tuple[str, ...]

    def mark(self, text: str) -> Markup:
        """Return the text, escaped, with what was looked for in ``<mark>``."""
        return _marked(text, self.spans(text))

    def snippet(self, text: str, length: int = SNIPPET) -> Markup:
        """Return about two lines round the densest place, escaped and marked."""
        text = text[:LONGEST_TEXT]
        spans = self.spans(text)
        start = _start_of_best(spans, length)
        if start > 0:
            start = _next_word(text, max(0, start - LEAD))
        end = start + length
        if end < len(text):
            end = text.rfind(" ", start, end + 1) if " " in text[start:end] else end
        inside = [(a - start, b - start) for a, b in spans if a >= start and b <= end]
        before, after = ("… " if start > 0 else ""), (" …" if end < len(text) else "")
        return escape(before) + _marked(text[start:end].strip(), _shifted(text, start, inside)) + escape(after)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return where the words are, in order, never overlapping."""
        if self.pattern is None:
            return []
        return [match.span() for match in self.pattern.finditer(text) if self._is_wanted(match[0])]

    def _is_wanted(self, chunk: str) -> bool:
        folded = analysis.strip_marks(analysis.fold(chunk))
        if self.prefixes and folded.startswith(self.prefixes):
            return True
        for language in self.languages:
            found = analysis.analyse(chunk, language)
            if any(term in self.terms for position in found.positions for term in position):
                return True
        return False


def highlighter(typed: Sequence[str], clauses: Collection[Clause], languages: Sequence[str]) -> Highlighter:
    """Build a highlighter.

    Args:
        typed: the words, phrases and beginnings as they were typed.
        clauses: what was asked of the engine; gives the terms that count as found.
        languages: base languages that words are stemmed in.

    """
    terms = frozenset(term for clause in clauses for form in clause.forms for term in form)
    prefixes = tuple(clause.prefix for clause in clauses if clause.prefix)
    chunks = {chunk for text in typed for chunk in analysis.chunks(text)}
    starts = {_start(chunk, terms) for chunk in chunks} | {re.escape(prefix) for prefix in prefixes}
    starts.discard("")
    if not starts:
        return Highlighter(None, terms, prefixes, tuple(languages))
    longest_first = "|".join(sorted(starts, key=len, reverse=True))
    pattern = re.compile(rf"(?<!\w)(?:{longest_first})[\w'’]*", re.IGNORECASE)
    return Highlighter(pattern, terms, prefixes, tuple(languages))


def _start(chunk: str, terms: Collection[str]) -> str:
    """Return the beginning that a word and its inflections share."""
    if not chunk.isalpha():
        return re.escape(chunk.strip("*'\"").rstrip(".,:/\\-"))
    folded = chunk.casefold()
    shared = [_common(folded, term) for term in terms]
    length = min((n for n in shared if n >= SHORTEST_STEM), default=len(folded))
    return re.escape(folded[: max(length, min(SHORTEST_STEM, len(folded)))])


def _common(left: str, right: str) -> int:
    count = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        count += 1
    return count


def _start_of_best(spans: Sequence[tuple[int, int]], length: int) -> int:
    best, most = 0, 0
    for number, (start, _) in enumerate(spans):
        inside = sum(1 for _, end in spans[number:] if end <= start + length)
        if inside > most:
            best, most = start, inside
    return best if best > length - LEAD else 0


def _next_word(text: str, start: int) -> int:
    if start == 0:
        return 0
    gap = _WORD_END.search(text, start)
    return gap.end() if gap else start


def _shifted(text: str, start: int, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Account for white space that was stripped from the beginning."""
    stripped = len(text[start:]) - len(text[start:].lstrip())
    return [(a - stripped, b - stripped) for a, b in spans]


def _marked(text: str, spans: Sequence[tuple[int, int]]) -> Markup:
    parts: list[str] = []
    done = 0
    for start, end in spans:
        parts += [escape(text[done:start]), "<mark>", escape(text[start:end]), "</mark>"]
        done = end
    parts.append(escape(text[done:]))
    return Markup("".join(parts))  # noqa: S704  # every piece of the text was escaped just above

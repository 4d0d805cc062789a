"""Mark what was looked for, in text from the database: an engine's own snippets escape each in their own way."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from app.search import analysis
from app.search.contract import Clause

SNIPPET = 180
LONGEST_TEXT = 1200
LEAD = 40
SHORTEST_STEM = 3
_WORD_END = re.compile(r"\s")
_REST_OF_WORD = re.compile(r"[\w'’\u0300-\u036f]*")


class _Plain(dict[int, str]):
    """Letters as they are compared, one for one, so that places in a text stay the same."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        plain = analysis.strip_marks(letter.casefold())
        self[code] = plain if len(plain) == 1 else letter
        return self[code]


_PLAIN = _Plain()


@dataclass(frozen=True, slots=True)
class Highlighter:
    """Finds the words of one query in any number of texts.

    ``starts`` are a cheap sieve for where a word may be; whether it is one is decided by its terms, and remembered.
    """

    starts: tuple[str, ...]
    terms: frozenset[str]
    prefixes: tuple[str, ...]
    languages: tuple[str, ...]
    _decided: dict[str, bool] = field(default_factory=dict, compare=False)

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
        places = self._places(text.lower() if text.isascii() else text.translate(_PLAIN))
        found: list[tuple[int, int]] = []
        for start in sorted(places):
            if not found or start >= found[-1][1]:
                end = _end_of_word(text, places[start])
                if self._is_wanted(text[start:end]):
                    found.append((start, end))
        return found

    def _places(self, plain: str) -> dict[int, int]:
        """Return where words may begin, and how far at least they go."""
        found: dict[int, int] = {}
        for start in self.starts:
            place = plain.find(start)
            while place >= 0:
                if place == 0 or not _is_of_word(plain[place - 1]) or analysis.has_no_spaces(start):
                    found[place] = max(found.get(place, 0), place + len(start))
                place = plain.find(start, place + 1)
        return found

    def _is_wanted(self, chunk: str) -> bool:
        known = self._decided.get(chunk)
        if known is None:
            known = self._decided[chunk] = self._decide(chunk)
        return known

    def _decide(self, chunk: str) -> bool:
        folded = analysis.strip_marks(analysis.fold(chunk))
        if self.prefixes and folded.startswith(self.prefixes):
            return True
        found = (analysis.analyse(chunk, language) for language in self.languages)
        return any(not self.terms.isdisjoint(position) for one in found for position in one.positions)


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
    starts = {_start(chunk, terms) for chunk in chunks}.union(prefixes)
    starts |= {start.replace("ss", "ß") for start in starts}  # two letters to the terms, one in the text
    return Highlighter(tuple(starts - {""}), terms, prefixes, tuple(languages))


def _start(chunk: str, terms: Collection[str]) -> str:
    """Return the beginning that a word and its inflections share, in small letters without marks."""
    if not chunk.isalpha():
        return chunk.strip("*'\"").rstrip(".,:/\\-").translate(_PLAIN)
    folded = analysis.strip_marks(analysis.fold(chunk))
    shared = [_common(folded, term) for term in terms]
    length = min((n for n in shared if n >= SHORTEST_STEM), default=len(folded))
    return folded[: max(length, min(SHORTEST_STEM, len(folded)))]


def _is_of_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


def _end_of_word(text: str, place: int) -> int:
    """Return where the word ends that goes at least up to this place; a run without spaces ends there."""
    if analysis.has_no_spaces(text[place - 1]):
        return place
    rest = _REST_OF_WORD.match(text, place)
    return rest.end() if rest else place


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

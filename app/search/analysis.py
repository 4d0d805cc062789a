"""Text to terms: one tokenizer and one stemming for every engine, used for documents and for queries alike.

A text becomes a sequence of *positions*. Each position holds the stemmed word and, stacked on it, other terms that
should find the same place: ``Outlook.exe`` gives ``outlook`` + ``outlook.exe`` and then ``exe``; ``KB5034441`` gives
itself + ``5034441``; ``wi-fi`` gives ``wi`` + ``wifi`` and then ``fi``. Scripts without spaces become pairs of letters.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import snowballstemmer

from app.search.stop_words import STOP_WORDS

LONGEST_TERM = 64
MOST_PARTS = 32
LONGEST_SYMBOL = 4
SURFACE_LENGTHS = range(2, 41)

_ALGORITHMS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "eu": "basque", "fi": "finnish", "fr": "french", "hu": "hungarian", "id": "indonesian",
    "it": "italian", "lt": "lithuanian", "nb": "norwegian", "nl": "dutch", "no": "norwegian", "pl": "polish",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip
_APART = r"\s()\[\]{}<>\"“”„«»|,;=`!?—–"
_ENDING = r".:'’…*~/\\\-"
_CHUNK = re.compile(rf"([^{_APART}]*[^{_APART}{_ENDING}]|[^{_APART}]+)[{_ENDING}]*")
_PART = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"\d{3,}")
_NOISE = re.compile(r"[.\-:'’_…•·]*")
_NO_SPACES = re.compile(r"[\u0e00-\u0e7f\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_RUN = re.compile(rf"{_NO_SPACES.pattern}+|(?:(?!{_NO_SPACES.pattern}).)+")
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u061c\u180e\u200b\u200e\u200f\u2060\ufeff"))
_UNSEEN |= dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xFE00, 0xFE10)))
"""Breaks, directions and looks that come along with copied text and that nobody types."""
_JOINER = "\u200d"
_LIKE = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe"})
_AROUND = "'’‘:…*~"
_BEHIND = "'’‘:…*~./\\-"
_ELIDING = frozenset({"fr", "it", "ca"})
_stemming = threading.Lock()

Position = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one run of letters and symbols without a space turns into.

    ``positions`` hold the terms; the first of each is the plain word. ``whole`` is the term for all of it, when there
    is one. ``surfaces`` are its unstemmed words, for prefixes and spelling.
    """

    positions: tuple[Position, ...]
    whole: str = ""
    surfaces: tuple[str, ...] = ()


_NOTHING = Chunk(())


def chunks(text: str) -> list[str]:
    """Split a text where no term can reach across."""
    return _CHUNK.findall(_seen(text))


def analysed(text: str, language: str) -> list[Chunk]:
    """Return all chunks of a text, analysed."""
    base = base_language(language)
    return [analyse(chunk, base) for chunk in _CHUNK.findall(_seen(text).lower())]


def positions(text: str, language: str) -> list[Position]:
    """Return the terms of a text, position by position."""
    return [position for chunk in analysed(text, language) for position in chunk.positions]


def base_language(language: str) -> str:
    """Return ``de`` for ``de-AT``."""
    return language.replace("_", "-").partition("-")[0].lower()


@lru_cache(maxsize=65_536)
def analyse(chunk: str, language: str) -> Chunk:
    """Turn one chunk into terms; ``language`` is a base language, unknown ones are not stemmed."""
    core = _trim(chunk)
    if core.isascii() and core.isalpha():
        return _word(core.lower(), language)
    core = "".join(fold(core).split())  # normalising turns some accents into a space and an accent
    if _NO_SPACES.search(core):
        return _pairs(core, language)
    if core.isalpha():
        return _word(core, language)
    return _compound(core, language) if _PART.search(core) else _symbol(chunk)


def stem(word: str, language: str) -> str:
    """Return the stem of a folded word, without accents."""
    return strip_marks(_stem(word[:LONGEST_TERM], language))


def fold(text: str) -> str:
    """Make two spellings of the same letters equal, keeping accents."""
    return unicodedata.normalize("NFKC", text).casefold()


def strip_marks(text: str) -> str:
    """Remove accents and other marks on letters."""
    if text.isascii():
        return text
    letters = unicodedata.normalize("NFD", text).translate(_LIKE)
    return "".join(c for c in letters if not unicodedata.combining(c))


def has_no_spaces(text: str) -> bool:
    """Tell whether a text has letters of a script that writes no spaces between words."""
    return not text.isascii() and _NO_SPACES.search(text) is not None


def is_stop_word(chunk: str, languages: Iterable[str]) -> bool:
    """Tell whether a chunk is a word that says nothing, in any of the languages."""
    word = fold(_trim(chunk)).replace("'", "").replace("’", "")
    return any(word in STOP_WORDS.get(language, ()) for language in languages)


def _trim(chunk: str) -> str:
    core = chunk.lstrip(_AROUND).rstrip(_BEHIND)
    return core.lstrip(".") if core.startswith("..") else core


def _word(word: str, language: str) -> Chunk:
    seen = (strip_marks(word),) if len(word) in SURFACE_LENGTHS else ()
    return Chunk(((stem(word, language),),), surfaces=seen)


def _compound(core: str, language: str) -> Chunk:
    parts = _PART.findall(core)[:MOST_PARTS]
    between = set(_PART.sub("", core))
    if between and between <= {"'", "’"} and language not in _ELIDING:
        return _word(_without_apostrophes(core), language)
    whole = _joined(parts, language) if between == {"-"} else strip_marks(core)[:LONGEST_TERM]
    found = [_part(part, language) for part in parts]
    if whole not in found[0]:
        found[0] = (*found[0], whole)
    words = {strip_marks(p) for p in (*parts, whole) if len(p) in SURFACE_LENGTHS}
    return Chunk(tuple(found), whole, tuple(sorted(words)))


def _joined(parts: list[str], language: str) -> str:
    word = "".join(parts)
    return stem(word, language) if word.isalpha() else strip_marks(word)[:LONGEST_TERM]


def _without_apostrophes(core: str) -> str:
    word = core.replace("’", "'").removesuffix("'s")
    return word.replace("'", "")


def _part(part: str, language: str) -> Position:
    if part.isalpha():
        return (stem(part, language),)
    term = strip_marks(part)[:LONGEST_TERM]
    number = max(_DIGITS.findall(term), key=len, default="")
    return (term, number) if number and number != term else (term,)


def _pairs(core: str, language: str) -> Chunk:
    """Turn letters of a script without spaces into pairs; words of other scripts between them stay words."""
    found: list[Position] = []
    words: set[str] = set()
    for run in _RUN.findall(" ".join(_PART.findall(core)[:MOST_PARTS])):
        if has_no_spaces(run):
            letters = run[: LONGEST_TERM * 8]
            found += [(letters[i : i + 2],) for i in range(max(1, len(letters) - 1))]
        else:
            parts = run.split()
            found += [_part(part, language) for part in parts]
            words.update(strip_marks(part) for part in parts if len(part) in SURFACE_LENGTHS)
    return Chunk(tuple(found), surfaces=tuple(sorted(words)))


def _symbol(chunk: str) -> Chunk:
    symbol = chunk.replace(_JOINER, "")[:LONGEST_TERM]
    if len(symbol) > LONGEST_SYMBOL or _NOISE.fullmatch(symbol):
        return _NOTHING
    return Chunk(((symbol,),), symbol)


def _seen(text: str) -> str:
    return text if text.isascii() else text.translate(_UNSEEN)


@lru_cache(maxsize=32_768)
def _stem(word: str, language: str) -> str:
    if language not in _ALGORITHMS:
        return word
    with _stemming:  # a snowball stemmer keeps the word it works on in itself
        return str(_stemmer(language).stemWord(word))


@lru_cache(maxsize=len(_ALGORITHMS))
def _stemmer(language: str) -> Any:
    return snowballstemmer.stemmer(_ALGORITHMS[language])

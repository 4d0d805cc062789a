"""What a person typed to what they meant. Any input has a meaning; none is an error.

``words "a phrase" begin* -without tag:vpn space:network user:mei is:answered is:unanswered is:accepted``
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

LONGEST_INPUT = 4000
MOST_WORDS = 64
MOST_OTHERS = 8
SHORTEST_PREFIX = 2

_TOKEN = re.compile(
    r"""
    (?P<without>-(?=["\w.]))?
    (?:
        (?P<key>tag|space|user|is):(?:"(?P<quoted>[^"]*)"|(?P<value>[^\s"]+))
      | "(?P<phrase>[^"]*)"
      | (?P<word>[^\s"]+)
    )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_QUOTES = str.maketrans(dict.fromkeys("“”„«»＂", '"'))
_STATES = frozenset({"answered", "unanswered", "accepted"})


@dataclass(slots=True)
class Typed:
    """The parts of what somebody typed, as they typed them.

    ``answered`` and ``accepted`` are None when nothing was said about it.
    """

    words: list[str] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    excluded: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    excluded_tags: list[str] = field(default_factory=list)
    spaces: list[str] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    answered: bool | None = None
    accepted: bool | None = None

    @property
    def asks_for_words(self) -> bool:
        """Tell whether anything but filters was typed."""
        return bool(self.words or self.phrases or self.prefixes)

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to look for, not even a filter."""
        filters = self.tags or self.spaces or self.users or self.excluded_tags or self.excluded
        return not (self.asks_for_words or filters or self.answered is not None or self.accepted is not None)


def parse(text: str) -> Typed:
    """Read what somebody typed; what lies beyond the limits is left out."""
    typed = Typed()
    for match in _TOKEN.finditer(text[:LONGEST_INPUT].replace("\0", " ").translate(_QUOTES)):
        without = match["without"] is not None
        if match["key"]:
            _read_filter(typed, match["key"].lower(), match["quoted"] or match["value"] or "", without, match[0])
        elif match["phrase"] is not None:
            _keep(typed.excluded if without else typed.phrases, match["phrase"].strip(), MOST_OTHERS)
        else:
            _read_word(typed, match["word"], without)
    return typed


def _read_word(typed: Typed, word: str, without: bool) -> None:
    begin = word.rstrip("*")
    if without:
        _keep(typed.excluded, word, MOST_OTHERS)
    elif begin != word and sum(c.isalnum() for c in begin) >= SHORTEST_PREFIX:
        _keep(typed.prefixes, begin, MOST_OTHERS)
    else:
        _keep(typed.words, word, MOST_WORDS)


def _read_filter(typed: Typed, key: str, value: str, without: bool, whole: str) -> None:
    value = value.strip().lower().removeprefix("@")
    if key == "is":
        _read_state(typed, value, without, whole)
        return
    places = {
        "tag": typed.excluded_tags if without else typed.tags,
        "space": typed.spaces,
        "user": typed.users,
    }
    if value and not (without and key != "tag"):
        _keep(places[key], value, MOST_OTHERS)
    else:
        _keep(typed.words, whole, MOST_WORDS)


def _read_state(typed: Typed, value: str, without: bool, whole: str) -> None:
    if value not in _STATES:
        _keep(typed.words, whole, MOST_WORDS)
    elif value == "accepted":
        typed.accepted = not without
    else:
        typed.answered = (value == "answered") != without


def _keep(kept: list[str], value: str, most: int) -> None:
    if value and len(kept) < most and value not in kept:
        kept.append(value)

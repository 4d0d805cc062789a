"""The pseudo-locale ``?pl=xa``: every sentence of the interface gets brackets, accents and a third more length.

What still reads as plain English on such a page never went through gettext; what is cut off has too little room.
"""

from __future__ import annotations

import re
from typing import Any

from babel.support import NullTranslations
from flask_babel import Domain

_ACCENTS = str.maketrans("aeioucnsyAEIOUCNSY", "åéîöüçñšýÅÉÎÖÜÇÑŠÝ")
_KEEP = re.compile(r"(%\([^)]+\)[sd]|%[sd%]|<[^>]+>|&\w+;)")
_GROWTH = 0.35
"""How much longer than English a sentence may get, as a share of its length: ux.md 5.5 asks for 30 to 40 %."""


class PseudoDomain(Domain):  # type: ignore[misc]  # flask-babel ships no types
    """Flask-Babel's sentences, stretched; ``as_default()`` makes one request use it."""

    def get_translations(self) -> NullTranslations:
        """Return the reader's catalogue behind the stretching."""
        return _Stretched(super().get_translations())


class _Stretched(NullTranslations):
    def __init__(self, catalogue: Any) -> None:
        super().__init__()
        self._catalogue = catalogue

    def ugettext(self, message: str) -> str:
        return stretch(self._catalogue.ugettext(message))

    def ungettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return stretch(self._catalogue.ungettext(msgid1, msgid2, n))

    def upgettext(self, context: str, message: str) -> str:
        return stretch(str(self._catalogue.upgettext(context, message)))

    def unpgettext(self, context: str, singular: str, plural: str, num: int) -> str:
        return stretch(self._catalogue.unpgettext(context, singular, plural, num))


def stretch(text: str) -> str:
    """Lengthen a sentence, leaving its placeholders, tags and entities alone."""
    body = "".join(part if _KEEP.fullmatch(part) else part.translate(_ACCENTS) for part in _KEEP.split(text))
    return f"[{body} {'·' * max(2, int(len(text) * _GROWTH))}]"

"""Mark sentences for translation where no request, and so no language, is known yet."""

from __future__ import annotations

from typing import Protocol


def N_(sentence: str) -> str:  # noqa: N802  # the name gettext's extractor looks for
    """Return the sentence unchanged; the extractor collects it and the edge translates it."""
    return sentence


class Translator(Protocol):
    """Puts marked sentences into one person's language where there is no request: letters, digests."""

    def say(self, language: str | None, sentence: str, **facts: object) -> str:
        """Return a marked sentence in a language, filled with facts; None means the site's language."""
        ...

    def say_many(self, language: str | None, one: str, many: str, n: int, **facts: object) -> str:
        """Return the form of a sentence that fits the number ``n``, which it may show as ``%(num)s``."""
        ...

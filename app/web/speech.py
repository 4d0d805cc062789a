"""Sentences in a given person's language, where no request knows it."""

from __future__ import annotations

from flask import Flask
from flask_babel import force_locale, gettext, ngettext

from app.web.language import LANGUAGES


class AppTranslator:
    """Speaks with the catalogues of the interface; the adapter of ``kernel.words.Translator``."""

    def __init__(self, app: Flask, default_language: str) -> None:
        self._app, self._default = app, default_language

    def say(self, language: str | None, sentence: str, **facts: object) -> str:
        """Return a marked sentence in a language, filled with facts."""
        with self._app.app_context(), force_locale(self._known(language)):
            return str(gettext(sentence, **facts))

    def say_many(self, language: str | None, one: str, many: str, n: int, **facts: object) -> str:
        """Return the form of a sentence that fits the number ``n``."""
        with self._app.app_context(), force_locale(self._known(language)):
            return str(ngettext(one, many, n, **facts))

    def _known(self, language: str | None) -> str:
        return language if language in LANGUAGES else self._default

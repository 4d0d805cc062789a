"""The gettext of pages: a page asks for some hundred sentences, so what never changes is looked up once.

Does what Flask-Babel and Jinja's new-style gettext do, at a tenth of their cost: the catalogue of a locale and the
escaped sentence without variables are kept for the life of the process.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast

from babel import Locale
from babel.numbers import format_decimal
from flask import Flask
from flask_babel import get_locale, get_translations
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from app.web.held import held

MOST_SENTENCES = 20_000
"""More than the product has in one language; beyond it, nothing more is kept."""


@dataclass(slots=True)
class Language:
    """One locale with its catalogue; ``sentences`` are those without variables, escaped already."""

    locale: Locale
    catalogue: Any
    sentences: dict[str, Markup] = field(default_factory=dict)


_languages: dict[str, Language] = {}


def install_page_words(app: Flask) -> None:
    """Give templates the short ways."""
    app.jinja_env.globals.update(gettext=_gettext, ngettext=_ngettext, _=_gettext)


def page_locale() -> Locale:
    """Return the locale of the page, English where there is no page."""
    return _reader().locale


def grouped(number: int) -> str:
    """Write a whole number as people do in the language of the page: 16,455 or 16.455."""
    return str(number) if abs(number) < 1000 else _in_groups(number, page_locale())  # noqa: PLR2004  # thousands


@lru_cache(maxsize=8192)
def _in_groups(number: int, locale: Locale) -> str:
    return format_decimal(number, locale=locale)


@pass_context
def _gettext(context: Context, text: str, /, **facts: Any) -> str:
    language = _reader()
    if facts or not context.eval_ctx.autoescape:
        return _filled(context, language.catalogue.ugettext(text), facts)
    sentence = language.sentences.get(text)
    if sentence is None:
        sentence = Markup(language.catalogue.ugettext(text)) % {}  # noqa: S704  # our own words
        if len(language.sentences) < MOST_SENTENCES:
            language.sentences[text] = sentence
    return sentence


@pass_context
def _ngettext(context: Context, one: str, many: str, number: int, /, **facts: Any) -> str:
    if facts.setdefault("num", number) == number:
        facts["num"] = grouped(number)
    return _filled(context, _reader().catalogue.ungettext(one, many, number), facts)


def _filled(context: Context, sentence: str, facts: dict[str, Any]) -> str:
    """Put the facts in; on HTML pages each is escaped, the sentence itself is our own."""
    if context.eval_ctx.autoescape:
        return Markup(sentence) % facts  # noqa: S704  # our own words
    return sentence % facts


def _reader() -> Language:
    """Return the reader's language; forced locales count, as they do in Flask-Babel."""
    babel = getattr(held(), "_flask_babel", None)  # where Flask-Babel keeps the request's choice
    locale = getattr(babel, "babel_locale", None)
    found, language = getattr(babel, "page_language", (None, None))
    if language is None or found is not locale:
        locale = get_locale() or Locale("en")
        language = _languages.get(str(locale))
        if language is None:
            language = _languages[str(locale)] = Language(locale, get_translations())
        held()._flask_babel.page_language = (locale, language)  # noqa: SLF001  # made by ``get_locale``
    return cast("Language", language)

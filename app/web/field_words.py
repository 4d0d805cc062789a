"""What a field says when WTForms refuses it: our own sentences for those that people can meet, its own for the rest."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from babel.support import NullTranslations, Translations
from flask_babel import get_locale, gettext
from wtforms.i18n import messages_path

from app.kernel.words import N_

OURS: Mapping[str, str] = {
    "This field is required.": N_("This is still missing."),
    "Not a valid choice.": N_("Choose one from the list."),
    "Invalid Choice: could not coerce.": N_("Choose one from the list."),
    "'%(value)s' is not a valid choice for this field.": N_("Choose only from the list."),
    "Invalid choice(s): one or more data inputs could not be coerced.": N_("Choose only from the list."),
    "Not a valid integer value.": N_("Write a whole number, such as 30."),
}
"""WTForms' sentence, and what we say instead; WTForms is formal and speaks of values."""


class FieldWords:
    """The two ways WTForms asks for a sentence."""

    def gettext(self, message: str) -> str:
        """Return a sentence in the reader's language."""
        return str(gettext(OURS[message])) if message in OURS else self._theirs().gettext(message)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """Return the form of a sentence that fits ``n``."""
        return str(gettext(OURS[singular])) if singular in OURS else self._theirs().ngettext(singular, plural, n)

    @staticmethod
    def _theirs() -> NullTranslations:
        return _wtforms_sentences(str(get_locale()))


@lru_cache(maxsize=32)
def _wtforms_sentences(locale: str) -> NullTranslations:
    """Read WTForms' own catalogue once; Flask-WTF reads it again for every request."""
    return Translations.load(messages_path(), [locale], domain="wtforms")

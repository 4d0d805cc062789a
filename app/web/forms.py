"""The base of every form: CSRF, the once-token, and messages a person can act on."""

from __future__ import annotations

import secrets
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField

from app.kernel.errors import Invalid
from app.web.field_words import FieldWords
from app.web.words import sentence


def new_token() -> str:
    """Return a fresh once-token for a form."""
    return secrets.token_urlsafe(18)


class Form(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """A form that is safe to send twice.

    ``once`` is filled with a new token when the form is shown and comes back when it is sent;
    ``web.runtime.perform_once`` turns a second sending into the first one's result.
    """

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # flask-wtf ships no types
        """How all our forms behave."""

        def get_translations(self, _form: FlaskForm) -> FieldWords:
            """Return what fields say when they refuse."""
            return FieldWords()

    once = HiddenField(default=new_token)

    def reject(self, error: Invalid) -> None:
        """Show a refusal of the domain at the field it names, or at the top when the form has no such field.

        A form whose token was used for other content gets a new one: sending it once more does what it says now.
        """
        message = sentence(error.reason, **error.facts)
        if error.field == self.once.name:
            self.once.data = new_token()
            self.form_errors.append(message)
        elif error.field in self._fields:
            self._fields[error.field].errors = [*self._fields[error.field].errors, message]
        else:
            self.form_errors.append(message)

    @property
    def problems(self) -> list[tuple[str, str]]:
        """All messages for the summary: (id of the input to jump to, sentence)."""
        found: list[tuple[str, str]] = [(self._first_id(), str(message)) for message in self.form_errors]
        for field in self:
            found += [(field.id, str(message)) for message in _flat(field.errors)]
        return found

    def _first_id(self) -> str:
        return next((f.id for f in self if f.type not in {"HiddenField", "CSRFTokenField"}), "main")


def _flat(errors: Any) -> list[Any]:
    if isinstance(errors, dict):
        return [m for group in errors.values() for m in _flat(group)]
    return [m for e in errors for m in (_flat(e) if isinstance(e, list | tuple | dict) else [e])]

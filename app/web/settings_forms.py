"""Forms for what several people may change: nobody undoes unseen what somebody else has changed meanwhile."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Self

from flask_babel import gettext
from wtforms import Field, HiddenField

from app.kernel.errors import Conflict
from app.web.forms import Form
from app.web.words import sentence

CHANGED_MEANWHILE = "web.changed_meanwhile"


class ChangedMeanwhile(Conflict):
    """The state that a form was made from has passed; ``now`` maps the form's fields to what stands now."""

    def __init__(self, now: Mapping[str, Any]) -> None:
        super().__init__(CHANGED_MEANWHILE)
        self.now = now


class SettingsForm(Form):
    """A form that knows which state it was made from.

    ``stood`` is a mark of that state: filled by ``made_from`` when the form is shown, compared by ``ensure_seen``
    inside the transaction that changes it. A form without a mark, as for something new, is taken as it is.
    """

    stood = HiddenField()

    @classmethod
    def made_from(cls, values: Mapping[str, Any]) -> Self:
        """Return the form of a state, field name to value."""
        return cls(formdata=None, stood=_mark(values), **values)

    def ensure_seen(self, now: Mapping[str, Any]) -> None:
        """Let through what was made from the state of now.

        Raises:
            ChangedMeanwhile: when somebody has changed it since the form was shown.

        """
        if self.stood.data and self.stood.data != _mark(now):
            raise ChangedMeanwhile(now)

    def show_both(self, change: ChangedMeanwhile) -> None:
        """Keep what was typed, and say at each field that differs what stands now; sent once more, it is saved."""
        self.form_errors.append(sentence(CHANGED_MEANWHILE))
        for name, value in change.now.items():
            field = self[name]
            if _plain(field.data) != _plain(value):
                said = gettext("%(label)s is now: %(value)s", label=field.label.text, value=_said(field, value) or "–")
                field.errors = [*field.errors, said]
        self.stood.data = _mark(change.now)


def _mark(values: Mapping[str, Any]) -> str:
    plain = json.dumps({name: _plain(value) for name, value in values.items()}, sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()[:24]


def _plain(value: Any) -> Any:
    """Return a value as it looks after a browser has sent it back."""
    if isinstance(value, list | tuple):
        return sorted(str(item) for item in value)
    if value is None or value is False:
        return ""
    return "\n".join(str(value).split("\r\n")).strip()


def _said(field: Field, value: Any) -> str:
    choices = {str(choice.value): str(choice.label) for choice in getattr(field, "choices", None) or []}
    if isinstance(value, bool):
        return str(gettext("yes") if value else gettext("no"))
    if isinstance(value, list | tuple):
        return ", ".join(choices.get(str(item), str(item)) for item in value)
    return choices.get(str(value), "" if value is None else str(value))

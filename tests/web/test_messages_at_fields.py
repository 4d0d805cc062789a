"""What is said at a field is a whole sentence, in every form and in every language."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import polib
from flask import Flask
from wtforms.fields.core import UnboundField

import app as product
from app.web.field_words import OURS
from app.web.forms import Form
from tests.support.catalogues import CATALOGUES

FEWEST = 20


def kinds(of: type[Any]) -> Iterator[type[Any]]:
    for kind in of.__subclasses__():
        yield kind
        yield from kinds(kind)


def said_at_fields() -> set[str]:
    """Collect the sentences that validators of all forms hold."""
    for module in pkgutil.walk_packages(product.__path__, "app."):
        if ".forms" in module.name:
            import_module(module.name)
    fields = [field for kind in kinds(Form) for field in vars(kind).values() if isinstance(field, UnboundField)]
    checks = [check for field in fields for check in (*field.args[1:2], field.kwargs.get("validators", ()))]
    return {str(check.message) for some in checks for check in some if getattr(check, "message", None)}


def test_what_is_said_at_a_field_ends_like_a_sentence(app: Flask) -> None:
    with app.test_request_context("/"):
        app.preprocess_request()
        found = said_at_fields()

    assert len(found) >= FEWEST
    assert sorted(text for text in {*found, *OURS.values()} if not text.endswith((".", "?"))) == []
    for path in CATALOGUES.glob("*/LC_MESSAGES/messages.po"):
        words = {entry.msgid: entry.msgstr for entry in polib.pofile(str(path))}
        assert [text for text in found if text in words and not words[text].endswith((".", "?"))] == []

"""Pieces of pages that many readers share: rendered once a minute for each set of facts, then printed from memory.

A piece sees nothing but the facts it is given, and those are its key: whoever may read something else, or finds
something changed, has other facts and so another piece. Nothing ever has to be thrown away for being wrong. Form
tokens are put in when a piece is printed.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

from flask import current_app, request
from flask_babel import get_timezone
from markupsafe import Markup

from app.web.held import held
from app.web.page_words import page_locale
from app.web.runtime import runtime

MOST_CHARACTERS = 16_000_000
"""Of all pieces of a process; their keys hold about as much again."""
SECONDS = 60
"""How long «three minutes ago» may stand; a script on the page keeps it fresh besides."""
FORM_TOKEN, ONCE_TOKEN = "\x00form\x00", "\x00once\x00"  # no text of ours can hold a NUL
_TOKENS = re.compile("\x00(form|once)\x00")


class Pieces:
    """The pieces of one application, the least lately printed dropped first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, str] = OrderedDict()
        self._characters = 0

    def get(self, key: Hashable) -> str | None:
        """Return a piece and note that it was wanted."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def keep(self, key: Hashable, html: str) -> None:
        """Keep a piece, and drop others until all fit."""
        with self._lock:
            self._characters += len(html) - len(self._kept.pop(key, ""))
            self._kept[key] = html
            while self._characters > MOST_CHARACTERS and self._kept:
                self._characters -= len(self._kept.popitem(last=False)[1])


def piece(template: str, **facts: Hashable) -> Markup:
    """Render a template that depends on nothing but these facts, the reader's language and zone, and the minute."""
    pieces, reader = _of_request()
    key = (template, reader, *facts.items())
    html = pieces.get(key)
    if html is None:
        html = _rendered(template, facts)
        pieces.keep(key, html)
    return Markup(_TOKENS.sub(_token, html) if "\x00" in html else html)  # noqa: S704  # Jinja has escaped it


def _of_request() -> tuple[Pieces, Hashable]:
    """Return where pieces are kept, and what they share on this page."""
    found: tuple[Pieces, Hashable] | None = held().get("pieces")
    if found is None:
        minute = int(runtime().clock.now().timestamp()) // SECONDS
        reader = (str(page_locale()), str(get_timezone()), request.args.get("pl"), minute)
        found = held().pieces = (current_app.extensions["peerdesk.pieces"], reader)
    return found


def _rendered(template: str, facts: dict[str, Any]) -> str:
    request_globals = held()
    request_globals.makes_piece = True
    try:
        return current_app.jinja_env.get_template(template).render(facts)
    finally:
        request_globals.makes_piece = False


def _token(found: re.Match[str]) -> str:
    names = current_app.jinja_env.globals
    return str(names["csrf_token" if found[1] == "form" else "new_token"]())  # type: ignore[operator]  # functions

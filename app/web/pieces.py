"""What many readers share of pages: rendered or read once a minute for each set of facts, then taken from memory.

A piece sees nothing but the facts it is given, and those are its key: whoever may read something else, or finds
something changed, has other facts and so another piece. Nothing ever has to be thrown away for being wrong. Tokens of
forms and of the policy for scripts are put in when a piece is printed.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar

from flask import current_app, request, session
from flask_babel import get_timezone
from markupsafe import Markup

from app.web.held import held
from app.web.page_words import page_locale
from app.web.runtime import current_actor, runtime

T = TypeVar("T")
MOST_CHARACTERS = 16_000_000
"""Of everything that a process keeps; the keys hold about as much again."""
SECONDS = 60
"""How long «three minutes ago» may stand; a script on the page keeps it fresh besides."""
FORM_TOKEN, ONCE_TOKEN, NONCE = "\x00form\x00", "\x00once\x00", "\x00nonce\x00"  # no text of ours can hold a NUL


class Key:
    """What a piece is found by; long facts are hashed once, not again by each look."""

    __slots__ = ("_facts", "_hash")

    def __init__(self, *facts: Hashable) -> None:
        self._facts, self._hash = facts, hash(facts)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and self._facts == other._facts


class Pieces:
    """The pieces of one application, the least lately printed dropped first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._characters = 0

    def get(self, key: Hashable) -> Any | None:
        """Return a piece and note that it was wanted."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            if self._characters > MOST_CHARACTERS // 2:
                self._kept.move_to_end(key)
            return found[0]

    def keep(self, key: Hashable, piece: Any, characters: int) -> None:
        """Keep a piece, and drop others until all fit."""
        with self._lock:
            self._characters += characters - self._kept.pop(key, (None, 0))[1]
            self._kept[key] = piece, characters
            while self._characters > MOST_CHARACTERS and self._kept:
                self._characters -= self._kept.popitem(last=False)[1][1]


def piece(template: str, **facts: Hashable) -> Markup:
    """Render a template that depends on nothing but these facts, the reader's language and zone, and the minute."""
    return piece_of(template, tuple(facts.items()), lambda: facts)


def piece_of(template: str, facts: Hashable, load: Callable[[], Mapping[str, Any]]) -> Markup:
    """Render a template whose variables follow from these facts; names among them may be a minute old.

    Args:
        template: of a part of a page.
        facts: whatever the reader may or may not see must change with them, at once.
        load: gives the template's variables; asked only when the piece has to be rendered.

    """
    pieces, reader = _of_request()
    key = Key(template, reader, facts)
    html: str | None = pieces.get(key)
    if html is None:
        html = _rendered(template, load())
        pieces.keep(key, html, len(html))
    return Markup(html if held().get("makes_piece") else _printed(html))  # noqa: S704  # Jinja has escaped it


def kept(facts: Hashable, load: Callable[[], T], characters: Callable[[T], int]) -> T:
    """Return what was loaded for these facts within this minute; names in it may be so old.

    Args:
        facts: what it depends on; whether somebody may see it is the caller's question.
        load: reads it when it is not there.
        characters: about how long it is.

    """
    pieces, reader = _of_request()
    key = Key(reader[-1], facts)
    found: T | None = pieces.get(key)
    if found is None:
        found = load()
        pieces.keep(key, found, characters(found))
    return found


def guest_page(template: str, facts: Hashable, load: Callable[[], Mapping[str, Any]]) -> str:
    """Render a page that guests who ask for the same address are shown alike, once a minute for each set of facts.

    Args:
        template: of a whole page.
        facts: what the page depends on: whatever a guest may or may not see must change with them, at once. What else
            the page tells (names, scores) may be a minute old.
        load: gives the template's variables; asked only when the page has to be rendered.

    """
    if "_flashes" in session:
        return current_app.jinja_env.get_template(template).render(load())
    pieces, reader = _of_request()
    looks = (request.cookies.get("theme"), request.headers.get("HX-Request"))
    key = Key(template, reader, looks, request.full_path, current_actor().space_ids, facts)
    html: str | None = pieces.get(key)
    if html is None:
        html = _rendered(template, load())
        pieces.keep(key, html, len(html))
    return _printed(html)


def _printed(html: str) -> str:
    """Put in what differs on each page, and in each form."""
    if "\x00" not in html:
        return html
    names: Mapping[str, Any] = current_app.jinja_env.globals
    if ONCE_TOKEN in html:
        first, *others = html.split(ONCE_TOKEN)
        fresh = names["new_token"]()
        html = first + "".join([f"{fresh}.{number}{part}" for number, part in enumerate(others)])
    for token, function in ((FORM_TOKEN, "csrf_token"), (NONCE, "nonce")):
        if token in html:
            html = html.replace(token, names[function]())
    return html


def _of_request() -> tuple[Pieces, tuple[Hashable, ...]]:
    """Return where pieces are kept, and what they share on this page; the minute comes last."""
    found: tuple[Pieces, tuple[Hashable, ...]] | None = held().get("pieces")
    if found is None:
        minute = int(runtime().clock.now().timestamp()) // SECONDS
        reader = (str(page_locale()), str(get_timezone()), request.args.get("pl"), minute)
        found = held().pieces = (current_app.extensions["peerdesk.pieces"], reader)
    return found


def _rendered(template: str, facts: Mapping[str, Any]) -> str:
    request_globals = held()
    inside = request_globals.get("makes_piece", False)
    request_globals.makes_piece = True
    try:
        return current_app.jinja_env.get_template(template).render(facts)
    finally:
        request_globals.makes_piece = inside

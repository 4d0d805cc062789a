"""Refuse at the door what no browser of ours sends and what would only break deeper inside."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Flask, abort, current_app, request

from app.kernel.numbers import LARGEST_ID, LARGEST_SERIAL

LONGEST_QUERY = 64 * 1024
"""Bytes of a query string; the longest honest one is a search for a pasted log, written with three bytes a byte."""
NUL = "\x00"
SERIALS = frozenset({"delivery_id", "mail_id"})
"""Numbers in addresses that stand for what the product writes down by itself."""


def init_guard(app: Flask) -> None:
    """Look at each request before anything else reads it."""

    def refuse_nonsense() -> None:
        if len(request.query_string) > LONGEST_QUERY:
            abort(HTTPStatus.REQUEST_URI_TOO_LONG)
        if request.is_json:  # forms would take its numbers and lists for typed text
            abort(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        _refuse_flood()
        if _has_nul():
            abort(HTTPStatus.BAD_REQUEST)
        if any(_is_too_large(name, value) for name, value in (request.view_args or {}).items()):
            abort(HTTPStatus.NOT_FOUND)

    app.before_request(refuse_nonsense)


def _refuse_flood() -> None:
    """Bound the one kind of form that Werkzeug reads as a whole before it counts anything; files come in the other.

    Raises:
        RequestEntityTooLarge: when it has too many bytes or fields.

    """
    if request.mimetype == "multipart/form-data":
        return
    most = request.max_content_length = current_app.config["MAX_FORM_MEMORY_SIZE"]
    body = request.get_data()  # what comes in chunks is cut off there, without a word
    if len(body) >= most or body.count(b"&") >= current_app.config["MAX_FORM_PARTS"]:
        abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def _has_nul() -> bool:
    """Tell whether a NUL character came along; PostgreSQL cannot store one and no keyboard types one."""
    if NUL in request.path or any(NUL in name or NUL in value for name, value in request.args.items(multi=True)):
        return True
    return any(NUL in name or NUL in value for name, value in request.form.items(multi=True))


def _is_too_large(name: str, value: Any) -> bool:
    """Tell whether a number in an address is none that the database could compare with an id."""
    return isinstance(value, int) and value > (LARGEST_SERIAL if name in SERIALS else LARGEST_ID)

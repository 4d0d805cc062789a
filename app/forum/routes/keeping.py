"""A text that was refused is shown to its writer: nothing typed is lost, with or without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from flask import request
from flask.typing import ResponseReturnValue

from app.kernel.errors import Denied, NotFound
from app.web import pages
from app.web.words import sentence

STATES = frozenset({"forum.question_closed", "forum.merged", "forum.deleted", "forum.space_archived"})
"""Refusals that came about while somebody was writing."""
View = Callable[..., ResponseReturnValue]


def keeping_text(view: View) -> View:
    """Show what was written when the view refuses it as a whole: the question was closed, joined, moved or hidden."""

    @wraps(view)
    def kept(*args: int, **kwargs: int) -> ResponseReturnValue:
        try:
            return view(*args, **kwargs)
        except (Denied, NotFound) as error:
            text = request.form.get("body", "").strip()
            if pages.wants_fragment() or not text:  # an enhanced form keeps its text by itself
                raise
            return pages.show(
                "errors/refused.html",
                HTTPStatus.CONFLICT if error.reason in STATES else error.status,
                message=sentence(error.reason, **error.facts),
                title=request.form.get("title", "").strip(),
                text=text,
            )

    return kept

"""Render pages and fragments: the same URL gives a full page to a browser and a piece of it to htmx."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape


def wants_fragment() -> bool:
    """Tell whether the request comes from an enhanced control rather than from a navigation."""
    return request.headers.get("HX-Request") == "true"


def say(text: str) -> Markup:
    """Return the piece that puts a sentence into the page's one polite live region."""
    return Markup('<hx-partial hx-target="#say" hx-swap="innerHTML">{}</hx-partial>').format(escape(text))


def only_spoken(text: str) -> Markup:
    """Return a sentence that is read aloud and not shown, because the eye sees what it tells of already."""
    return Markup('<span class="vh">{}</span>').format(escape(text))


def show(template: str, status: int = 200, **context: Any) -> ResponseReturnValue:
    """Render a page."""
    return render_template(template, **context), status


def fragment(template: str, status: int = 200, spoken: str | None = None, **context: Any) -> ResponseReturnValue:
    """Render a piece of a page for an enhanced control, with the sentence to say aloud."""
    html = Markup(render_template(template, **context))  # noqa: S704  # Jinja has escaped it
    return html + say(spoken) if spoken else html, status


def go(location: str) -> ResponseReturnValue:
    """Send the browser on after a write (RFC 9110, 303 See Other)."""
    return redirect(location, code=303)

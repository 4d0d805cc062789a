"""Pages that are on the way to a person from everywhere: help, and accessibility."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from app.web.pages import show


def help_page() -> ResponseReturnValue:
    """Say how to reach a person."""
    return show("identity/help.html")


def accessibility() -> ResponseReturnValue:
    """Say what the site promises to people with disabilities, and where to tell of a barrier."""
    return show("identity/accessibility.html")

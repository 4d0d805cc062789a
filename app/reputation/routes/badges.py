"""All badges, and who has one."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from app.reputation.queries.badges import badge_page, badges_page
from app.web.pages import show as show_page
from app.web.runtime import current_actor, read_session


def index() -> ResponseReturnValue:
    """Show every badge."""
    return show_page("reputation/badges.html", badges=badges_page(read_session(), current_actor()))


def show(code: str) -> ResponseReturnValue:
    """Show who has one badge; ``?after=`` is the cursor."""
    page = badge_page(read_session(), current_actor(), code, request.args.get("after"))
    return show_page("reputation/badge.html", page=page)

"""Who helped most."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from app.kernel.errors import NotFound
from app.reputation.periods import Period
from app.reputation.queries.leaderboard import leaderboard
from app.web.pages import show as show_page
from app.web.runtime import current_actor, read_session, runtime


def show() -> ResponseReturnValue:
    """Show the ranking of ``?space=`` over ``?period=``."""
    try:
        period = Period(request.args.get("period", Period.MONTH))
    except ValueError as error:
        raise NotFound from error
    now = runtime().clock.now()
    page = leaderboard(read_session(), current_actor(), now, period, request.args.get("space") or None)
    return show_page("reputation/leaderboard.html", page=page, periods=list(Period))

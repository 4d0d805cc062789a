"""Every entry of one person, with its reason."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from app.identity.contract import ids_of_handles
from app.kernel.errors import NotFound
from app.reputation.queries.ledger_page import ledger_page
from app.reputation.services.ledger import REASON_WORDS
from app.web.pages import show as show_page
from app.web.runtime import current_actor, read_session


def show(handle: str) -> ResponseReturnValue:
    """Show a page of somebody's ledger; ``?after=`` is the cursor."""
    session = read_session()
    user_id = ids_of_handles(session, [handle]).get(handle)
    if user_id is None:
        raise NotFound
    page = ledger_page(session, current_actor(), user_id, request.args.get("after"))
    return show_page("reputation/ledger.html", page=page, reason_words=REASON_WORDS)

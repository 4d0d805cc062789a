"""What happened, and what to do with it; every button is a form that states what shall be."""

from __future__ import annotations

from collections.abc import Callable

from flask import request, url_for
from flask.typing import ResponseReturnValue

from app.kernel.unit_of_work import UnitOfWork
from app.notify.kinds import KINDS, WHY_WORDS
from app.notify.queries.inbox import inbox_page
from app.notify.services.deciding import Postpone, postpone, set_done, set_muted
from app.web.language import reader_zone
from app.web.pages import go
from app.web.pages import show as show_page
from app.web.runtime import current_actor, read_session, runtime, unit_of_work


def show() -> ResponseReturnValue:
    """Show the inbox; ``?after=`` is the cursor."""
    page = inbox_page(read_session(), current_actor(), runtime().clock.now(), request.args.get("after"))
    return show_page("notify/inbox.html", page=page, kinds=KINDS, why_words=WHY_WORDS)


def done(item_id: int) -> ResponseReturnValue:
    """Put an item away (``value=1``) or take it out again."""
    return _decide(lambda uow: set_done(uow, current_actor(), item_id, on=_on()))


def mute(item_id: int) -> ResponseReturnValue:
    """Stop hearing of a thread (``value=1``) or hear of it again."""
    return _decide(lambda uow: set_muted(uow, current_actor(), item_id, on=_on()))


def later(item_id: int) -> ResponseReturnValue:
    """Put an item off until ``until``."""
    command = Postpone(item_id, request.form.get("until", ""), reader_zone())
    return _decide(lambda uow: postpone(uow, current_actor(), command))


def _on() -> bool:
    return request.form.get("value") == "1"


def _decide(act: Callable[[UnitOfWork], None]) -> ResponseReturnValue:
    with unit_of_work() as uow:
        act(uow)
    back = "notify.mail_show" if request.form.get("back") == "mail" else "notify.inbox_show"
    return go(url_for(back))

"""Which news come by e-mail; stopping one kind from a letter, without signing in."""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue

from app.kernel.errors import NotFound
from app.notify.kinds import KINDS
from app.notify.queries.inbox import muted_items, wanted_kinds
from app.notify.services.deciding import choose_mail
from app.notify.unsubscribing import UnsubscribeLinks
from app.web.pages import go
from app.web.pages import show as show_page
from app.web.runtime import current_actor, port, read_session, unit_of_work


def show() -> ResponseReturnValue:
    """Show the choices, and the muted threads."""
    session, actor = read_session(), current_actor()
    return show_page(
        "notify/mail.html",
        kinds=KINDS,
        wanted=wanted_kinds(session, actor.user_id),
        muted=muted_items(session, actor),
        saved="saved" in request.args,
    )


def save() -> ResponseReturnValue:
    """Keep the choices: a box that is not ticked is a no."""
    ticked = set(request.form.getlist("mail"))
    with unit_of_work() as uow:
        for kind in KINDS:
            choose_mail(uow, current_actor().user_id, kind, wanted=kind in ticked)
    return go(url_for("notify.mail_show", saved=1))


def ask_to_stop(token: str) -> ResponseReturnValue:
    """Show one button; opening a link must not change anything, since mail scanners open links."""
    _, kind = _opened(token)
    return show_page("notify/stop.html", token=token, kind=KINDS[kind], stopped="stopped" in request.args)


def stop(token: str) -> ResponseReturnValue:
    """Stop one kind of letter for whoever got the link."""
    user_id, kind = _opened(token)
    with unit_of_work() as uow:
        choose_mail(uow, user_id, kind, wanted=False)
    return go(url_for("notify.mail_ask_to_stop", token=token, stopped=1))


def _opened(token: str) -> tuple[int, str]:
    user_id, kind = port(UnsubscribeLinks).open(token)
    if kind not in KINDS:
        raise NotFound
    return user_id, kind

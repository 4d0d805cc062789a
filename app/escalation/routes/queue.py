"""HTTP for the agents' queue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Any

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from wtforms.fields.choices import SelectChoice

from app.escalation.forms import ShareOutForm
from app.escalation.queries.queue import Queue, View, queue_page
from app.escalation.routes.saying import clock_time
from app.escalation.services.sharing_out import Shared, ShareOut, share_out
from app.identity.contract import people_with_role
from app.kernel.actor import Role
from app.kernel.errors import Invalid
from app.kernel.unit_of_work import UnitOfWork
from app.web import pages
from app.web.runtime import current_actor, perform_once, read_session, runtime

NOBODY = 0


def show() -> ResponseReturnValue:
    """Show who is waiting for us."""
    template = "escalation/_queue.html" if pages.wants_fragment() else "escalation/queue.html"
    return pages.show(template, **queue_context(), chosen=None)


def share() -> ResponseReturnValue:
    """Give those who were ticked to one agent."""
    form = offer_agents(ShareOutForm())
    if not form.validate():
        return _refused(form)

    def once(uow: UnitOfWork) -> str:
        chosen = form.assignee_id.data if form.assignee_id.data != NOBODY else None
        _tell(share_out(uow, current_actor(), ShareOut(form.versions, chosen)))
        return url_for("escalation.queue_show", view=wanted_view().value)

    try:
        return pages.go(perform_once(form.once.data, once))
    except Invalid as error:
        form.reject(error)
        return _refused(form)


def queue_context(form: ShareOutForm | None = None) -> dict[str, Any]:
    """Return what the list of people prints: it stands on the queue's page and beside a ticket."""
    view, now = wanted_view(), runtime().clock.now()
    queue: Queue = queue_page(read_session(), current_actor(), view, now, request.args.get("after"))
    cursor = queue.rows.next_cursor
    more = url_for("escalation.queue_show", view=view.value, after=cursor) if cursor else None
    share_form = form or offer_agents(ShareOutForm(formdata=None))
    return {
        "queue": queue, "view": view.value, "now": now, "more": more, "share_form": share_form, "soon": soon(now),
    }  # fmt: skip


def soon(now: datetime) -> Callable[[datetime], str]:
    """Return what writes a coming instant the way people say it."""
    return partial(clock_time, now=now)


def wanted_view() -> View:
    """Return the view that the address names; anything unknown is the whole queue."""
    named = request.args.get("view", "")
    return View(named) if named in set(View) else View.ALL


def offer_agents(form: ShareOutForm) -> ShareOutForm:
    """Fill the select with whoever can have a ticket, the reader first."""
    me = current_actor()
    others = [SelectChoice(a.id, a.name) for a in people_with_role(read_session(), Role.AGENT) if a.id != me.id]
    form.assignee_id.choices = [
        SelectChoice(me.user_id, gettext("Me")), *others, SelectChoice(NOBODY, gettext("Nobody, back to the desk")),
    ]  # fmt: skip
    return form


def _refused(form: ShareOutForm) -> ResponseReturnValue:
    return pages.show("escalation/queue.html", HTTPStatus.UNPROCESSABLE_ENTITY, **queue_context(form), chosen=None)


def _tell(shared: Shared) -> None:
    if shared.given:
        flash(ngettext("Done for %(num)d person.", "Done for %(num)d people.", shared.given))
    if shared.left:
        flash(
            ngettext(
                "%(num)d had changed meanwhile and was left alone.",
                "%(num)d had changed meanwhile and were left alone.",
                shared.left,
            )
        )

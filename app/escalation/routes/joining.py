"""HTTP for joining a ticket with another about the same trouble."""

from __future__ import annotations

import re
from http import HTTPStatus

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from wtforms.fields.choices import SelectChoice

from app.escalation.forms import JoinForm
from app.escalation.queries.joining import join_page
from app.escalation.services.joining import JoinTickets, join_tickets
from app.escalation.services.recording import StaleTicket
from app.kernel.errors import Invalid
from app.kernel.numbers import whole_number
from app.kernel.unit_of_work import UnitOfWork
from app.web import pages
from app.web.runtime import current_actor, perform_once, read_session

_REFERENCE = re.compile(r"(?:^|/waiting/|T-)([0-9]{1,12})\b", re.IGNORECASE)


def ask(ticket_id: int) -> ResponseReturnValue:
    """Ask which other ticket is about the same."""
    return _show(ticket_id, JoinForm(formdata=None), HTTPStatus.OK)


def join(ticket_id: int) -> ResponseReturnValue:
    """Join it with the one that was chosen, or whose reference was typed."""
    form = JoinForm()
    if not form.validate():
        return _show(ticket_id, form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def once(uow: UnitOfWork) -> str:
        command = JoinTickets(ticket_id, _other(form), form.version.data)
        return url_for("escalation.tickets_show", ticket_id=join_tickets(uow, current_actor(), command).id)

    try:
        location = perform_once(form.once.data, once)
    except Invalid as error:
        form.reject(error)
        return _show(ticket_id, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    except StaleTicket as error:
        form.reject(Invalid("", error.reason))
        return _show(ticket_id, form, HTTPStatus.CONFLICT)
    flash(gettext("Joined. Everybody hears from you here now."))
    return pages.go(location)


def _other(form: JoinForm) -> int:
    """Return the other ticket's id."""
    typed = (form.reference.data or "").strip()
    if form.other_id.data and typed:
        raise Invalid("other_id", "escalation.other_both")
    found = _REFERENCE.search(typed)
    number = form.other_id.data or (whole_number(found[1]) if found else None)
    if not number:
        raise Invalid("reference" if typed else "other_id", "escalation.other_unknown")
    return int(number)


def _show(ticket_id: int, form: JoinForm, status: int) -> ResponseReturnValue:
    page = join_page(read_session(), current_actor(), ticket_id)
    form.other_id.choices = [SelectChoice(other.id, f"{other.asker.name}: {other.title}") for other in page.others]
    return pages.show("escalation/join.html", status, page=page, form=form)

"""HTTP for putting a ticket aside and taking it up again."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.escalation.forms import AsideForm, TicketForm
from app.escalation.later import Later, Moments
from app.escalation.queries.ticket_page import ticket_page
from app.escalation.routes.saying import clock_time
from app.escalation.routes.tickets import TicketForms, offer_choices, render_ticket
from app.escalation.services.putting_aside import PutAside, put_aside, take_up
from app.escalation.services.recording import StaleTicket
from app.kernel.errors import Invalid
from app.kernel.unit_of_work import UnitOfWork
from app.web.language import reader_zone
from app.web.pages import go
from app.web.runtime import current_actor, perform_once, read_session, runtime, unit_of_work


def put(ticket_id: int) -> ResponseReturnValue:
    """Put it aside until one of the moments, or until a time of the agent's own."""
    form, now = AsideForm(), runtime().clock.now()
    forms = TicketForms(aside_form=form)
    page = ticket_page(read_session(), current_actor(), ticket_id, now)
    offer_choices(page, forms, now)
    if not form.validate():
        return render_ticket(ticket_id, forms, HTTPStatus.UNPROCESSABLE_ENTITY)
    told: list[str] = []

    def once(uow: UnitOfWork) -> str:
        command = PutAside(ticket_id, _until(form, page.later), form.awaited.data or "", form.version.data)
        until = put_aside(uow, current_actor(), command).aside_until
        assert until is not None  # it has just been put aside
        told.append(gettext("Put aside. It comes back at %(time)s.", time=clock_time(until, now)))
        return url_for("escalation.tickets_show", ticket_id=ticket_id)

    try:
        location = perform_once(form.once.data, once)
    except Invalid as error:
        form.reject(error)
        return render_ticket(ticket_id, forms, HTTPStatus.UNPROCESSABLE_ENTITY)
    except StaleTicket:
        return render_ticket(ticket_id, forms, HTTPStatus.CONFLICT, form.version.data, form.awaited.data or "")
    for sentence in told:
        flash(sentence)
    return go(location)


def take_back(ticket_id: int) -> ResponseReturnValue:
    """Bring it back before its time."""
    TicketForm().validate()
    with unit_of_work() as uow:
        take_up(uow, current_actor(), ticket_id)
    return go(url_for("escalation.tickets_show", ticket_id=ticket_id))


def _until(form: AsideForm, later: Moments) -> datetime:
    """Return the moment that was chosen, or the time that was typed in the reader's zone."""
    typed = (form.own.data or "").strip()
    if form.when.data:
        if typed:
            raise Invalid("when", "escalation.aside_both")
        return later[Later(form.when.data)]
    if not typed:
        raise Invalid("when", "escalation.aside_missing")
    try:
        wall = datetime.fromisoformat(typed)
    except ValueError as error:
        raise Invalid("own", "escalation.aside_unreadable") from error
    return wall if wall.tzinfo is not None else wall.replace(tzinfo=reader_zone())

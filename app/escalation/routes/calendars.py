"""When somebody is there, for administrators."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import Any

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, gettext

from app.escalation.access import access_calendar
from app.escalation.forms import CalendarForm
from app.escalation.queries.agreements import CalendarEntry, calendar_entry, calendars
from app.escalation.services.agreeing import EditCalendar, edit_calendar
from app.escalation.typed import read_days, read_windows, write_windows
from app.kernel.errors import Invalid
from app.kernel.unit_of_work import UnitOfWork
from app.web import pages
from app.web.runtime import current_actor, perform_once, read_session, runtime
from app.web.settings_forms import ChangedMeanwhile

FEW_DAYS = 8


def index() -> ResponseReturnValue:
    """List all calendars, with a form for a new one."""
    return _list(CalendarForm(formdata=None, zone="UTC", windows="Mon-Fri 09:00-17:00"), HTTPStatus.OK)


def create() -> ResponseReturnValue:
    """Make a calendar."""
    form = CalendarForm()
    return _save(None, form) or _list(form, HTTPStatus.UNPROCESSABLE_ENTITY)


def show(calendar_id: int) -> ResponseReturnValue:
    """Show one calendar in a form."""
    entry = calendar_entry(read_session(), calendar_id, runtime().clock.now())
    return _page(entry, CalendarForm.made_from(_values(entry)), HTTPStatus.OK)


def save(calendar_id: int) -> ResponseReturnValue:
    """Change when somebody is there, from now on."""
    form = CalendarForm()
    entry = calendar_entry(read_session(), calendar_id, runtime().clock.now())
    try:
        return _save(calendar_id, form) or _page(entry, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    except ChangedMeanwhile as change:
        form.show_both(change)
        return _page(entry, form, HTTPStatus.CONFLICT)


def _values(entry: CalendarEntry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "zone": entry.zone,
        "windows": write_windows(entry.windows),
        "country": entry.country,
        "subdivision": entry.subdivision,
        "own_holidays": "\n".join(entry.own_holidays),
    }


def _save(calendar_id: int | None, form: CalendarForm) -> ResponseReturnValue | None:
    """Save what was typed and go to the list; None when the form says what is wrong."""
    if not form.validate():
        return None

    def act(uow: UnitOfWork) -> str:
        if calendar_id is not None:
            access_calendar(uow.session, calendar_id, lock=True)  # nobody else saves between looking and writing
            form.ensure_seen(_values(calendar_entry(uow.session, calendar_id, uow.now)))
        edit_calendar(uow, current_actor(), command)
        return url_for("escalation.calendars_index")

    try:
        command = _command(calendar_id, form)
        location = perform_once(form.once.data, act)
    except Invalid as error:
        form.reject(error)
        return None
    flash(gettext("Saved. Promises that were given already stay as they are."))
    return pages.go(location)


def _command(calendar_id: int | None, form: CalendarForm) -> EditCalendar:
    return EditCalendar(
        calendar_id=calendar_id,
        name=form.name.data,
        zone=form.zone.data.strip(),
        windows=read_windows(form.windows.data or ""),
        country=(form.country.data or "").strip().upper(),
        subdivision=(form.subdivision.data or "").strip().upper(),
        own_holidays=read_days(form.own_holidays.data or ""),
    )


def _list(form: CalendarForm, status: int) -> ResponseReturnValue:
    found = calendars(read_session(), runtime().clock.now())
    return pages.show("escalation/admin/calendars.html", status, calendars=found, form=form, write=write_windows)


def _page(entry: CalendarEntry, form: CalendarForm, status: int) -> ResponseReturnValue:
    closed = [(day, format_date(date.fromisoformat(day), "full"), name) for day, name in entry.closed_days[:FEW_DAYS]]
    return pages.show("escalation/admin/calendar.html", status, calendar=entry, form=form, closed=closed)

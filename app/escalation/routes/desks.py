"""The desks and who works there, for administrators."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session
from wtforms.fields.choices import SelectChoice

from app.escalation.access import access_desk
from app.escalation.forms import DeskForm
from app.escalation.queries.agreements import DeskEntry, calendars, desks
from app.escalation.routes.saying import shown_name
from app.escalation.services.agreeing import EditDesk, edit_desk
from app.identity.contract import people_with_role
from app.kernel.actor import Role
from app.kernel.errors import Invalid, NotFound
from app.kernel.unit_of_work import UnitOfWork
from app.web import pages
from app.web.runtime import current_actor, perform_once, read_session, runtime
from app.web.settings_forms import ChangedMeanwhile


def index() -> ResponseReturnValue:
    """List all desks, with a form for a new one."""
    return _list(_offered(DeskForm(formdata=None)), HTTPStatus.OK)


def create() -> ResponseReturnValue:
    """Make a desk."""
    form = _offered(DeskForm())
    return _save(None, form) or _list(form, HTTPStatus.UNPROCESSABLE_ENTITY)


def show(desk_id: int) -> ResponseReturnValue:
    """Show one desk in a form."""
    desk = _desk(desk_id)
    return _page(desk, _offered(DeskForm.made_from(_values(desk))), HTTPStatus.OK)


def save(desk_id: int) -> ResponseReturnValue:
    """Change a desk."""
    desk, form = _desk(desk_id), _offered(DeskForm())
    try:
        return _save(desk_id, form) or _page(desk, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    except ChangedMeanwhile as change:
        form.show_both(change)
        return _page(desk, form, HTTPStatus.CONFLICT)


def _values(desk: DeskEntry) -> dict[str, Any]:
    ids = [agent.id for agent in desk.agents]
    return {"name": desk.name, "calendar_id": desk.calendar_id, "agent_ids": ids}


def _save(desk_id: int | None, form: DeskForm) -> ResponseReturnValue | None:
    """Save what was chosen and go to the list; None when the form says what is wrong."""
    if not form.validate():
        return None
    command = EditDesk(desk_id, form.name.data, form.calendar_id.data, tuple(form.agent_ids.data or ()))

    def act(uow: UnitOfWork) -> str:
        if desk_id is not None:
            access_desk(uow.session, desk_id, lock=True)  # nobody else saves between looking and writing
            form.ensure_seen(_values(_desk(desk_id, uow.session)))
        edit_desk(uow, current_actor(), command)
        return url_for("escalation.desks_index")

    try:
        location = perform_once(form.once.data, act)
    except Invalid as error:
        form.reject(error)
        return None
    flash(gettext("Saved."))
    return pages.go(location)


def _desk(desk_id: int, session: Session | None = None) -> DeskEntry:
    desk = next((desk for desk in desks(session or read_session()) if desk.id == desk_id), None)
    if desk is None:
        raise NotFound
    return desk


def _offered(form: DeskForm) -> DeskForm:
    session = read_session()
    form.calendar_id.choices = [
        SelectChoice(c.id, shown_name(c.name)) for c in calendars(session, runtime().clock.now())
    ]
    form.agent_ids.choices = [SelectChoice(p.id, p.name) for p in people_with_role(session, Role.AGENT)]
    return form


def _list(form: DeskForm, status: int) -> ResponseReturnValue:
    return pages.show("escalation/admin/desks.html", status, desks=desks(read_session()), form=form)


def _page(desk: DeskEntry, form: DeskForm, status: int) -> ResponseReturnValue:
    return pages.show("escalation/admin/desk.html", status, desk=desk, form=form)

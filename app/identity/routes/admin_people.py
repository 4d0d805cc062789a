"""Accounts and roles, for administrators."""

from __future__ import annotations

from http import HTTPStatus

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.identity.forms.administration import InviteForm
from app.identity.queries.administration import people_page, person_page
from app.identity.services.people import InvitePerson, SetSwitchedOff, invite_person, set_switched_off
from app.identity.services.roles import SetRole, set_role
from app.kernel.actor import Role
from app.kernel.errors import Invalid, NotFound
from app.kernel.unit_of_work import UnitOfWork
from app.web.pages import go
from app.web.pages import show as show_page
from app.web.runtime import current_actor, perform_once, read_session, runtime, unit_of_work


def index() -> ResponseReturnValue:
    """List and search people."""
    return _list(InviteForm(), HTTPStatus.OK)


def invite() -> ResponseReturnValue:
    """Make an account for somebody."""
    form = InviteForm()
    if not form.validate():
        return _list(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def act(uow: UnitOfWork) -> str:
        person = invite_person(uow, current_actor(), InvitePerson(form.name.data, form.email.data))
        return url_for("identity.admin_people_show", user_id=person.id)

    try:
        location = perform_once(form.once.data, act)
    except Invalid as error:
        form.reject(error)
        return _list(form, HTTPStatus.UNPROCESSABLE_ENTITY)
    flash(gettext("The account is made. The link to choose a password is on its way."))
    return go(location)


def show(user_id: int) -> ResponseReturnValue:
    """Show one person."""
    page = person_page(read_session(), current_actor(), user_id, runtime().clock.now())
    return show_page("identity/admin/person.html", page=page, roles=list(Role))


def save_role(user_id: int) -> ResponseReturnValue:
    """Give a role, or take it away: ``role`` and the wanted state ``value``."""
    try:
        role = Role(request.form.get("role", ""))
    except ValueError:
        raise NotFound from None
    with unit_of_work() as uow:
        set_role(uow, current_actor(), SetRole(user_id, role, on=request.form.get("value") == "1"))
    flash(gettext("Saved."))
    return go(url_for("identity.admin_people_show", user_id=user_id))


def save_switch(user_id: int) -> ResponseReturnValue:
    """Keep somebody out (``value=1``), or let them in again (``value=0``)."""
    with unit_of_work() as uow:
        set_switched_off(uow, current_actor(), SetSwitchedOff(user_id, on=request.form.get("value") == "1"))
    flash(gettext("Saved."))
    return go(url_for("identity.admin_people_show", user_id=user_id))


def _list(form: InviteForm, status: int) -> ResponseReturnValue:
    search = request.args.get("q", "").strip()[:100]
    people = people_page(read_session(), current_actor(), search, request.args.get("after"))
    next_url = people.next_cursor and url_for("identity.admin_people_index", q=search or None, after=people.next_cursor)
    return show_page(
        "identity/admin/people.html", status, form=form, people=people.items, search=search, next_url=next_url
    )

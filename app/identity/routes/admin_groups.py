"""Groups, for administrators."""

from __future__ import annotations

from http import HTTPStatus

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.identity.forms.administration import GroupForm, MemberForm
from app.identity.queries.administration import group_page, groups_page
from app.identity.services.groups import SetMembership, add_member, make_group, rename_group, set_membership
from app.kernel.errors import Invalid
from app.kernel.unit_of_work import UnitOfWork
from app.web.pages import go
from app.web.pages import show as show_page
from app.web.runtime import current_actor, perform_once, read_session, unit_of_work

NAME = "group-"
"""Keeps the fields of the two forms on one page apart."""


def index() -> ResponseReturnValue:
    """List all groups."""
    return _list(GroupForm(), HTTPStatus.OK)


def create() -> ResponseReturnValue:
    """Make a group."""
    form = GroupForm()
    if not form.validate():
        return _list(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def act(uow: UnitOfWork) -> str:
        group = make_group(uow, current_actor(), form.name.data)
        return url_for("identity.admin_groups_show", group_id=group.id)

    try:
        return go(perform_once(form.once.data, act))
    except Invalid as error:
        form.reject(error)
        return _list(form, HTTPStatus.UNPROCESSABLE_ENTITY)


def show(group_id: int) -> ResponseReturnValue:
    """Show one group and who is in it."""
    return _page(group_id, None, MemberForm(), HTTPStatus.OK)


def rename(group_id: int) -> ResponseReturnValue:
    """Give a group another name."""
    form = GroupForm(prefix=NAME)
    if not form.validate():
        return _page(group_id, form, MemberForm(formdata=None), HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        with unit_of_work() as uow:
            rename_group(uow, current_actor(), group_id, form.name.data)
    except Invalid as error:
        form.reject(error)
        return _page(group_id, form, MemberForm(formdata=None), HTTPStatus.UNPROCESSABLE_ENTITY)
    flash(gettext("Saved."))
    return go(url_for("identity.admin_groups_show", group_id=group_id))


def add(group_id: int) -> ResponseReturnValue:
    """Put somebody into a group."""
    form = MemberForm()
    if not form.validate():
        return _page(group_id, None, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        with unit_of_work() as uow:
            add_member(uow, current_actor(), group_id, form.person.data)
    except Invalid as error:
        form.reject(error)
        return _page(group_id, None, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    flash(gettext("Saved."))
    return go(url_for("identity.admin_groups_show", group_id=group_id))


def remove(group_id: int, user_id: int) -> ResponseReturnValue:
    """Take somebody out of a group."""
    with unit_of_work() as uow:
        set_membership(uow, current_actor(), SetMembership(group_id, user_id, on=False))
    flash(gettext("Saved."))
    return go(url_for("identity.admin_groups_show", group_id=group_id))


def _list(form: GroupForm, status: int) -> ResponseReturnValue:
    groups = groups_page(read_session(), current_actor())
    return show_page("identity/admin/groups.html", status, form=form, groups=groups)


def _page(group_id: int, form: GroupForm | None, member_form: MemberForm, status: int) -> ResponseReturnValue:
    page = group_page(read_session(), current_actor(), group_id)
    name_form = form or GroupForm(formdata=None, prefix=NAME, name=page.group.name)
    return show_page("identity/admin/group.html", status, page=page, form=name_form, member_form=member_form)

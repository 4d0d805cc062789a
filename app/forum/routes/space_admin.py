"""HTTP for administrators who lay out the house: list, make and change spaces."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, TypeVar

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from wtforms.fields.choices import SelectChoice

from app.forum.access import access_space
from app.forum.forms import EditSpaceForm, SpaceFields, SpaceForm, split_tags
from app.forum.queries.space_admin import SpaceForEditing, all_spaces, space_for_editing
from app.forum.routes.acting import act_once
from app.forum.services.spaces import CreateSpace, EditSpace, create_space, edit_space
from app.identity.contract import group_names
from app.kernel.unit_of_work import UnitOfWork
from app.web import pages
from app.web.runtime import current_actor, read_session
from app.web.settings_forms import ChangedMeanwhile

F = TypeVar("F", bound=SpaceFields)


def index() -> ResponseReturnValue:
    """List all spaces, with a form for a new one."""
    return _list(_offered(SpaceForm(formdata=None)), HTTPStatus.OK)


def create() -> ResponseReturnValue:
    """Make a space."""
    form = _offered(SpaceForm())

    def again() -> ResponseReturnValue:
        return _list(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def do(uow: UnitOfWork) -> str:
        command = CreateSpace(
            slug=form.slug.data.strip(),
            name=form.name.data,
            purpose=form.purpose.data or "",
            rules=form.rules.data or "",
            visibility=form.visibility.data,
            group_ids=tuple(form.group_ids.data or ()),
            tags=split_tags(form.tags.data or ""),
            position=form.position.data or 0,
        )
        space = create_space(uow, current_actor(), command)
        flash(gettext("%(name)s is open.", name=space.name))
        return url_for("forum.space_admin_index")

    return act_once(form, do, again) if form.validate() else again()


def show(space_id: int) -> ResponseReturnValue:
    """Show one space in a form."""
    space = space_for_editing(read_session(), current_actor(), space_id)
    return _page(space, _offered(EditSpaceForm.made_from(_values(space))), HTTPStatus.OK)


def save(space_id: int) -> ResponseReturnValue:
    """Change a space."""
    space, form = space_for_editing(read_session(), current_actor(), space_id), _offered(EditSpaceForm())

    def again() -> ResponseReturnValue:
        return _page(space, form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def do(uow: UnitOfWork) -> str:
        access_space(uow.session, current_actor(), space_id, lock=True)
        form.ensure_seen(_values(space_for_editing(uow.session, current_actor(), space_id)))
        command = EditSpace(
            space_id=space_id,
            name=form.name.data,
            purpose=form.purpose.data or "",
            rules=form.rules.data or "",
            visibility=form.visibility.data,
            group_ids=tuple(form.group_ids.data or ()),
            tags=split_tags(form.tags.data or ""),
            position=form.position.data or 0,
            archived=bool(form.archived.data),
        )
        edit_space(uow, current_actor(), command)
        flash(gettext("Saved."))
        return url_for("forum.space_admin_index")

    try:
        return act_once(form, do, again) if form.validate() else again()
    except ChangedMeanwhile as change:
        form.show_both(change)
        return _page(space, form, HTTPStatus.CONFLICT)


def _values(space: SpaceForEditing) -> dict[str, Any]:
    return {
        "name": space.name,
        "purpose": space.purpose,
        "rules": space.rules,
        "visibility": space.visibility,
        "group_ids": sorted(space.group_ids),
        "tags": " ".join(sorted(space.tags)),
        "position": space.position,
        "archived": space.archived,
    }


def _offered(form: F) -> F:
    form.group_ids.choices = [SelectChoice(number, name) for number, name in group_names(read_session()).items()]
    return form


def _list(form: SpaceFields, status: int) -> ResponseReturnValue:
    spaces = all_spaces(read_session(), current_actor())
    return pages.show("forum/spaces/admin.html", status, spaces=spaces, form=form)


def _page(space: SpaceForEditing, form: SpaceFields, status: int) -> ResponseReturnValue:
    return pages.show("forum/spaces/admin_space.html", status, space=space, form=form)

"""Edit one's own profile and picture."""

from __future__ import annotations

import secrets
from http import HTTPStatus

import structlog
from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.identity.avatars import make_avatar
from app.identity.forms.settings import AvatarForm, ProfileForm
from app.identity.ports import AvatarStore
from app.identity.queries.profiles import own_profile
from app.identity.services.profiles import edit_profile, set_avatar
from app.kernel.errors import Invalid
from app.kernel.unit_of_work import UnitOfWork
from app.web.pages import go
from app.web.pages import show as show_page
from app.web.runtime import current_actor, perform_once, port, read_session, unit_of_work

log = structlog.get_logger(__name__)


def show() -> ResponseReturnValue:
    """Show the form."""
    person = own_profile(read_session(), current_actor())
    return _page(ProfileForm(obj=person, languages=list(person.languages)), AvatarForm(), HTTPStatus.OK)


def save() -> ResponseReturnValue:
    """Change what others see."""
    form = ProfileForm()
    if not form.validate():
        return _page(form, AvatarForm(formdata=None), HTTPStatus.UNPROCESSABLE_ENTITY)

    def act(uow: UnitOfWork) -> str:
        edit_profile(uow, current_actor(), form.to_command())
        return url_for("identity.own_profile_show")

    try:
        location = perform_once(form.once.data, act)
    except Invalid as error:
        form.reject(error)
        return _page(form, AvatarForm(formdata=None), HTTPStatus.UNPROCESSABLE_ENTITY)
    flash(gettext("Your profile is saved."))
    return go(location)


def upload() -> ResponseReturnValue:
    """Show another picture of oneself; it is made small before the transaction begins."""
    form = AvatarForm()
    try:
        if not form.validate():
            return _rejected(form)
        picture = make_avatar(form.avatar.data.read())
    except Invalid as error:
        form.reject(error)
        return _rejected(form)

    def act(uow: UnitOfWork) -> str:
        key = secrets.token_hex(16)
        try:
            port(AvatarStore).save(key, picture)
        except OSError as error:
            log.exception("picture not kept", size=len(picture))
            raise Invalid("avatar", "identity.avatar_not_kept") from error
        set_avatar(uow, current_actor(), key)
        return url_for("identity.own_profile_show")

    try:
        location = perform_once(form.once.data, act)
    except Invalid as error:
        form.reject(error)
        return _rejected(form)
    flash(gettext("Your picture is saved."))
    return go(location)


def remove() -> ResponseReturnValue:
    """Show no picture."""
    with unit_of_work() as uow:
        set_avatar(uow, current_actor(), None)
    flash(gettext("Your picture is gone."))
    return go(url_for("identity.own_profile_show"))


def _rejected(form: AvatarForm) -> ResponseReturnValue:
    person = own_profile(read_session(), current_actor())
    profile = ProfileForm(formdata=None, obj=person, languages=list(person.languages))
    return _page(profile, form, HTTPStatus.UNPROCESSABLE_ENTITY)


def _page(form: ProfileForm, avatar_form: AvatarForm, status: int) -> ResponseReturnValue:
    person = own_profile(read_session(), current_actor())
    return show_page("identity/settings/profile.html", status, form=form, avatar_form=avatar_form, person=person)

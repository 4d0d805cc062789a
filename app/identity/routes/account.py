"""How one signs in: password, address, browsers."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.identity.addresses import plain_address
from app.identity.forms.accounts import ChangeEmailForm, ChangePasswordForm, ConfirmForm
from app.identity.passwords import NewPassword, hash_password
from app.identity.queries.settings import account_page
from app.identity.routes.proving import proved_hash
from app.identity.services.emails import ask_email_change, change_email
from app.identity.services.passwords import ChangePassword, change_password
from app.identity.services.registering import ask_email_verification
from app.identity.services.signing_in import revoke_sign_in, revoke_sign_ins
from app.identity.tokens import Purpose, Tokens
from app.kernel.errors import Invalid
from app.kernel.unit_of_work import UnitOfWork
from app.web.forms import Form
from app.web.login import current_token
from app.web.pages import go
from app.web.pages import show as show_page
from app.web.runtime import current_actor, perform_once, port, read_session, runtime, unit_of_work

EMAIL = "address-"
"""Keeps the fields of the two forms on one page apart."""


def show() -> ResponseReturnValue:
    """Show address, password and browsers."""
    return _page(HTTPStatus.OK, ChangePasswordForm(), ChangeEmailForm(prefix=EMAIL))


def save_password() -> ResponseReturnValue:
    """Replace the password; other browsers are signed out."""
    form = ChangePasswordForm()

    def act(uow: UnitOfWork) -> None:
        new = NewPassword(form.password.data, new_hash)
        change_password(uow, current_actor(), ChangePassword(proved, new, current_token()))

    if not form.validate():
        return _page(HTTPStatus.UNPROCESSABLE_ENTITY, form, ChangeEmailForm(formdata=None, prefix=EMAIL))
    try:
        proved = proved_hash(form.current.data)
        new_hash = hash_password(form.password.data)
        location = _once(form, act)
    except Invalid as error:
        form.reject(error)
        return _page(HTTPStatus.UNPROCESSABLE_ENTITY, form, ChangeEmailForm(formdata=None, prefix=EMAIL))
    flash(gettext("Your new password is in force. Your other browsers were signed out."))
    return go(location)


def save_email() -> ResponseReturnValue:
    """Ask for another address; it counts once the link that is sent there is opened."""
    form = ChangeEmailForm(prefix=EMAIL)
    if not form.validate():
        return _page(HTTPStatus.UNPROCESSABLE_ENTITY, ChangePasswordForm(formdata=None), form)
    try:
        proved_hash(form.current.data)
        location = _once(form, lambda uow: ask_email_change(uow, current_actor(), form.email.data))
    except Invalid as error:
        form.reject(error)
        return _page(HTTPStatus.UNPROCESSABLE_ENTITY, ChangePasswordForm(formdata=None), form)
    flash(gettext("Open the link that we have sent to %(email)s.", email=plain_address(form.email.data)))
    return go(location)


def confirm_email(token: str) -> ResponseReturnValue:
    """Show the button that takes the wanted address over."""
    person = port(Tokens).open(read_session(), Purpose.CHANGE_EMAIL, token)
    return show_page("identity/confirm_email.html", form=ConfirmForm(), address=person.pending_email)


def take_email(token: str) -> ResponseReturnValue:
    """Take the wanted address over."""

    def act(uow: UnitOfWork) -> str:
        change_email(uow, current_actor(), port(Tokens), token)
        return url_for("identity.registering_verified")

    return go(perform_once(ConfirmForm().once.data, act))


def send_verification() -> ResponseReturnValue:
    """Send the link that verifies the address once more."""
    location = _once(ConfirmForm(), lambda uow: ask_email_verification(uow, current_actor()))
    flash(gettext("The link is on its way to you."))
    return go(location)


def revoke(sign_in_id: int) -> ResponseReturnValue:
    """Sign another browser out."""
    with unit_of_work() as uow:
        revoke_sign_in(uow, current_actor(), sign_in_id)
    flash(gettext("That browser is signed out."))
    return go(url_for("identity.account_show"))


def revoke_others() -> ResponseReturnValue:
    """Sign all other browsers out."""
    with unit_of_work() as uow:
        revoke_sign_ins(uow, current_actor().user_id, except_token=current_token())
    flash(gettext("All your other browsers are signed out."))
    return go(url_for("identity.account_show"))


def _once(form: Form, act: Callable[[UnitOfWork], None]) -> str:
    def perform(uow: UnitOfWork) -> str:
        act(uow)
        return url_for("identity.account_show")

    return perform_once(form.once.data, perform)


def _page(status: int, password_form: ChangePasswordForm, email_form: ChangeEmailForm) -> ResponseReturnValue:
    account = account_page(read_session(), current_actor(), current_token(), runtime().clock.now())
    return show_page(
        "identity/settings/account.html", status, account=account, password_form=password_form, email_form=email_form
    )

"""Make an account and verify its address."""

from __future__ import annotations

from http import HTTPStatus

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from app.identity.addresses import checked_address
from app.identity.forms.accounts import ConfirmForm, RegisterForm
from app.identity.passwords import ensure_strong, hash_password
from app.identity.profile_rules import clean_name
from app.identity.routes.attempts import may_write_to
from app.identity.services.registering import Register, register, verify_email
from app.identity.tokens import Purpose, Tokens
from app.kernel.errors import Denied, Invalid
from app.kernel.unit_of_work import UnitOfWork
from app.web.going_back import next_place
from app.web.pages import go
from app.web.pages import show as show_page
from app.web.runtime import current_actor, perform_once, port, read_session, runtime


def show() -> ResponseReturnValue:
    """Show the form; somebody who is signed in has an account."""
    _ensure_open()
    if not current_actor().is_anonymous:
        return go(next_place())
    return _page(RegisterForm(), HTTPStatus.OK)


def create() -> ResponseReturnValue:
    """Make an account; the answer is the same for a known address."""
    _ensure_open()
    form = RegisterForm()
    if not form.validate():
        return _page(form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        command = _command(form)
    except Invalid as error:
        form.reject(error)
        return _page(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def act(uow: UnitOfWork) -> str:
        register(uow, current_actor(), command)
        return url_for("identity.registering_done", next=next_place())

    return go(perform_once(form.once.data, act))


def done() -> ResponseReturnValue:
    """Say what comes next."""
    return show_page(
        "identity/registered.html", next_place=next_place(), mail_is_kept=runtime().settings.mail_url is None
    )


def confirm(token: str) -> ResponseReturnValue:
    """Show the button that verifies an address: mail scanners follow links, but press no buttons."""
    person = port(Tokens).open(read_session(), Purpose.VERIFY_EMAIL, token)
    return show_page("identity/confirm_email.html", form=ConfirmForm(), address=person.email)


def verify(token: str) -> ResponseReturnValue:
    """Believe that the address is the person's."""

    def act(uow: UnitOfWork) -> str:
        verify_email(uow, current_actor(), port(Tokens), token)
        return url_for("identity.registering_verified")

    return go(perform_once(ConfirmForm().once.data, act))


def verified() -> ResponseReturnValue:
    """Say that the address is verified."""
    return show_page("identity/email_confirmed.html")


def _command(form: RegisterForm) -> Register:
    name, email = clean_name(form.name.data), checked_address(form.email.data)
    ensure_strong(form.password.data, name, email, email.partition("@")[0], runtime().settings.site_name)
    new_hash = hash_password(form.password.data)
    return Register(name, email, new_hash, str(get_locale()), tell_owner=may_write_to(email))


def _ensure_open() -> None:
    if runtime().settings.registration != "open":
        raise Denied("identity.registration_closed")


def _page(form: RegisterForm, status: int) -> ResponseReturnValue:
    return show_page("identity/register.html", status, form=form, next_place=next_place())

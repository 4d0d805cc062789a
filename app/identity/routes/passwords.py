"""Replace a forgotten password."""

from __future__ import annotations

from http import HTTPStatus

from flask import url_for
from flask.typing import ResponseReturnValue

from app.identity.forms.accounts import ForgottenForm, NewPasswordForm
from app.identity.passwords import NewPassword, hash_password
from app.identity.routes.attempts import may_write_to
from app.identity.services.passwords import ask_password_reset, reset_password
from app.identity.tokens import Purpose, Tokens
from app.kernel.errors import Invalid
from app.kernel.unit_of_work import UnitOfWork
from app.web.login import end_session
from app.web.pages import go
from app.web.pages import show as show_page
from app.web.runtime import current_actor, perform_once, port, read_session


def forgotten() -> ResponseReturnValue:
    """Ask whose password was forgotten."""
    return show_page("identity/forgotten.html", form=ForgottenForm())


def ask() -> ResponseReturnValue:
    """Send a link; the answer is the same for an unknown address, and for one that has got many."""
    form = ForgottenForm()
    if not form.validate():
        return show_page("identity/forgotten.html", HTTPStatus.UNPROCESSABLE_ENTITY, form=form)

    def act(uow: UnitOfWork) -> str:
        if may_write_to(form.email.data):
            ask_password_reset(uow, current_actor(), form.email.data)
        return url_for("identity.passwords_asked")

    return go(perform_once(form.once.data, act))


def asked() -> ResponseReturnValue:
    """Say that a link is on its way, if there is such an account."""
    return show_page("identity/reset_asked.html")


def choose(token: str) -> ResponseReturnValue:
    """Show the form for a new password."""
    port(Tokens).open(read_session(), Purpose.RESET_PASSWORD, token)
    return show_page("identity/new_password.html", form=NewPasswordForm())


def replace(token: str) -> ResponseReturnValue:
    """Take the new password; every browser is signed out, this one too."""
    form = NewPasswordForm()
    if not form.validate():
        return show_page("identity/new_password.html", HTTPStatus.UNPROCESSABLE_ENTITY, form=form)
    new = NewPassword(form.password.data, hash_password(form.password.data))

    def act(uow: UnitOfWork) -> str:
        reset_password(uow, current_actor(), port(Tokens), token, new)
        return url_for("identity.passwords_replaced")

    try:
        location = perform_once(form.once.data, act)
    except Invalid as error:
        form.reject(error)
        return show_page("identity/new_password.html", HTTPStatus.UNPROCESSABLE_ENTITY, form=form)
    end_session()
    return go(location)


def replaced() -> ResponseReturnValue:
    """Say that the new password is in force."""
    return show_page("identity/password_replaced.html")

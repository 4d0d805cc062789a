"""Sign in and out."""

from __future__ import annotations

from http import HTTPStatus

from flask import make_response, request, url_for
from flask.typing import ResponseReturnValue

from app.identity.forms.accounts import SignInForm
from app.identity.passwords import hash_password, matches, needs_rehash
from app.identity.queries.credentials import Credential, credential_of
from app.identity.routes.attempts import count_wrong, may_write_to, too_many
from app.identity.routes.device import remember_language, remember_theme
from app.identity.services.registering import ask_proved_verification
from app.identity.services.signing_in import OpenSignIn, close_sign_in, open_sign_in
from app.kernel.errors import Invalid
from app.kernel.unit_of_work import UnitOfWork
from app.web.going_back import next_place
from app.web.login import begin_session, current_token, end_session
from app.web.pages import go
from app.web.pages import show as show_page
from app.web.runtime import current_actor, perform_once, read_session, runtime, unit_of_work


def show() -> ResponseReturnValue:
    """Show the form; somebody who is signed in goes on."""
    if not current_actor().is_anonymous:
        return go(next_place())
    return _page(SignInForm(), HTTPStatus.OK)


def create() -> ResponseReturnValue:
    """Sign this browser in."""
    form = SignInForm()
    if not form.validate():
        return _page(form, HTTPStatus.UNPROCESSABLE_ENTITY)
    if too_many(form.email.data):
        form.reject(Invalid("email", "identity.too_many_attempts"))
        return _page(form, HTTPStatus.TOO_MANY_REQUESTS)
    credential = _proved(form.email.data, form.password.data)
    if credential is None:
        count_wrong(form.email.data)
        form.reject(Invalid("email", "identity.no_match"))
        return _page(form, HTTPStatus.UNPROCESSABLE_ENTITY)
    if must_verify_first() and not credential.is_verified:
        return _ask_to_verify(form, credential)
    place = next_place()
    begin_session(_open(credential, form.password.data), credential.user_id)
    response = make_response(go(place))
    if credential.interface_language:
        remember_language(response, credential.interface_language)
    if credential.theme:
        remember_theme(response, credential.theme)
    return response


def leave() -> ResponseReturnValue:
    """Sign this browser out; being signed out already is fine."""
    token = current_token()
    if token is not None:
        with unit_of_work() as uow:
            close_sign_in(uow, token)
        end_session()
    return go("/")


def _proved(email: str, password: str) -> Credential | None:
    """Return who proved to be who they say; an unknown address takes as long as a wrong password."""
    credential = credential_of(read_session(), email)
    is_right = matches(password, credential.password_hash if credential else None)
    return credential if is_right else None


def _ask_to_verify(form: SignInForm, credential: Credential) -> ResponseReturnValue:
    """Send the link once more and say so; only whoever proved the password learns that the account waits for it."""

    def act(uow: UnitOfWork) -> str:
        if may_write_to(form.email.data):
            ask_proved_verification(uow, current_actor(), credential.user_id)
        return url_for("identity.signing_in_show")

    perform_once(form.once.data, act)
    form.reject(Invalid("email", "identity.not_verified", email=credential.email))
    return _page(form, HTTPStatus.UNPROCESSABLE_ENTITY)


def _open(credential: Credential, password: str) -> str:
    proved = str(credential.password_hash)
    command = OpenSignIn(
        user_id=credential.user_id,
        proved_hash=proved,
        browser=request.user_agent.string,
        new_hash=hash_password(password) if needs_rehash(proved) else None,
        replaces=current_token(),
    )
    with unit_of_work() as uow:
        return open_sign_in(uow, current_actor(), command)


def must_verify_first() -> bool:
    """Tell whether an account counts only after its address is verified: wherever mail really goes out."""
    return runtime().settings.mail_url is not None


def _page(form: SignInForm, status: int) -> ResponseReturnValue:
    is_open = runtime().settings.registration == "open"
    return show_page("identity/sign_in.html", status, form=form, next_place=next_place(), registration_open=is_open)

"""What the site holds about a person: take it along, or have it forgotten."""

from __future__ import annotations

import json
from http import HTTPStatus

from flask import Response, url_for
from flask.typing import ResponseReturnValue

from app.identity.forms.accounts import LeaveForm
from app.identity.queries.settings import preferences
from app.identity.routes.proving import proved_hash
from app.identity.services.leaving import leave as delete_account
from app.kernel.errors import Conflict, Invalid
from app.kernel.personal_data import Estate
from app.kernel.unit_of_work import UnitOfWork
from app.web.login import end_session
from app.web.pages import go
from app.web.pages import show as show_page
from app.web.runtime import current_actor, perform_once, port, read_session


def show() -> ResponseReturnValue:
    """Show the choices about one's data."""
    return _page(LeaveForm(), HTTPStatus.OK)


def export() -> ResponseReturnValue:
    """Give everything that is held about the actor, as one JSON file."""
    data = port(Estate).export(read_session(), current_actor().user_id)
    body = json.dumps(data, ensure_ascii=False, indent=2, default=str)
    response = Response(body, mimetype="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    response.headers["Cache-Control"] = "no-store"
    return response


def leave() -> ResponseReturnValue:
    """Delete the actor's account."""
    form = LeaveForm()
    if not form.validate():
        return _page(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def act(uow: UnitOfWork) -> str:
        delete_account(uow, current_actor(), port(Estate), proved)
        return url_for("identity.own_data_gone")

    try:
        proved = proved_hash(form.current.data)
        location = perform_once(form.once.data, act)
    except Invalid as error:
        form.reject(error)
        return _page(form, HTTPStatus.UNPROCESSABLE_ENTITY)
    except Conflict as error:
        form.reject(Invalid("", error.reason))
        return _page(form, HTTPStatus.CONFLICT)
    end_session()
    return go(location)


def gone() -> ResponseReturnValue:
    """Say goodbye."""
    return show_page("identity/gone.html")


def _page(form: LeaveForm, status: int) -> ResponseReturnValue:
    chosen = preferences(read_session(), current_actor())
    return show_page("identity/settings/data.html", status, form=form, chosen=chosen)

"""How a person wants the site to be: language and formats, looks, keyboard, leaderboard."""

from __future__ import annotations

from http import HTTPStatus

from flask import flash, make_response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.identity.forms.settings import FormatsForm, LooksForm
from app.identity.queries.settings import preferences
from app.identity.routes.device import remember_language, remember_theme
from app.identity.services.profiles import (
    choose_formats,
    choose_language,
    choose_theme,
    set_on_leaderboard,
    set_shortcuts,
)
from app.kernel.errors import Invalid
from app.web.going_back import next_place, place_before
from app.web.language import LANGUAGES
from app.web.pages import go
from app.web.pages import show as show_page
from app.web.runtime import current_actor, read_session, unit_of_work


def formats() -> ResponseReturnValue:
    """Show language and time zone."""
    chosen = preferences(read_session(), current_actor())
    form = FormatsForm(language=chosen.interface_language or "", time_zone=chosen.time_zone or "")
    return show_page("identity/settings/formats.html", form=form)


def save_formats() -> ResponseReturnValue:
    """Choose language and time zone, for the account and for this browser."""
    form = FormatsForm()
    if not form.validate():
        return show_page("identity/settings/formats.html", HTTPStatus.UNPROCESSABLE_ENTITY, form=form)
    command = form.to_command()
    try:
        with unit_of_work() as uow:
            choose_formats(uow, current_actor(), command)
    except Invalid as error:
        form.reject(error)
        return show_page("identity/settings/formats.html", HTTPStatus.UNPROCESSABLE_ENTITY, form=form)
    response = make_response(_saved("identity.preferences_formats"))
    remember_language(response, command.language)
    return response


def looks() -> ResponseReturnValue:
    """Show light and dark, and the keyboard switch."""
    chosen = preferences(read_session(), current_actor())
    form = LooksForm(theme=chosen.theme)
    return show_page("identity/settings/looks.html", form=form, chosen=chosen)


def save_looks() -> ResponseReturnValue:
    """Choose light or dark, for the account and for this browser."""
    form = LooksForm()
    if not form.validate():
        chosen = preferences(read_session(), current_actor())
        return show_page("identity/settings/looks.html", HTTPStatus.UNPROCESSABLE_ENTITY, form=form, chosen=chosen)
    with unit_of_work() as uow:
        choose_theme(uow, current_actor(), form.theme.data)
    response = make_response(_saved("identity.preferences_looks"))
    remember_theme(response, form.theme.data)
    return response


def save_shortcuts() -> ResponseReturnValue:
    """Switch single-key shortcuts to the wanted state."""
    with unit_of_work() as uow:
        set_shortcuts(uow, current_actor(), _wanted())
    return _saved("identity.preferences_looks")


def save_leaderboard() -> ResponseReturnValue:
    """Appear on the leaderboard, or not."""
    with unit_of_work() as uow:
        set_on_leaderboard(uow, current_actor(), _wanted())
    return _saved("identity.own_data_show")


def device() -> ResponseReturnValue:
    """Show language and looks of this browser, to guests too."""
    return show_page("identity/device.html", back=place_before())


def switch_language() -> ResponseReturnValue:
    """Take the language of the switch below each page; guests keep it on their browser."""
    language = request.form.get("language", "")
    chosen = language if language in LANGUAGES else None
    if not current_actor().is_anonymous:
        with unit_of_work() as uow:
            choose_language(uow, current_actor(), chosen)
    response = make_response(go(next_place()))
    remember_language(response, chosen)
    return response


def switch_theme() -> ResponseReturnValue:
    """Take the looks of the switch below each page; guests keep them on their browser."""
    theme = request.form.get("theme", "")
    if not current_actor().is_anonymous:
        with unit_of_work() as uow:
            choose_theme(uow, current_actor(), theme)
    response = make_response(go(next_place()))
    remember_theme(response, theme)
    return response


def _wanted() -> bool:
    return request.form.get("value") == "1"


def _saved(endpoint: str) -> ResponseReturnValue:
    flash(gettext("Saved."))
    return go(url_for(endpoint))

"""HTTP for the ready texts of desks: agents look after them and put them into messages."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from flask import Response, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from wtforms.fields.choices import SelectChoice

from app.escalation.access import access_text
from app.escalation.forms import TextForm
from app.escalation.queries.texts import DeskTexts, TextEntry, entry_of, filled_text, kept_texts
from app.escalation.routes.saying import shown_name
from app.escalation.services.keeping import ChangeText, NewText, StaleText, add_text, change_text, delete_text
from app.kernel.errors import Invalid
from app.kernel.unit_of_work import UnitOfWork
from app.web import pages
from app.web.forms import Form
from app.web.runtime import current_actor, perform_once, read_session


def index() -> ResponseReturnValue:
    """List the texts of one's desks, with a form for a new one."""
    desks = kept_texts(read_session(), current_actor())
    return _list(desks, _offered(TextForm(formdata=None), desks), HTTPStatus.OK)


def create() -> ResponseReturnValue:
    """Keep a text."""
    desks = kept_texts(read_session(), current_actor())
    form = _offered(TextForm(), desks)

    def act(uow: UnitOfWork) -> object:
        return add_text(uow, current_actor(), NewText(form.desk_id.data, form.name.data, form.body.data))

    return _done(form, act) or _list(desks, form, HTTPStatus.UNPROCESSABLE_ENTITY)


def show(text_id: int) -> ResponseReturnValue:
    """Show one text in a form."""
    entry = _entry(text_id)
    form = TextForm(formdata=None, name=entry.name, body=entry.body, version=entry.version)
    return _page(entry, form, HTTPStatus.OK)


def save(text_id: int) -> ResponseReturnValue:
    """Change a text; what somebody else changed meanwhile is shown beside it."""
    entry, form = _entry(text_id), TextForm()
    del form.desk_id

    def act(uow: UnitOfWork) -> object:
        return change_text(uow, current_actor(), ChangeText(text_id, form.name.data, form.body.data, form.version.data))

    try:
        return _done(form, act) or _page(entry, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    except StaleText:
        return _page(_entry(text_id), form, HTTPStatus.CONFLICT, stale=True)


def delete(text_id: int) -> ResponseReturnValue:
    """Delete a text for good."""

    def once(uow: UnitOfWork) -> str:
        delete_text(uow, current_actor(), text_id)
        return url_for("escalation.texts_index")

    form = Form()
    form.validate()
    location = perform_once(form.once.data, once)
    flash(gettext("Deleted. What was written with it stays as it is."))
    return pages.go(location)


def filled(ticket_id: int, text_id: int) -> ResponseReturnValue:
    """Give a script the words to put into the message."""
    return Response(filled_text(read_session(), current_actor(), ticket_id, text_id), mimetype="text/plain")


def _done(form: TextForm, act: Callable[[UnitOfWork], object]) -> ResponseReturnValue | None:
    """Do what the form asks for and go to the list; None when the form says what is wrong."""
    if not form.validate():
        return None

    def once(uow: UnitOfWork) -> str:
        act(uow)
        return url_for("escalation.texts_index")

    try:
        location = perform_once(form.once.data, once)
    except Invalid as error:
        form.reject(error)
        return None
    flash(gettext("Saved."))
    return pages.go(location)


def _entry(text_id: int) -> TextEntry:
    session = read_session()
    return entry_of(session, access_text(session, current_actor(), text_id))


def _offered(form: TextForm, desks: list[DeskTexts]) -> TextForm:
    form.desk_id.choices = [SelectChoice(desk.desk_id, shown_name(desk.desk_name)) for desk in desks]
    return form


def _list(desks: list[DeskTexts], form: TextForm, status: int) -> ResponseReturnValue:
    return pages.show("escalation/texts.html", status, desks=desks, form=form)


def _page(entry: TextEntry, form: TextForm, status: int, *, stale: bool = False) -> ResponseReturnValue:
    return pages.show("escalation/text.html", status, entry=entry, form=form, stale=stale, deleting=Form(formdata=None))

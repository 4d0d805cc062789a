"""HTTP for what keeps questions in order: close, reopen, delete, restore, join with another, move."""

from __future__ import annotations

import re
from collections.abc import Callable
from http import HTTPStatus

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from wtforms.fields.choices import SelectChoice

from app.forum.access import access_question
from app.forum.forms import CloseForm, DuplicateForm, MoveForm, ReasonForm
from app.forum.models.question import Question
from app.forum.permissions import can_close, can_delete_question, can_link_duplicate, can_move, can_reopen
from app.forum.queries.lists import readable_spaces
from app.forum.routes.acting import act_once, press_once, question_url
from app.forum.services.closing import CloseQuestion, ReopenQuestion, close_question, reopen_question
from app.forum.services.deleting import DeleteQuestion, RestoreQuestion, delete_question, restore_question
from app.forum.services.duplicating import LinkDuplicate, UnlinkDuplicate, link_duplicate, unlink_duplicate
from app.forum.services.moving import MoveQuestion, move_question
from app.forum.services.overtaken import ensure_still
from app.kernel.actor import Actor
from app.kernel.errors import Invalid, NotFound
from app.kernel.numbers import whole_number
from app.kernel.permissions import Decision
from app.kernel.unit_of_work import UnitOfWork
from app.web import pages
from app.web.forms import Form
from app.web.runtime import current_actor, read_session

Page = Callable[[int, Form, int], ResponseReturnValue]
_NUMBER = re.compile(r"(?:^|/questions/|#|Q-?)([0-9]{1,12})\b")


def ask_close(question_id: int) -> ResponseReturnValue:
    """Ask why before a question is closed."""
    return _first(question_id, can_close, _close_page, CloseForm(formdata=None))


def close(question_id: int) -> ResponseReturnValue:
    """Close a question."""
    form = CloseForm()

    def do(uow: UnitOfWork) -> str:
        close_question(uow, current_actor(), CloseQuestion(question_id, form.reason.data, form.note.data or ""))
        return question_url(question_id)

    return _take(question_id, form, do, _close_page)


def ask_reopen(question_id: int) -> ResponseReturnValue:
    """Ask why before a question is opened again."""
    return _first(question_id, can_reopen, _reopen_page, ReasonForm(formdata=None))


def reopen(question_id: int) -> ResponseReturnValue:
    """Open a question again."""
    form = ReasonForm()

    def do(uow: UnitOfWork) -> str:
        reopen_question(uow, current_actor(), ReopenQuestion(question_id, form.note.data or ""))
        return question_url(question_id)

    return _take(question_id, form, do, _reopen_page)


def ask_delete(question_id: int) -> ResponseReturnValue:
    """Ask why before a question is taken away."""
    return _first(question_id, can_delete_question, _delete_page, ReasonForm(formdata=None))


def delete(question_id: int) -> ResponseReturnValue:
    """Take a question away."""
    form = ReasonForm()

    def do(uow: UnitOfWork) -> str:
        delete_question(uow, current_actor(), DeleteQuestion(question_id, form.note.data or ""))
        return url_for("forum.lists_index")

    answer = _take(question_id, form, do, _delete_page)
    if not form.problems:
        flash(gettext("The question is gone. Moderators can bring it back."))
    return answer


def restore(question_id: int) -> ResponseReturnValue:
    """Bring a question back."""

    def do(uow: UnitOfWork) -> str:
        restore_question(uow, current_actor(), RestoreQuestion(question_id))
        return question_url(question_id)

    return press_once(do)


def ask_join(question_id: int) -> ResponseReturnValue:
    """Ask which question this one is the same as."""
    return _first(question_id, can_link_duplicate, _join_page, DuplicateForm(formdata=None))


def join(question_id: int) -> ResponseReturnValue:
    """Say that a question is the same as another one, and join them when wanted."""
    form = DuplicateForm()

    def do(uow: UnitOfWork) -> str:
        command = LinkDuplicate(question_id, _number(form.original.data), merge=bool(form.merge.data))
        try:
            link_duplicate(uow, current_actor(), command)
        except NotFound:  # a wrong number; when it is this question that went away, its form is not there either
            raise Invalid("original", "forum.duplicate_needs_original") from None
        return question_url(question_id)

    return _take(question_id, form, do, _join_page)


def separate(question_id: int) -> ResponseReturnValue:
    """Let a question stand for itself again."""

    def do(uow: UnitOfWork) -> str:
        unlink_duplicate(uow, current_actor(), UnlinkDuplicate(question_id))
        return question_url(question_id)

    return press_once(do)


def ask_move(question_id: int) -> ResponseReturnValue:
    """Ask where a question belongs."""
    return _first(question_id, can_move, _move_page, _move_form())


def move(question_id: int) -> ResponseReturnValue:
    """Move a question to another space."""
    form = _move_form()

    def do(uow: UnitOfWork) -> str:
        move_question(uow, current_actor(), MoveQuestion(question_id, form.space.data, form.stood_in.data))
        return question_url(question_id)

    return _take(question_id, form, do, _move_page)


def _first(question_id: int, may: Callable[[Actor, Question], Decision], page: Page, form: Form) -> ResponseReturnValue:
    question = access_question(read_session(), current_actor(), question_id)
    ensure_still(may(current_actor(), question), question)
    return page(question_id, form, HTTPStatus.OK)


def _take(question_id: int, form: Form, do: Callable[[UnitOfWork], str], page: Page) -> ResponseReturnValue:
    if not form.validate():
        return page(question_id, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    return act_once(form, do, lambda: page(question_id, form, HTTPStatus.UNPROCESSABLE_ENTITY))


def _number(typed: str) -> int:
    """Return the question number in what somebody typed: an address, ``Q-17`` or 17.

    Raises:
        Invalid: field ``original``, when there is none.

    """
    found = _NUMBER.search(typed.strip())
    number = whole_number(found[1]) if found else None
    if number is None:
        raise Invalid("original", "forum.duplicate_needs_original")
    return number


def _move_form() -> MoveForm:
    form = MoveForm()
    form.space.choices = [
        SelectChoice(space.id, space.name) for space in readable_spaces(read_session(), current_actor())
    ]
    return form


def _close_page(question_id: int, form: Form, status: int) -> ResponseReturnValue:
    return _page(
        question_id, form, status, gettext("Close this question?"),
        gettext("It takes no more answers until it is opened again."),
        url_for("forum.tidying_close", question_id=question_id), gettext("Close it"),
    )  # fmt: skip


def _reopen_page(question_id: int, form: Form, status: int) -> ResponseReturnValue:
    return _page(
        question_id, form, status, gettext("Open this question again?"), gettext("It can be answered again."),
        url_for("forum.tidying_reopen", question_id=question_id), gettext("Open it"),
    )  # fmt: skip


def _delete_page(question_id: int, form: Form, status: int) -> ResponseReturnValue:
    return _page(
        question_id, form, status, gettext("Take this question away?"),
        gettext("Its answers go with it. Moderators can bring it back; the asker sees your reason."),
        url_for("forum.tidying_delete", question_id=question_id), gettext("Take it away"),
    )  # fmt: skip


def _join_page(question_id: int, form: Form, status: int) -> ResponseReturnValue:
    return _page(
        question_id, form, status, gettext("Is this the same as another question?"),
        gettext("Readers are shown the other one. Joined questions send everybody there and tell them once."),
        url_for("forum.tidying_join", question_id=question_id), gettext("It is the same"),
    )  # fmt: skip


def _move_page(question_id: int, form: Form, status: int) -> ResponseReturnValue:
    return _page(
        question_id, form, status, gettext("Where does this question belong?"),
        gettext("The people of that space see it, and its promise is that space’s."),
        url_for("forum.tidying_move", question_id=question_id), gettext("Move it"),
    )  # fmt: skip


def _page(
    question_id: int, form: Form, status: int, heading: str, note: str, action: str, button: str
) -> ResponseReturnValue:
    question = access_question(read_session(), current_actor(), question_id)
    return pages.show(
        "forum/editing/reason.html",
        status,
        form=form,
        question=question,
        heading=heading,
        note=note,
        action=action,
        button=button,
        back=question_url(question_id),
    )

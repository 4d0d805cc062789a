"""HTTP for answers: post, edit, delete, restore."""

from __future__ import annotations

from http import HTTPStatus

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.forum.access import access_answer
from app.forum.forms import AnswerForm, EditAnswerForm, ReasonForm
from app.forum.permissions import can_delete_answer, can_edit_answer
from app.forum.queries.question_page import question_page
from app.forum.routes.acting import act_once, keep_files, press_once, question_url, render
from app.forum.routes.keeping import keeping_text
from app.forum.routes.questions import context_of, page_with_answer
from app.forum.routes.resuming import resume
from app.forum.services.answering import PostAnswer, post_answer
from app.forum.services.deleting import DeleteAnswer, RestoreAnswer, delete_answer, restore_answer
from app.forum.services.editing import EditAnswer, edit_answer
from app.forum.services.overtaken import ensure_still
from app.forum.services.revising import EditConflict
from app.kernel.errors import Invalid
from app.kernel.permissions import ensure
from app.kernel.unit_of_work import UnitOfWork
from app.web import pages
from app.web.runtime import current_actor, perform_once, read_session


@keeping_text
def create(question_id: int) -> ResponseReturnValue:
    """Take the answer box; back to the question, or show what was wrong."""
    form = AnswerForm()
    if not form.validate():
        return _again(question_id, form)

    def post(uow: UnitOfWork) -> str:
        answer = post_answer(uow, current_actor(), PostAnswer(question_id, body))
        return question_url(question_id, f"a{answer.id}")

    try:
        keep_files(form)  # in the text, so that they stay when something else is refused
        body = render(form.body.data)
        location = perform_once(form.once.data, post)
    except Invalid as error:
        form.reject(error)
        return _again(question_id, form)
    if pages.wants_fragment():
        return _posted(question_id, int(location.rsplit("#a", 1)[-1]))
    return pages.go(location)


def edit(answer_id: int) -> ResponseReturnValue:
    """Show the text in a form."""
    _question, answer = access_answer(read_session(), current_actor(), answer_id)
    ensure(can_edit_answer(current_actor(), answer))
    form = EditAnswerForm(formdata=None, body=answer.body, revision=answer.revision)
    return _edit_page(answer_id, form, came_back=resume(form, f"edit-answer:{answer_id}"))


@keeping_text
def save(answer_id: int) -> ResponseReturnValue:
    """Take the better text; when somebody was faster, show both."""
    form = EditAnswerForm()
    if not form.validate():
        return _edit_page(answer_id, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    question, _answer = access_answer(read_session(), current_actor(), answer_id)
    where = question_url(question.id, f"a{answer_id}")

    def change(uow: UnitOfWork) -> str:
        edit_answer(uow, current_actor(), command)
        return where

    try:
        body = render(form.body.data)
        command = EditAnswer(answer_id, form.revision.data, body, form.summary.data or "")
        perform_once(form.once.data, change)
    except Invalid as error:
        form.reject(error)
        return _edit_page(answer_id, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    except EditConflict as conflict:
        return _edit_page(answer_id, form, HTTPStatus.CONFLICT, conflict)
    return pages.go(where)


def ask_delete(answer_id: int) -> ResponseReturnValue:
    """Ask why before an answer is taken away."""
    question, answer = access_answer(read_session(), current_actor(), answer_id)
    ensure_still(can_delete_answer(current_actor(), answer), answer)
    return _delete_page(answer_id, question.id, ReasonForm(formdata=None))


def delete(answer_id: int) -> ResponseReturnValue:
    """Take an answer away."""
    form = ReasonForm()
    question, _answer = access_answer(read_session(), current_actor(), answer_id)
    question_id = question.id

    def do(uow: UnitOfWork) -> str:
        delete_answer(uow, current_actor(), DeleteAnswer(answer_id, form.note.data or ""))
        return question_url(question_id)

    if not form.validate():
        return _delete_page(answer_id, question_id, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    answer = act_once(form, do, lambda: _delete_page(answer_id, question_id, form, HTTPStatus.UNPROCESSABLE_ENTITY))
    if not form.problems:
        flash(gettext("The answer is gone. You can bring it back on the history page."))
    return answer


def restore(answer_id: int) -> ResponseReturnValue:
    """Bring an answer back."""

    def do(uow: UnitOfWork) -> str:
        answer = restore_answer(uow, current_actor(), RestoreAnswer(answer_id))
        return question_url(answer.question_id, f"a{answer_id}")

    return press_once(do)


def _again(question_id: int, form: AnswerForm) -> ResponseReturnValue:
    if pages.wants_fragment():
        page = question_page(read_session(), current_actor(), question_id)
        return pages.fragment("forum/questions/_composer.html", HTTPStatus.UNPROCESSABLE_ENTITY, page=page, form=form)
    return page_with_answer(question_id, form)


def _posted(question_id: int, answer_id: int) -> ResponseReturnValue:
    page = question_page(read_session(), current_actor(), question_id)
    spoken = gettext("Your answer is posted. %(name)s will be told.", name=page.asker.name)
    return pages.fragment(
        "forum/questions/_posted.html",
        spoken=spoken,
        **context_of(page),
        form=AnswerForm(formdata=None),
        fresh=answer_id,
    )


def _edit_page(
    answer_id: int,
    form: EditAnswerForm,
    status: int = HTTPStatus.OK,
    conflict: EditConflict | None = None,
    *,
    came_back: bool = False,
) -> ResponseReturnValue:
    question, _answer = access_answer(read_session(), current_actor(), answer_id)
    return pages.show(
        "forum/editing/answer.html",
        status,
        form=form,
        answer_id=answer_id,
        question=question,
        conflict=conflict,
        came_back=came_back,
    )


def _delete_page(
    answer_id: int, question_id: int, form: ReasonForm, status: int = HTTPStatus.OK
) -> ResponseReturnValue:
    return pages.show(
        "forum/editing/reason.html",
        status,
        form=form,
        heading=gettext("Take this answer away?"),
        note=gettext("It can be brought back. The writer sees your reason."),
        action=url_for("forum.answering_delete", answer_id=answer_id),
        button=gettext("Take it away"),
        back=question_url(question_id, f"a{answer_id}"),
    )

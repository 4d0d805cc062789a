"""HTTP for better texts of questions: edit, history, roll back."""

from __future__ import annotations

from http import HTTPStatus

from flask import request, url_for
from flask.typing import ResponseReturnValue

from app.forum.access import access_answer, access_question
from app.forum.forms import EditQuestionForm, split_tags
from app.forum.permissions import can_edit_question, can_set_impact
from app.forum.queries.history import HistoryPage, answer_history, question_history, text_of
from app.forum.queries.question_page import question_page
from app.forum.routes.acting import press_once, question_url, render
from app.forum.routes.keeping import keeping_text
from app.forum.routes.resuming import resume
from app.forum.services.editing import EditQuestion, RollBack, edit_question, roll_back
from app.forum.services.revising import EditConflict
from app.kernel.errors import Invalid, NotFound
from app.kernel.numbers import whole_number
from app.kernel.permissions import ensure
from app.kernel.unit_of_work import UnitOfWork
from app.web import pages
from app.web.runtime import current_actor, perform_once, read_session


def edit(question_id: int) -> ResponseReturnValue:
    """Show the text in a form."""
    session, actor = read_session(), current_actor()
    question = access_question(session, actor, question_id)
    ensure(can_edit_question(actor, question))
    form = EditQuestionForm(
        formdata=None,
        title=question.title,
        body=question.body,
        impact=question.impact,
        impact_seen=question.impact,
        revision=question.revision,
        tags=" ".join(question_page(session, actor, question_id).tags),
    )
    return _page(question_id, form, came_back=resume(form, f"edit-question:{question_id}"))


@keeping_text
def save(question_id: int) -> ResponseReturnValue:
    """Take the better text; when somebody was faster, show both."""
    form = EditQuestionForm()
    question = access_question(read_session(), current_actor(), question_id)
    if not can_set_impact(current_actor(), question):
        form.impact.data = form.impact_seen.data = question.impact
    if not form.validate():
        return _page(question_id, form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def change(uow: UnitOfWork) -> str:
        edit_question(uow, current_actor(), command)
        return question_url(question_id)

    try:
        command = EditQuestion(
            question_id=question_id,
            revision=form.revision.data,
            title=form.title.data,
            body=render(form.body.data or ""),
            tags=split_tags(form.tags.data or ""),
            impact=form.impact.data,
            summary=form.summary.data or "",
            impact_seen=form.impact_seen.data or None,
        )
        perform_once(form.once.data, change)
    except Invalid as error:
        form.reject(error)
        return _page(question_id, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    except EditConflict as conflict:
        if form.impact.data == form.impact_seen.data:
            form.impact.data = conflict.impact
        form.impact_seen.data = conflict.impact
        return _page(question_id, form, HTTPStatus.CONFLICT, conflict)
    return pages.go(question_url(question_id))


def history(question_id: int) -> ResponseReturnValue:
    """Show how the question became what it is."""
    return _history_page(question_history(read_session(), current_actor(), question_id))


def answer_changes(answer_id: int) -> ResponseReturnValue:
    """Show how an answer became what it is."""
    return _history_page(answer_history(read_session(), current_actor(), answer_id))


def roll_question_back(question_id: int) -> ResponseReturnValue:
    """Let an earlier text of a question stand again."""
    number = _number()
    question = access_question(read_session(), current_actor(), question_id)
    body = text_of(read_session(), question, number)
    if body is None:
        raise NotFound
    command = RollBack(question_id, None, number, render(body), _seen())

    def do(uow: UnitOfWork) -> str:
        roll_back(uow, current_actor(), command)
        return question_url(question_id)

    try:
        return press_once(do)
    except EditConflict:
        page = question_history(read_session(), current_actor(), question_id)
        return _history_page(page, HTTPStatus.CONFLICT)


def roll_answer_back(answer_id: int) -> ResponseReturnValue:
    """Let an earlier text of an answer stand again."""
    number = _number()
    question, answer = access_answer(read_session(), current_actor(), answer_id)
    where = question_url(question.id, f"a{answer_id}")
    body = text_of(read_session(), answer, number)
    if body is None:
        raise NotFound
    command = RollBack(None, answer_id, number, render(body), _seen())

    def do(uow: UnitOfWork) -> str:
        roll_back(uow, current_actor(), command)
        return where

    try:
        return press_once(do)
    except EditConflict:
        return _history_page(answer_history(read_session(), current_actor(), answer_id), HTTPStatus.CONFLICT)


def _number() -> int:
    number = whole_number(request.form.get("number", ""))
    if number is None:
        raise NotFound
    return number


def _seen() -> int | None:
    return whole_number(request.form.get("seen", ""))


def _history_page(page: HistoryPage, status: int = HTTPStatus.OK) -> ResponseReturnValue:
    return pages.show("forum/editing/history.html", status, page=page, overtaken=status == HTTPStatus.CONFLICT)


def _page(
    question_id: int,
    form: EditQuestionForm,
    status: int = HTTPStatus.OK,
    conflict: EditConflict | None = None,
    *,
    came_back: bool = False,
) -> ResponseReturnValue:
    question = access_question(read_session(), current_actor(), question_id)
    return pages.show(
        "forum/editing/question.html",
        status,
        form=form,
        question=question,
        conflict=conflict,
        came_back=came_back,
        may_set_impact=can_set_impact(current_actor(), question),
        action=url_for("forum.editing_save", question_id=question_id),
    )

"""HTTP for comments: post, edit, delete."""

from __future__ import annotations

from http import HTTPStatus

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.forum.access import access_comment
from app.forum.forms import CommentForm, EditCommentForm
from app.forum.permissions import can_edit_comment
from app.forum.queries.question_page import question_page
from app.forum.routes.acting import act, question_url, render
from app.forum.routes.questions import context_of, page_with_comment
from app.forum.routes.resuming import resume
from app.forum.services.commenting import EditComment, PostComment, edit_comment, post_comment
from app.forum.services.deleting import DeleteComment, delete_comment
from app.forum.services.revising import EditConflict
from app.kernel.errors import Invalid
from app.kernel.permissions import ensure
from app.kernel.unit_of_work import UnitOfWork
from app.web import pages
from app.web.runtime import current_actor, perform_once, read_session


def on_question(question_id: int) -> ResponseReturnValue:
    """Comment on a question."""
    return _create(question_id, None)


def on_answer(question_id: int, answer_id: int) -> ResponseReturnValue:
    """Comment on an answer."""
    return _create(question_id, answer_id)


def edit(comment_id: int) -> ResponseReturnValue:
    """Show the text in a form."""
    _question, _answer, comment = access_comment(read_session(), current_actor(), comment_id)
    ensure(can_edit_comment(current_actor(), comment))
    form = EditCommentForm(formdata=None, body=comment.body, revision=comment.revision)
    return _edit_page(comment_id, form, came_back=resume(form, f"edit-comment:{comment_id}"))


def save(comment_id: int) -> ResponseReturnValue:
    """Take the better text."""
    form = EditCommentForm()
    question, _answer, _comment = access_comment(read_session(), current_actor(), comment_id)
    where = question_url(question.id, f"c{comment_id}")
    if not form.validate():
        return _edit_page(comment_id, form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def change(uow: UnitOfWork) -> str:
        edit_comment(uow, current_actor(), command)
        return where

    try:
        command = EditComment(comment_id, form.revision.data, render(form.body.data))
        perform_once(form.once.data, change)
    except Invalid as error:
        form.reject(error)
        return _edit_page(comment_id, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    except EditConflict as conflict:
        return _edit_page(comment_id, form, HTTPStatus.CONFLICT, conflict)
    return pages.go(where)


def delete(comment_id: int) -> ResponseReturnValue:
    """Take a comment away."""
    comment = act(lambda uow: delete_comment(uow, current_actor(), DeleteComment(comment_id, "")))
    return pages.go(question_url(comment.question_id))


def _create(question_id: int, answer_id: int | None) -> ResponseReturnValue:
    form = CommentForm()
    place = f"a{answer_id}" if answer_id else "q"
    if not form.validate():
        return page_with_comment(question_id, form, place)

    def post(uow: UnitOfWork) -> str:
        command = PostComment(question_id, answer_id, body, asks_back=bool(form.asks_back.data))
        comment = post_comment(uow, current_actor(), command)
        return question_url(question_id, f"c{comment.id}")

    try:
        body = render(form.body.data)
        location = perform_once(form.once.data, post)
    except Invalid as error:
        form.reject(error)
        return page_with_comment(question_id, form, place)
    if pages.wants_fragment():
        page = question_page(read_session(), current_actor(), question_id)
        return pages.fragment(
            "forum/questions/_comments_of.html",
            spoken=gettext("Your comment is posted."),
            **context_of(page),
            place=place,
            answer=next((a for a in page.answers if a.id == answer_id), None),
        )
    return pages.go(location)


def _edit_page(
    comment_id: int,
    form: EditCommentForm,
    status: int = HTTPStatus.OK,
    conflict: EditConflict | None = None,
    *,
    came_back: bool = False,
) -> ResponseReturnValue:
    question, _answer, _comment = access_comment(read_session(), current_actor(), comment_id)
    return pages.show(
        "forum/editing/comment.html",
        status,
        form=form,
        question=question,
        conflict=conflict,
        comment_id=comment_id,
        came_back=came_back,
        action=url_for("forum.commenting_save", comment_id=comment_id),
        back=question_url(question.id, f"c{comment_id}"),
    )

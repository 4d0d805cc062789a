"""HTTP for comments: post, edit, delete, restore."""

from __future__ import annotations

from http import HTTPStatus

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.forum.access import access_comment
from app.forum.forms import CommentForm, EditCommentForm, ReasonForm
from app.forum.permissions import can_delete_comment, can_edit_comment
from app.forum.queries.question_page import question_page
from app.forum.routes.acting import act_once, press_once, question_url, render
from app.forum.routes.keeping import keeping_text
from app.forum.routes.questions import context_of, page_with_comment
from app.forum.routes.resuming import resume
from app.forum.services.commenting import EditComment, PostComment, edit_comment, post_comment
from app.forum.services.deleting import DeleteComment, RestoreComment, delete_comment, restore_comment
from app.forum.services.overtaken import ensure_still
from app.forum.services.revising import EditConflict
from app.kernel.errors import Invalid
from app.kernel.permissions import ensure
from app.kernel.unit_of_work import UnitOfWork
from app.web import pages
from app.web.runtime import current_actor, perform_once, read_session


@keeping_text
def on_question(question_id: int) -> ResponseReturnValue:
    """Comment on a question."""
    return _create(question_id, None)


@keeping_text
def on_answer(question_id: int, answer_id: int) -> ResponseReturnValue:
    """Comment on an answer."""
    return _create(question_id, answer_id)


def edit(comment_id: int) -> ResponseReturnValue:
    """Show the text in a form."""
    _question, _answer, comment = access_comment(read_session(), current_actor(), comment_id)
    ensure(can_edit_comment(current_actor(), comment))
    form = EditCommentForm(formdata=None, body=comment.body, revision=comment.revision)
    return _edit_page(comment_id, form, came_back=resume(form, f"edit-comment:{comment_id}"))


@keeping_text
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


def ask_delete(comment_id: int) -> ResponseReturnValue:
    """Ask why before a comment is taken away."""
    _question, _answer, comment = access_comment(read_session(), current_actor(), comment_id)
    ensure_still(can_delete_comment(current_actor(), comment), comment)
    return _delete_page(comment_id, comment.question_id, ReasonForm(formdata=None))


def delete(comment_id: int) -> ResponseReturnValue:
    """Take a comment away."""
    form = ReasonForm()
    question, _answer, _comment = access_comment(read_session(), current_actor(), comment_id)
    question_id = question.id

    def do(uow: UnitOfWork) -> str:
        delete_comment(uow, current_actor(), DeleteComment(comment_id, form.note.data or ""))
        return question_url(question_id)

    def again() -> ResponseReturnValue:
        return _delete_page(comment_id, question_id, form, HTTPStatus.UNPROCESSABLE_ENTITY)

    if not form.validate():
        return again()
    answer = act_once(form, do, again)
    if not form.problems:
        flash(gettext("The comment is gone. You can bring it back on the history page."))
    return answer


def restore(comment_id: int) -> ResponseReturnValue:
    """Bring a comment back."""

    def do(uow: UnitOfWork) -> str:
        comment = restore_comment(uow, current_actor(), RestoreComment(comment_id))
        return question_url(comment.question_id, f"c{comment_id}")

    return press_once(do)


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


def _delete_page(
    comment_id: int, question_id: int, form: ReasonForm, status: int = HTTPStatus.OK
) -> ResponseReturnValue:
    return pages.show(
        "forum/editing/reason.html",
        status,
        form=form,
        heading=gettext("Take this comment away?"),
        note=gettext(
            "It can be brought back on the history page. The writer is told your reason; all can read it there."
        ),
        action=url_for("forum.commenting_delete", comment_id=comment_id),
        button=gettext("Take it away"),
        back=question_url(question_id, f"c{comment_id}"),
    )


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

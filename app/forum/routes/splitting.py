"""HTTP for making an answer or a comment a question of its own."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.forum.access import access_answer, access_comment
from app.forum.forms import SplitForm, split_tags
from app.forum.models.answer import Answer, Comment
from app.forum.models.question import Question
from app.forum.permissions import can_split
from app.forum.queries.glances import tags_by_question
from app.forum.queries.tags import suggested_tags
from app.forum.routes.acting import act_once, question_url
from app.forum.routes.finding import similar_to
from app.forum.services.overtaken import ensure_still
from app.forum.services.splitting import SplitPost, split_post
from app.identity.contract import people
from app.kernel.unit_of_work import UnitOfWork
from app.web import pages
from app.web.runtime import current_actor, read_session


@dataclass(frozen=True, slots=True)
class Place:
    """Which post; one of the ids is None."""

    answer_id: int | None = None
    comment_id: int | None = None


def ask_answer(answer_id: int) -> ResponseReturnValue:
    """Ask what an answer asks before it becomes a question."""
    return _ask(Place(answer_id=answer_id))


def answer(answer_id: int) -> ResponseReturnValue:
    """Make an answer a question."""
    return _split(Place(answer_id=answer_id))


def ask_comment(comment_id: int) -> ResponseReturnValue:
    """Ask what a comment asks before it becomes a question."""
    return _ask(Place(comment_id=comment_id))


def comment(comment_id: int) -> ResponseReturnValue:
    """Make a comment a question."""
    return _split(Place(comment_id=comment_id))


def _ask(place: Place) -> ResponseReturnValue:
    question, post = _load(place)
    ensure_still(can_split(current_actor(), question, post), post)
    tags = tags_by_question(read_session(), [question.id])[question.id]
    return _page(question, post, SplitForm(formdata=None, tags=", ".join(tags)), HTTPStatus.OK)


def _split(place: Place) -> ResponseReturnValue:
    form = SplitForm()

    def again() -> ResponseReturnValue:
        return _page(*_load(place), form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def do(uow: UnitOfWork) -> str:
        tags = split_tags(form.tags.data or "")
        command = SplitPost(place.answer_id, place.comment_id, form.title.data, form.impact.data, tags)
        return question_url(split_post(uow, current_actor(), command).id)

    if not form.validate():
        question, post = _load(place)
        ensure_still(can_split(current_actor(), question, post), post)
        return again()
    answered = act_once(form, do, again)
    if not form.problems:
        flash(gettext("It is a question of its own now. Whoever wrote it is told."))
    return answered


def _load(place: Place) -> tuple[Question, Answer | Comment]:
    session, actor = read_session(), current_actor()
    if place.comment_id is not None:
        question, _answer, found = access_comment(session, actor, place.comment_id, even_split=True)
        return question, found
    assert place.answer_id is not None  # a place names one of the two
    return access_answer(session, actor, place.answer_id, even_split=True)


def _page(question: Question, post: Answer | Comment, form: SplitForm, status: int) -> ResponseReturnValue:
    session = read_session()
    if isinstance(post, Answer):
        action, anchor = url_for("forum.splitting_answer", answer_id=post.id), f"a{post.id}"
    else:
        action, anchor = url_for("forum.splitting_comment", comment_id=post.id), f"c{post.id}"
    found = similar_to(form.title.data or question.title, post.body)
    return pages.show(
        "forum/editing/split.html",
        status,
        form=form,
        question=question,
        post=post,
        language=post.language if isinstance(post, Answer) else question.language,
        author=people(session, [post.author_id])[post.author_id],
        suggested=suggested_tags(session, question.space_id, [question.id, *(q.id for q in found)]),
        action=action,
        back=question_url(question.id, anchor),
    )

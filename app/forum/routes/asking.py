"""HTTP for asking: three questions on one page, with what may already help shown beside them."""

from __future__ import annotations

from http import HTTPStatus

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from wtforms.fields.choices import SelectChoice

from app.forum.forms import AskForm, split_tags
from app.forum.queries.lists import readable_spaces
from app.forum.queries.tags import suggested_tags
from app.forum.routes.acting import act_once, keep_files, question_url, render
from app.forum.routes.finding import similar_to, status_lines
from app.forum.routes.keeping import keeping_text
from app.forum.routes.resuming import resume
from app.forum.services.asking import AskQuestion, ask_question
from app.forum.services.checking import TITLE_MAX
from app.kernel.errors import Invalid
from app.kernel.numbers import whole_number
from app.kernel.unit_of_work import UnitOfWork
from app.web import pages, slots
from app.web.runtime import current_actor, read_session
from app.web.templates import page_language

PLACE = "ask"


def show() -> ResponseReturnValue:
    """Show the empty form, or the draft, or the sentence that was typed on the way here."""
    form = _form(fresh=True)
    typed = request.args.get("title", "")[:TITLE_MAX]
    came_back = not typed and resume(form, PLACE)
    if typed:
        form.title.data = typed
    if (space_id := whole_number(request.args.get("space", ""))) is not None:
        form.space.data = space_id
    return _page(form, HTTPStatus.OK, came_back=came_back)


@keeping_text
def create() -> ResponseReturnValue:
    """Take the question."""
    form = _form()
    if not form.validate():
        return _page(form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        keep_files(form)  # in the text, so that they stay when something else is refused
        body = render(form.body.data or "")
    except Invalid as error:
        form.reject(error)
        return _page(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def ask(uow: UnitOfWork) -> str:
        command = AskQuestion(
            space_id=form.space.data,
            title=form.title.data,
            body=body,
            impact=form.impact.data,
            tags=split_tags(form.tags.data or ""),
            language=page_language().split("-")[0],
        )
        return question_url(ask_question(uow, current_actor(), command).id)

    answer = act_once(form, ask, lambda: _page(form, HTTPStatus.UNPROCESSABLE_ENTITY))
    if not form.problems:
        flash(gettext("Your question is up. People who know about this have been told."))
    return answer


def _form(*, fresh: bool = False) -> AskForm:
    form = AskForm(formdata=None) if fresh else AskForm()
    spaces = [s for s in readable_spaces(read_session(), current_actor()) if s.archived_at is None]
    form.space.choices = [SelectChoice(space.id, space.name) for space in spaces]
    if fresh and spaces:
        form.space.data = spaces[0].id
    return form


def _page(form: AskForm, status: int, *, came_back: bool = False) -> ResponseReturnValue:
    session, actor = read_session(), current_actor()
    space_id = _chosen_space(form)
    promises = slots.slot(slots.IMPACT_PROMISE, session, actor, [space_id]).get(space_id, [{}])
    found = similar_to(form.title.data or "", form.body.data or "")
    return pages.show(
        "forum/asking/show.html",
        status,
        form=form,
        promises=promises[0],
        similar=found,
        lines=status_lines(found),
        suggested=suggested_tags(session, space_id, [q.id for q in found]),
        came_back=came_back,
    )


def _chosen_space(form: AskForm) -> int:
    """Return the space that was chosen among those the asker may ask in; whatever else was sent, the first of them."""
    offered = [choice.value for choice in form.space.choices]
    return form.space.data if form.space.data in offered else next(iter(offered), 0)

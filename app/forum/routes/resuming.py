"""HTTP for coming back to a draft: each form is filled with what its reader had begun."""

from __future__ import annotations

from http import HTTPStatus

from flask import request, url_for
from flask.typing import ResponseReturnValue

from app.forum.access import access_answer, access_comment, access_question
from app.forum.forms import CommentForm
from app.forum.permissions import can_answer, can_comment, can_edit_answer, can_edit_comment, can_edit_question
from app.forum.queries.drafts import DraftPlace, draft_fields, draft_places
from app.forum.routes.acting import act, question_url
from app.forum.routes.questions import page_with_comment
from app.forum.services.drafting import PLACE, discard_draft
from app.kernel.errors import NotFound
from app.kernel.numbers import whole_number
from app.kernel.permissions import ALLOW, Decision
from app.web import pages
from app.web.forms import Form
from app.web.going_back import next_place
from app.web.runtime import current_actor, read_session
from app.web.words import sentence

TEXTS = ("title", "body", "tags", "impact", "impact_seen", "summary")
NUMBERS = ("space", "revision")


def show() -> ResponseReturnValue:
    """Lead to the form that a draft belongs to; show the text when that form is closed to its writer."""
    place = request.args.get("place", "")
    fields, found = draft_fields(read_session(), current_actor(), place), _found(place)
    if found is None:
        raise NotFound
    if fields and (refusal := _may_write(found).reason) is not None:
        return pages.show(
            "forum/writing/stranded.html",
            found=found,
            draft_place=place,
            message=sentence(refusal),
            title=fields.get("title", ""),
            text=fields.get("body", ""),
        )
    if fields and found.kind == "comment" and found.question_id is not None:
        box = f"a{found.numbers[1]}" if len(found.numbers) > 1 else "q"
        form = CommentForm(formdata=None, body=fields.get("body", ""), asks_back="asks_back" in fields)
        return page_with_comment(found.question_id, form, box, HTTPStatus.OK)
    return pages.go(_address(found))


def discard() -> ResponseReturnValue:
    """Forget a draft, and go back to the list or to the form that it stood in."""
    place = request.form.get("place", "")
    found = _found(place) if "stay" in request.form else None
    act(lambda uow: discard_draft(uow, current_actor(), place))
    return pages.go(_address(found) if found else next_place(url_for("forum.writing_drafts")))


def resume(form: Form, place: str) -> bool:
    """Fill a form with its reader's draft; tell whether there was one."""
    draft = draft_fields(read_session(), current_actor(), place)
    for name in TEXTS:
        if name in form and draft.get(name):
            form[name].data = draft[name]
    for name in NUMBERS:
        number = whole_number(draft.get(name, ""))
        if name in form and number is not None:
            form[name].data = number
    return bool(draft)


def _found(place: str) -> DraftPlace | None:
    return draft_places(read_session(), current_actor(), [place]).get(place) if PLACE.fullmatch(place) else None


def _may_write(found: DraftPlace) -> Decision:
    """Decide whether the form is open that a draft belongs to."""
    session, actor = read_session(), current_actor()
    if found.question_id is None:
        return ALLOW
    first, *more = found.numbers
    if found.kind == "edit-answer":
        return can_edit_answer(actor, access_answer(session, actor, first)[1])
    if found.kind == "edit-comment":
        return can_edit_comment(actor, access_comment(session, actor, first)[2])
    question = access_question(session, actor, found.question_id)
    if found.kind == "edit-question":
        return can_edit_question(actor, question)
    if found.kind == "answer":
        return can_answer(actor, question)
    return can_comment(actor, question, access_answer(session, actor, more[0])[1] if more else None)


def _address(found: DraftPlace) -> str:
    """Return the page with the form that a draft belongs to."""
    if found.kind == "ask" or found.question_id is None:
        return url_for("forum.asking_show")
    if found.kind == "edit-question":
        return url_for("forum.editing_edit", question_id=found.question_id)
    if found.kind == "edit-answer":
        return url_for("forum.answering_edit", answer_id=found.numbers[0])
    if found.kind == "edit-comment":
        return url_for("forum.commenting_edit", comment_id=found.numbers[0])
    box = f"a{found.numbers[1]}" if len(found.numbers) > 1 else "q"
    return question_url(found.question_id, "composer" if found.kind == "answer" else f"comment-{box}-open")

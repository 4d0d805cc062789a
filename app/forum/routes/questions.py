"""HTTP for reading one question."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import Any

from flask import Response, make_response, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.forum.forms import AnswerForm, CommentForm
from app.forum.queries.deleted import deletion_note
from app.forum.queries.drafts import draft_fields
from app.forum.queries.question_page import QuestionPage, question_page
from app.forum.queries.thread_rows import ThreadRows, thread_rows, thread_state
from app.forum.routes.acting import question_url
from app.forum.services.viewing import count_view
from app.kernel.actor import Actor
from app.kernel.errors import Gone, NotFound
from app.web import pages, slots
from app.web.pieces import guest_page, kept
from app.web.runtime import current_actor, read_session, runtime
from app.web.templates import asset, page_language
from app.web.words import sentence

COPY_SECONDS = 3600
"""How long a guest's copy may be confirmed without being rendered again."""


def show(question_id: int) -> ResponseReturnValue:
    """Show one question with its answers; a guest whose copy is still good gets no new one."""
    actor, session = current_actor(), read_session()
    state = thread_state(session, question_id)
    if state is None or state.space_id not in actor.space_ids:
        raise NotFound
    if state.merged_into is not None and "stay" not in request.args:
        return redirect(question_url(state.merged_into), code=HTTPStatus.MOVED_PERMANENTLY)
    if state.deleted and not (actor.is_moderator and "deleted" in request.args):
        return _gone(question_id)
    if "prefetch" not in request.headers.get("Sec-Purpose", ""):  # what a browser fetches ahead is no view
        count_view(question_id)
    if not actor.is_anonymous:
        rows = kept(("thread", question_id, state), lambda: _rows_of(question_id), lambda found: found.characters)
        return _page(question_page(session, actor, question_id, rows))
    facts = (question_id, state.version, _original_told(session, actor, state.same_as))
    tag = _entity_tag(*facts)
    if request.if_none_match.contains(tag):
        return _still_good(tag)
    html = guest_page(
        "forum/questions/show.html",
        facts,
        lambda: _variables(question_page(session, actor, question_id)),
    )
    return _revalidated(make_response(html), tag)


def _rows_of(question_id: int) -> ThreadRows:
    rows = thread_rows(read_session(), question_id)
    if rows is None:  # gone since a moment ago, for ever
        raise NotFound
    return rows


def thread(question_id: int) -> ResponseReturnValue:
    """Show the thread as pieces of the page, re-read with the reader's rights after a live hint."""
    actor = current_actor()
    page = question_page(read_session(), actor, question_id)
    return pages.fragment("forum/questions/_fresh.html", **context_of(page), guest=actor.is_anonymous)


def page_with_answer(question_id: int, form: AnswerForm) -> ResponseReturnValue:
    """Show the page again with an answer that had a problem."""
    page = question_page(read_session(), current_actor(), question_id)
    return _page(page, HTTPStatus.UNPROCESSABLE_ENTITY, form=form)


def page_with_comment(
    question_id: int, form: CommentForm, place: str, status: int = HTTPStatus.UNPROCESSABLE_ENTITY
) -> ResponseReturnValue:
    """Show the page with a comment that had a problem, or one that was begun before; ``place`` names its box."""
    page = question_page(read_session(), current_actor(), question_id)
    return _page(page, status, comment_form=form, place=place)


def context_of(page: QuestionPage) -> dict[str, Any]:
    """Return what the templates of a thread print besides the page itself."""
    session, actor = read_session(), current_actor()
    scores = slots.slot(slots.PERSON_SCORE, session, actor, page.people_ids)
    told = slots.slot(slots.QUESTION_STATUS, session, actor, [page.id]).get(page.id, [])
    return {
        "page": page,
        "scores": {person: found[0] for person, found in scores.items()},
        "status_line": told[0] if told else None,
    }


def _page(page: QuestionPage, status: int = HTTPStatus.OK, **typed: Any) -> ResponseReturnValue:
    if page.has_draft and "form" not in typed:
        fields = draft_fields(read_session(), current_actor(), f"answer:{page.id}")
        typed |= {"form": AnswerForm(formdata=None, body=fields.get("body", "")), "came_back": True}
    return pages.show("forum/questions/show.html", status, **_variables(page), **typed)


def _variables(page: QuestionPage) -> dict[str, Any]:
    sidebar = slots.slot(slots.QUESTION_SIDEBAR, read_session(), current_actor(), [page.id]).get(page.id, [])
    context = context_of(page)
    return {**context, "score_pairs": tuple(context["scores"].items()), "sidebar": sidebar, "blank": AnswerForm}


def _gone(question_id: int) -> ResponseReturnValue:
    """Say that it was taken away; its asker and moderators learn by whom, why, and where to bring it back."""
    note = deletion_note(read_session(), current_actor(), question_id)
    if note is None:
        raise Gone("forum.deleted")
    message = sentence("forum.deleted_by", name=note.by, why=f"“{note.reason}”" if note.reason else "")
    return pages.show(
        "forum/editing/gone.html",
        HTTPStatus.GONE,
        question_id=question_id,
        message=message,
        may_restore=note.may_restore,
    )


def _original_told(session: Session, actor: Actor, original_id: int | None) -> int | None:
    """Return the version of the question that this one is the same as, None when a reader may not hear of it."""
    original = None if original_id is None else thread_state(session, original_id)
    if original is None or original.deleted or original.space_id not in actor.space_ids:
        return None
    return original.version


def _entity_tag(question_id: int, version: int, original: int | None) -> str:
    """Name a copy by what it depends on; by the hour, too: names, scores and the site around it change without it."""
    hour = int(runtime().clock.now().timestamp()) // COPY_SECONDS
    looks = (page_language(), asset("app.css"), asset("app.js"), request.full_path)
    parts = (question_id, version, original, hour, *looks)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:24]


def _still_good(tag: str) -> Response:
    """Confirm the reader's copy without a new policy: its scripts carry the nonce of the policy it came with.

    A browser replaces the stored headers by those of a 304 (RFC 9111, 4.3.4).
    """
    response = _revalidated(Response(status=HTTPStatus.NOT_MODIFIED), tag)
    del response.headers["Content-Type"]  # only HTML is given a policy
    response.vary.update(("Cookie", "Accept-Language", "HX-Request"))
    return response


def _revalidated(response: Response, tag: str) -> Response:
    response.set_etag(tag)
    response.headers["Cache-Control"] = "private, no-cache"
    return response

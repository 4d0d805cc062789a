"""HTTP for who comes too late: what somebody else has done, and how it stands now."""

from __future__ import annotations

from http import HTTPStatus

from flask.typing import ResponseReturnValue

from app.forum.access import access_question
from app.forum.queries.last_steps import last_step
from app.forum.routes.acting import question_url
from app.forum.services.overtaken import Overtaken
from app.web import pages
from app.web.errors import error_page
from app.web.runtime import current_actor, read_session
from app.web.words import sentence


def show(error: Exception) -> ResponseReturnValue:
    """Say who was faster, with the way to what stands now."""
    assert isinstance(error, Overtaken)
    message = sentence(error.reason)
    if pages.wants_fragment():
        return error_page(HTTPStatus.CONFLICT, message)
    session, actor = read_session(), current_actor()
    question = access_question(session, actor, error.question_id)
    step = last_step(session, actor, error.reason, error.post, error.post_id)
    if step is None and error.refused is not None:  # nobody was faster: it has always been so
        return error_page(HTTPStatus.FORBIDDEN, sentence(error.refused))
    return pages.show(
        "forum/editing/overtaken.html",
        HTTPStatus.CONFLICT,
        message=message,
        question=question,
        step=step,
        back=question_url(question.id, _anchor(error)),
    )


def _anchor(error: Overtaken) -> str:
    return {"answer": f"a{error.post_id}", "comment": f"c{error.post_id}"}.get(error.post, "")

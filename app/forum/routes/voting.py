"""HTTP for votes, «me too», following and marks: one button each, posting the state that is wanted."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.forum.forms import ReasonForm
from app.forum.models.answer import Answer
from app.forum.queries.question_page import AnswerCard, QuestionPage, question_page
from app.forum.routes.acting import act, question_url, wanted
from app.forum.routes.questions import context_of
from app.forum.services.accepting import AcceptAnswer, SetWorking, accept_answer, set_working, withdraw_acceptance
from app.forum.services.joining import SetFollow, SetMeToo, set_follow, set_me_too
from app.forum.services.voting import SetVote, set_vote
from app.kernel.errors import Invalid, NotFound
from app.web import pages
from app.web.runtime import current_actor, read_session


def question(question_id: int) -> ResponseReturnValue:
    """Vote on a question."""
    act(lambda uow: set_vote(uow, current_actor(), SetVote(question_id, None, wanted())))
    return _question_actions(question_id, _thanks)


def answer(question_id: int, answer_id: int) -> ResponseReturnValue:
    """Vote on an answer."""
    act(lambda uow: set_vote(uow, current_actor(), SetVote(None, answer_id, wanted(), within=question_id)))
    return _answer_actions(question_id, answer_id, _thanks)


def me_too(question_id: int) -> ResponseReturnValue:
    """Say that one has the same trouble."""
    act(lambda uow: set_me_too(uow, current_actor(), SetMeToo(question_id, on=wanted() > 0)))
    return _question_actions(
        question_id,
        lambda: gettext("Noted. You will be told when this is solved.") if wanted() > 0 else gettext("Taken back."),
    )


def follow(question_id: int) -> ResponseReturnValue:
    """Be told when the question changes."""
    act(lambda uow: set_follow(uow, current_actor(), SetFollow(question_id, on=wanted() > 0)))
    return _question_actions(
        question_id,
        lambda: gettext("You will be told when this changes.") if wanted() > 0 else gettext("You will not be told."),
    )


def working(question_id: int, answer_id: int) -> ResponseReturnValue:
    """Say that an answer worked for oneself too."""
    act(lambda uow: set_working(uow, current_actor(), SetWorking(answer_id, on=wanted() > 0, within=question_id)))
    return _answer_actions(
        question_id,
        answer_id,
        lambda: gettext("Good to know. Thank you.") if wanted() > 0 else gettext("Taken back."),
    )


def accept(question_id: int, answer_id: int) -> ResponseReturnValue:
    """Say that an answer solved it, or that it did not after all; staff give a reason."""
    if wanted() > 0:
        note = request.form.get("note", "")
        try:
            act(lambda uow: _belongs(question_id, accept_answer(uow, current_actor(), AcceptAnswer(answer_id, note))))
        except Invalid as error:
            return _why(question_id, answer_id, error)
        spoken = gettext("Solved. Good to hear.")
    else:
        act(lambda uow: _belongs(question_id, withdraw_acceptance(uow, current_actor(), answer_id)))
        spoken = gettext("Open again.")
    if pages.wants_fragment():
        page = question_page(read_session(), current_actor(), question_id)
        return pages.fragment("forum/questions/_accepted.html", spoken=spoken, **context_of(page))
    return pages.go(question_url(question_id, f"a{answer_id}"))


def _why(question_id: int, answer_id: int, refusal: Invalid) -> ResponseReturnValue:
    """Ask staff again why they accept in the asker's place."""
    form = ReasonForm()
    form.reject(refusal)
    return pages.show(
        "forum/editing/reason.html",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        form=form,
        heading=gettext("Accept this answer for the asker?"),
        note=gettext("Your reason stands beside the answer."),
        action=url_for("forum.voting_accept", question_id=question_id, answer_id=answer_id),
        button=gettext("Accept"),
        back=question_url(question_id, f"a{answer_id}"),
    )


def _belongs(question_id: int, answer: Answer) -> None:
    """Undo what was done to an answer of another question than the address says."""
    if answer.question_id != question_id:
        raise NotFound


def _thanks() -> str:
    spoken: dict[int, str] = {
        1: gettext("Marked as helpful. Thank you."),
        0: gettext("Taken back."),
        -1: gettext("Noted. The writer sees the number, not your name."),
    }
    return spoken[wanted()]


def _question_actions(question_id: int, spoken: Callable[[], str]) -> ResponseReturnValue:
    if not pages.wants_fragment():
        return pages.go(question_url(question_id))
    page = question_page(read_session(), current_actor(), question_id)
    return pages.fragment("forum/questions/_question_actions.html", spoken=spoken(), page=page, guest=False)


def _answer_actions(question_id: int, answer_id: int, spoken: Callable[[], str]) -> ResponseReturnValue:
    if not pages.wants_fragment():
        return pages.go(question_url(question_id, f"a{answer_id}"))
    page = question_page(read_session(), current_actor(), question_id)
    return pages.fragment(
        "forum/questions/_answer_actions.html", spoken=spoken(), page=page, answer=_card(page, answer_id), guest=False
    )


def _card(page: QuestionPage, answer_id: int) -> AnswerCard:
    found = next((a for a in page.answers if a.id == answer_id), None)
    if found is None:
        raise NotFound
    return found

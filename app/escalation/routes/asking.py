"""HTTP for the question's own page: ask for a person, hand over by hand, say whether it helped."""

from __future__ import annotations

from http import HTTPStatus

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.escalation.forms import HandOverByHandForm
from app.escalation.permissions import can_escalate
from app.escalation.services.concluding import confirm_solution, reopen_ticket
from app.escalation.services.escalating import EscalateNow, escalate_now
from app.forum.contract import access_thread
from app.kernel.errors import Invalid
from app.kernel.permissions import ensure
from app.kernel.unit_of_work import UnitOfWork
from app.web.pages import go, show
from app.web.runtime import current_actor, perform_once, read_session, unit_of_work


def for_person(question_id: int) -> ResponseReturnValue:
    """Bring a question to the desk for its asker; asking again changes nothing. Staff say why on the next page."""
    typed = request.form.get("reason", "")
    try:
        with unit_of_work() as uow:
            escalate_now(uow, current_actor(), EscalateNow(question_id, typed))
    except Invalid as error:
        if typed:
            form = HandOverByHandForm()
            form.reject(error)
            return _reason_page(question_id, form, HTTPStatus.UNPROCESSABLE_ENTITY)
        return go(url_for("escalation.asking_by_hand", question_id=question_id))
    flash(gettext("The desk has this now. They see everything on this page."))
    return go(_question_url(question_id))


def by_hand(question_id: int) -> ResponseReturnValue:
    """Ask staff why they hand a question over."""
    return _reason_page(question_id, HandOverByHandForm(formdata=None), HTTPStatus.OK)


def escalate(question_id: int) -> ResponseReturnValue:
    """Hand a question over before its time."""
    form = HandOverByHandForm()
    if not form.validate():
        return _reason_page(question_id, form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def act(uow: UnitOfWork) -> str:
        escalate_now(uow, current_actor(), EscalateNow(question_id, form.reason.data or ""))
        return _question_url(question_id)

    try:
        location = perform_once(form.once.data, act)
    except Invalid as error:
        form.reject(error)
        return _reason_page(question_id, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    flash(gettext("The desk has this now. They see everything on this page."))
    return go(location)


def back_to_work(question_id: int) -> ResponseReturnValue:
    """Take the asker's word: ``value`` is 1 for back to work and 0 for not yet."""
    yes = request.form.get("value", "1") == "1"
    with unit_of_work() as uow:
        if yes:
            confirm_solution(uow, current_actor(), question_id)
        else:
            reopen_ticket(uow, current_actor(), question_id, request.form.get("why", ""))
    flash(gettext("Good to hear. Everybody can see now what solved it.") if yes else gettext("The desk has it again."))
    return go(_question_url(question_id))


def _reason_page(question_id: int, form: HandOverByHandForm, status: int) -> ResponseReturnValue:
    facts = access_thread(read_session(), current_actor(), question_id)
    ensure(can_escalate(current_actor(), facts.asker_id))
    return show("escalation/by_hand.html", status, form=form, question=facts)


def _question_url(question_id: int) -> str:
    return url_for("forum.questions_show", question_id=question_id)

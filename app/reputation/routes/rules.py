"""What helping is worth, for administrators."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from http import HTTPStatus

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, gettext

from app.kernel.errors import Invalid
from app.kernel.unit_of_work import UnitOfWork
from app.reputation.forms import RulesForm
from app.reputation.queries.rule_changes import RulesPreview, preview_rules, rules_page
from app.reputation.services.changing_rules import ChangeRules, change_rules
from app.web import pages
from app.web.runtime import current_actor, perform_once, read_session, runtime

POINTS = ("answer_up", "question_up", "accepted", "accepting", "desk_confirmed", "down_received", "down_given")
LIMITS = ("daily_limit", "pair_ups", "pair_downs", "post_limit")


def show() -> ResponseReturnValue:
    """Show the newest rules in a form."""
    page = rules_page(read_session(), current_actor(), runtime().clock.now())
    return _page(RulesForm(formdata=None, **asdict(page.newest.rules)))


def save() -> ResponseReturnValue:
    """Write other rules for the days to come, or only show what they would mean."""
    form = RulesForm()
    only_look = request.form.get("then") == "preview"
    if only_look:
        form.reason.validators = ()
    if not form.validate():
        return _page(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if only_look:
        now = runtime().clock.now()
        return _page(form, preview_rules(read_session(), current_actor(), form.rules, now))

    def act(uow: UnitOfWork) -> str:
        change_rules(uow, current_actor(), ChangeRules(form.rules, form.reason.data.strip()))
        return url_for("reputation.rules_show")

    try:
        location = perform_once(form.once.data, act)
    except Invalid as error:
        form.reject(error)
        return _page(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    flash(gettext("Saved. What was earned until then stays as it is."))
    return pages.go(location)


def _page(form: RulesForm, preview: RulesPreview | None = None, status: int = HTTPStatus.OK) -> ResponseReturnValue:
    page = rules_page(read_session(), current_actor(), runtime().clock.now())
    return pages.show(
        "reputation/rules.html", status, page=page, form=form, preview=preview, points=POINTS, limits=LIMITS, date=_day
    )


def _day(at: datetime) -> str:
    return str(format_date(at.date()))

"""What every space promises, for administrators."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext
from sqlalchemy.orm import Session
from wtforms.fields.choices import SelectChoice

from app.escalation.forms import PolicyForm
from app.escalation.queries.agreements import SpacePolicy, calendars, desks, policies
from app.escalation.routes.saying import shown_name
from app.escalation.services.agreeing import EditPolicy, edit_policy
from app.escalation.terms import Terms
from app.forum.contract import hold_space
from app.kernel.errors import Invalid, NotFound
from app.kernel.unit_of_work import UnitOfWork
from app.web import pages
from app.web.runtime import current_actor, perform_once, read_session, runtime
from app.web.settings_forms import ChangedMeanwhile

IMPACTS = ("several_blocked", "blocked", "slowed", "nothing")
FRIDAY = 4
ASKED_AT = timedelta(hours=16, minutes=50)
"""Late on a Friday: the hour at which a promise shows what it is worth."""


@dataclass(frozen=True, slots=True)
class PromisePreview:
    """What somebody would be promised; times are written in the zone of the calendar."""

    impact: str
    desk_by: str
    reply_by: str


def index() -> ResponseReturnValue:
    """List what every space promises."""
    found = policies(read_session(), current_actor(), runtime().clock.now())
    shown = [(policy, preview_of(policy.terms)) for policy in found]
    return pages.show("escalation/admin/policies.html", shown=shown)


def show(space_id: int) -> ResponseReturnValue:
    """Show the promises of one space in a form."""
    policy = _policy(space_id)
    return _page(policy, _filled(policy), policy.terms, HTTPStatus.OK)


def save(space_id: int) -> ResponseReturnValue:
    """Promise something else from now on, or only show what that would mean."""
    policy, form = _policy(space_id), PolicyForm()
    _offer_choices(form)
    if not form.validate():
        return _page(policy, form, policy.terms, HTTPStatus.UNPROCESSABLE_ENTITY)
    command = _command(space_id, form)
    if request.form.get("then") == "preview":
        return _page(policy, form, replace(policy.terms, minutes=command.minutes, reply_minutes=command.reply_minutes))

    def act(uow: UnitOfWork) -> str:
        hold_space(uow.session, current_actor(), space_id)  # nobody else saves between looking and writing
        form.ensure_seen(_values(_policy(space_id, uow.session)))
        edit_policy(uow, current_actor(), command)
        return url_for("escalation.policies_index")

    try:
        location = perform_once(form.once.data, act)
    except Invalid as error:
        form.reject(error)
        return _page(policy, form, policy.terms, HTTPStatus.UNPROCESSABLE_ENTITY)
    except ChangedMeanwhile as change:
        form.show_both(change)
        return _page(policy, form, policy.terms, HTTPStatus.CONFLICT)
    flash(gettext("Saved. Promises that were given already stay as they are."))
    return pages.go(location)


def preview_of(terms: Terms) -> tuple[PromisePreview, ...]:
    """Say for each impact what somebody hears who asks next Friday at 16:50."""
    zone = ZoneInfo(terms.calendar.zone)
    asked = _friday_afternoon(runtime().clock.now().astimezone(zone))
    found = []
    for impact in IMPACTS:
        desk_by = terms.peers_until(asked, impact)
        reply_by = terms.reply_by(desk_by, impact) if desk_by else None
        found.append(PromisePreview(impact, _written(desk_by, zone), _written(reply_by, zone)))
    return tuple(found)


def _friday_afternoon(now: datetime) -> datetime:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=(FRIDAY - now.weekday()) % 7) + ASKED_AT


def _written(at: datetime | None, zone: ZoneInfo) -> str:
    return str(format_datetime(at, "EEE HH:mm", tzinfo=zone, locale=get_locale())) if at else ""


def _policy(space_id: int, session: Session | None = None) -> SpacePolicy:
    found = policies(session or read_session(), current_actor(), runtime().clock.now())
    policy = next((policy for policy in found if policy.space_id == space_id), None)
    if policy is None:
        raise NotFound
    return policy


def _values(policy: SpacePolicy) -> dict[str, Any]:
    terms = policy.terms
    values: dict[str, Any] = {"definition": terms.definition, "min_score": terms.min_score}
    values |= {f"minutes_{impact}": terms.minutes.get(impact) for impact in IMPACTS}
    values |= {f"reply_{impact}": terms.reply_minutes.get(impact) for impact in IMPACTS}
    return values | {"desk_id": terms.desk_id, "calendar_id": policy.calendar_id}


def _filled(policy: SpacePolicy) -> PolicyForm:
    form = PolicyForm.made_from(_values(policy))
    _offer_choices(form)
    return form


def _offer_choices(form: PolicyForm) -> None:
    session = read_session()
    form.calendar_id.choices = _choices(calendars(session, runtime().clock.now()))
    form.desk_id.choices = _choices(desks(session))


def _choices(entries: Iterable[Any]) -> list[SelectChoice]:
    return [SelectChoice(entry.id, shown_name(entry.name)) for entry in entries]


def _command(space_id: int, form: PolicyForm) -> EditPolicy:
    return EditPolicy(
        space_id=space_id,
        definition=form.definition.data,
        min_score=form.min_score.data or 1,
        minutes={impact: form[f"minutes_{impact}"].data for impact in IMPACTS},
        reply_minutes={impact: form[f"reply_{impact}"].data for impact in IMPACTS},
        calendar_id=form.calendar_id.data,
        desk_id=form.desk_id.data,
    )


def _page(policy: SpacePolicy, form: PolicyForm, terms: Terms, status: int = HTTPStatus.OK) -> ResponseReturnValue:
    fields = [(form[f"minutes_{impact}"], form[f"reply_{impact}"]) for impact in IMPACTS]
    return pages.show(
        "escalation/admin/policy.html", status, policy=policy, form=form, fields=fields, preview=preview_of(terms)
    )

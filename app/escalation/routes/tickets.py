"""HTTP for one ticket: its page, with whatever somebody typed into one of its forms."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from flask.typing import ResponseReturnValue
from flask_babel import format_time, gettext
from wtforms.fields.choices import SelectChoice

from app.escalation.forms import OPEN, AsideForm, AssignForm, HandOverForm, MessageForm, SolveForm
from app.escalation.later import Later
from app.escalation.queries.ticket_page import TicketPage, ticket_page
from app.escalation.queries.timeline import Moment
from app.escalation.routes.queue import NOBODY, queue_context, soon, wanted_view
from app.escalation.routes.saying import clock_time, shown_name
from app.forum.contract import kept_text, similar_solved
from app.kernel.words import N_
from app.search.contract import SearchEngine
from app.web import pages
from app.web.language import reader_zone
from app.web.runtime import current_actor, port, read_session, runtime

LATER = {
    Later.HOUR: N_("In an hour, at %(time)s"),
    Later.AFTERNOON: N_("This afternoon, at %(time)s"),
    Later.OPENING: N_("When the desk opens next, at %(time)s"),
    Later.NEXT_WEEK: N_("Next week, at %(time)s"),
}


@dataclass(slots=True)
class TicketForms:
    """The forms of the page; one of them may hold what somebody typed, the others are fresh.

    ``quotes`` asks whether a private note is quoted knowingly.
    """

    form: MessageForm = field(default_factory=lambda: MessageForm(formdata=None))
    assign_form: AssignForm = field(default_factory=lambda: AssignForm(formdata=None))
    hand_over_form: HandOverForm = field(default_factory=lambda: HandOverForm(formdata=None))
    solve_form: SolveForm = field(default_factory=lambda: SolveForm(formdata=None))
    aside_form: AsideForm = field(default_factory=lambda: AsideForm(formdata=None))
    quotes: bool = False


def show(ticket_id: int) -> ResponseReturnValue:
    """Show the whole story of one person who waits."""
    kept = kept_text(read_session(), current_actor(), draft_place(ticket_id))
    forms = TicketForms()
    if kept:
        forms.form = MessageForm(formdata=None, body=kept.get("body", ""), lane=kept.get("lane", OPEN))
    return render_ticket(ticket_id, forms, HTTPStatus.OK, came_back=bool(kept))


def draft_place(ticket_id: int) -> str:
    """Return where a message is kept that its writer sent after their session had ended."""
    return f"ticket:{ticket_id}"


def render_ticket(
    ticket_id: int,
    forms: TicketForms,
    status: int,
    since_version: int | None = None,
    typed: str = "",
    *,
    came_back: bool = False,
) -> ResponseReturnValue:
    """Show the ticket's page; with ``since_version``, beside ``typed`` what came after that version."""
    session, actor = read_session(), current_actor()
    now = runtime().clock.now()
    page = ticket_page(session, actor, ticket_id, now)
    offer_choices(page, forms, now)
    context: dict[str, Any] = {
        "page": page,
        "form": forms.form,
        "assign_form": forms.assign_form,
        "hand_over_form": forms.hand_over_form,
        "solve_form": forms.solve_form,
        "aside_form": forms.aside_form,
        "zone": str(reader_zone()),
        "similar": page.similar or similar_solved(session, actor, port(SearchEngine), page.thread.question.id),
        "local_time": _time_there(page.introduction.time_zone, now),
        "stale": _newest(page, since_version, forms.form.seen_until) if since_version is not None else None,
        "typed": typed,
        "quotes": forms.quotes,
        "came_back": came_back,
    }
    if pages.wants_fragment():
        view = wanted_view().value
        return pages.fragment("escalation/_opened.html", status, **context, view=view, now=now, soon=soon(now))
    return pages.show("escalation/ticket.html", status, **context, **queue_context(), chosen=ticket_id)


def offer_choices(page: TicketPage, forms: TicketForms, now: datetime) -> None:
    """Fill the selects with the texts, people, desks, answers and moments there are."""
    forms.form.text_id.choices = [SelectChoice(text.id, text.name) for text in page.texts]
    forms.assign_form.assignee_id.choices = [
        *(SelectChoice(agent.id, agent.name) for agent in page.agents),
        SelectChoice(NOBODY, gettext("Nobody, back to the desk")),
    ]
    forms.hand_over_form.desk_id.choices = [SelectChoice(i, shown_name(name)) for i, name in page.other_desks]
    forms.aside_form.when.choices = [
        SelectChoice(name.value, gettext(LATER[name], time=clock_time(at, now))) for name, at in page.later.items()
    ]
    forms.solve_form.answer_id.choices = [
        SelectChoice(answer.id, gettext("Answer by %(name)s", name=answer.author.name))
        for answer in page.thread.answers
    ]


def _newest(page: TicketPage, since_version: int, seen: datetime | None) -> tuple[Moment, ...]:
    """Return what came after the agent looked: by the clock, or by the version, which grows by one with each act."""
    behind = page.version - since_version
    later = tuple(moment for moment in page.moments if seen is not None and moment.at > seen)
    return later if len(later) > behind else page.moments[-max(1, behind) :]


def _time_there(zone: str | None, now: datetime) -> str:
    return format_time(now.astimezone(ZoneInfo(zone)), "HH:mm", rebase=False) if zone else ""

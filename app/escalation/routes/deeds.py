"""What the audit trail says of promises, desks, opening hours and what the desk has in hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from flask import url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from app.escalation.queries.deeds import names_of_calendars, names_of_desks, names_of_texts, titles_of_tickets
from app.escalation.routes.saying import shown_name, spoken
from app.kernel.actor import Actor
from app.kernel.words import N_
from app.web.deeds import PERSON, Deed, Details, Named, Subject

TAKES = {
    "several_blocked": N_("several people can’t work: %(before)s became %(after)s"),
    "blocked": N_("somebody can’t work: %(before)s became %(after)s"),
    "slowed": N_("it slows somebody down: %(before)s became %(after)s"),
    "nothing": N_("somebody is curious: %(before)s became %(after)s"),
}
"""What the desk waits before it takes over, by what the trouble keeps people from doing."""


def _differing(details: Details) -> list[str]:
    before, after = details["before"], details["after"]
    return [impact for impact in TAKES if before.get(impact) != after.get(impact)]


def _promise(details: Details) -> str:
    if _differing(details):
        return N_("%(who)s changed when the desk takes over in %(what)s: %(changes)s.")
    return N_("%(who)s changed what %(what)s promises.")


def _changes(details: Details) -> Mapping[str, object]:
    before, after = details["before"], details["after"]
    lines = [
        gettext(TAKES[impact], before=_wait(before.get(impact)), after=_wait(after.get(impact)))
        for impact in _differing(details)
    ]
    return {"changes": "; ".join(lines)}


def _wait(minutes: int | None) -> str:
    if minutes is None:
        return str(gettext("never by itself"))
    return spoken(timedelta(minutes=minutes)) if minutes else str(gettext("at once"))


def _given(details: Details) -> str:
    if details.get("assignee_id") is None:
        return N_("%(who)s put %(what)s back for everybody; %(before)s had it.")
    if details.get("before") is None:
        return N_("%(who)s gave %(what)s to %(assignee)s.")
    return N_("%(who)s gave %(what)s to %(assignee)s; %(before)s had it before.")


def _tickets(session: Session, actor: Actor, ids: Sequence[int]) -> Mapping[int, Named]:
    return {
        key: Named(title, url_for("escalation.tickets_show", ticket_id=key))
        for key, title in titles_of_tickets(session, actor, ids).items()
    }


def _desks(session: Session, _actor: Actor, ids: Sequence[int]) -> Mapping[int, Named]:
    return {
        key: Named(shown_name(name), url_for("escalation.desks_show", desk_id=key))
        for key, name in names_of_desks(session, ids).items()
    }


def _calendars(session: Session, _actor: Actor, ids: Sequence[int]) -> Mapping[int, Named]:
    return {
        key: Named(shown_name(name), url_for("escalation.calendars_show", calendar_id=key))
        for key, name in names_of_calendars(session, ids).items()
    }


def _texts(session: Session, _actor: Actor, ids: Sequence[int]) -> Mapping[int, Named]:
    return {
        key: Named(name, url_for("escalation.texts_show", text_id=key))
        for key, name in names_of_texts(session, ids).items()
    }


DESK = {"desk": ("desk", "desk_id")}
DEEDS: Mapping[str, Deed] = {
    "policy.changed": Deed(_promise, facts=_changes),
    "calendar.changed": Deed(N_("%(who)s changed the opening hours %(what)s.")),
    "desk.changed": Deed(
        N_("%(who)s changed the desk %(what)s; colleagues there: %(number)s."),
        facts=lambda details: {"number": int(details["agents"])},
    ),
    "question.escalated": Deed(N_("%(who)s handed %(what)s over to the desk.")),
    "ticket.given": Deed(_given, {"assignee": (PERSON, "assignee_id"), "before": (PERSON, "before")}),
    "ticket.handed_over": Deed(
        N_("%(who)s handed %(what)s over from %(before)s to %(desk)s."), {"before": ("desk", "before"), **DESK}
    ),
    "ticket.joined": Deed(N_("%(who)s joined %(what)s with %(other)s at the desk."), {"other": ("ticket", "other_id")}),
    "ready_text.added": Deed(N_("%(who)s wrote the ready text %(what)s for %(desk)s."), DESK),
    "ready_text.changed": Deed(N_("%(who)s changed the ready text %(what)s of %(desk)s."), DESK),
    "ready_text.deleted": Deed(N_("%(who)s deleted a ready text of %(desk)s."), DESK),
}
SUBJECTS: Mapping[str, Subject] = {
    "ticket": Subject(N_("What the desk has"), N_("a question that is not shown any more"), _tickets, quoted=True),
    "ready_text": Subject(N_("Ready texts"), N_("a text that is gone"), _texts, quoted=True),
    "calendar": Subject(N_("Opening hours"), N_("hours that are gone"), _calendars),
    "desk": Subject(N_("Desks"), N_("a desk that is gone"), _desks),
}

"""What the service desk does in the demo community: it takes what nobody answered, and asks back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import select

from app.escalation.access import last_ticket
from app.escalation.models.agreements import Desk
from app.escalation.models.clocks import QuestionClock
from app.escalation.services.agreeing import EditCalendar, EditDesk, edit_calendar, edit_desk, ensure_policy
from app.escalation.services.escalating import due_clocks, escalate_due
from app.escalation.services.keeping import NewText, add_text
from app.escalation.services.replying import AskBack, ask_back
from app.escalation.services.working import WriteNote, write_note
from app.kernel.actor import Actor, Role
from app.kernel.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.seed.content import Content, Table, span
from app.seed.threads import Moment, MovableClock, Plot

ZONE, COUNTRY, PART = "Europe/Berlin", "DE", "HH"
"""The desk is in Hamburg."""
TEXTS = {
    "Hello": "Hello {asker},\n\n\n\nBest regards\n{agent}",
    "Which device": "Which device is it, and since when? The sticker on the back says so, it begins with NL-.",
}
"""What the desk writes often."""


def staff_desk(uow: UnitOfWork, founder: Actor, content: Content, people: Mapping[str, int], space_id: int) -> None:
    """Give the desk its opening hours, its agents and its ready texts."""
    terms = ensure_policy(uow, space_id)
    desk = uow.session.get_one(Desk, terms.desk_id)
    calendar = EditCalendar(
        desk.calendar_id, "Office hours in Hamburg", ZONE, terms.calendar.windows, COUNTRY, PART, ()
    )
    edit_calendar(uow, founder, calendar)
    agents = tuple(people[person["key"]] for person in content.people if Role.AGENT in person.get("roles", ()))
    edit_desk(uow, founder, EditDesk(desk.id, desk.name, desk.calendar_id, agents))
    for name, words in TEXTS.items():
        add_text(uow, founder, NewText(desk.id, name, words))


def hand_over_due(units: UnitOfWorkFactory, clock: MovableClock, until: datetime) -> None:
    """Give the desk every question whose time ran out before ``until``, each at its own moment."""
    with units() as uow:
        due = due_clocks(uow.session, until)
        moments = uow.session.execute(
            select(QuestionClock.id, QuestionClock.due_at)
            .where(QuestionClock.id.in_(due), QuestionClock.due_at.is_not(None))
            .order_by(QuestionClock.due_at)
        ).all()
    for clock_id, due_at in moments:
        clock.at = due_at or until
        with units() as uow:
            escalate_due(uow, clock_id)


def desk_moments(plot: Plot, table: Table, now: datetime) -> Iterator[Moment]:
    """Give what agents do about one question, in order; it has been asked and handed over before."""
    title, asked = str(table["title"]), now - span(table["ago"])
    for act in table.get("desk", ()) if title in plot.questions else ():
        yield Moment(asked + span(act["after"]), act["by"], _Act(plot, title, act))


class _Act:
    """One thing an agent does."""

    def __init__(self, plot: Plot, title: str, table: Table) -> None:
        self._plot, self._title, self._table = plot, title, table

    def __call__(self, uow: UnitOfWork, actor: Actor) -> None:
        ticket = last_ticket(uow.session, self._plot.questions[self._title])
        if ticket is None:
            raise LookupError(self._title)
        text = self._plot.texts[self._table["body"].strip()]
        if self._table["act"] == "note":
            write_note(uow, actor, WriteNote(ticket.id, text))
        else:
            ask_back(uow, actor, AskBack(ticket.id, text))

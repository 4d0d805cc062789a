"""What administrators see of policies, calendars and desks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escalation.calendar import Window
from app.escalation.models.agreements import BusinessCalendar, CalendarVersion, Desk, DeskAgent, Policy
from app.escalation.terms import Terms, calendar_of, public_holidays, terms_of_spaces
from app.forum.contract import readable_spaces
from app.identity.contract import Person, people
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.web.page_words import page_locale


@dataclass(frozen=True, slots=True)
class SpacePolicy:
    """What one space promises."""

    space_id: int
    space_name: str
    terms: Terms
    calendar_id: int | None


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """A calendar in its current version."""

    id: int
    name: str
    version: int
    zone: str
    windows: tuple[Window, ...]
    country: str
    subdivision: str
    own_holidays: tuple[str, ...]
    closed_days: tuple[tuple[str, str], ...]
    """The coming closed days of this and next year: date and what it is called."""


@dataclass(frozen=True, slots=True)
class DeskEntry:
    """A desk and who works there."""

    id: int
    name: str
    calendar_id: int
    agents: tuple[Person, ...]


def policies(session: Session, actor: Actor, now: datetime) -> list[SpacePolicy]:
    """Return what every space promises."""
    spaces = readable_spaces(session, actor)
    terms = terms_of_spaces(session, [s.id for s in spaces], now)
    used = select(Policy.space_id, Policy.calendar_id).where(Policy.superseded_at.is_(None))
    calendars = {row.space_id: row.calendar_id for row in session.execute(used)}
    return [SpacePolicy(s.id, s.name, terms[s.id], calendars.get(s.id)) for s in spaces]


def calendars(session: Session, now: datetime) -> list[CalendarEntry]:
    """Return every calendar in its current version."""
    rows = session.execute(
        select(BusinessCalendar, CalendarVersion)
        .join(CalendarVersion, CalendarVersion.calendar_id == BusinessCalendar.id)
        .where(CalendarVersion.superseded_at.is_(None))
        .order_by(BusinessCalendar.name)
    )
    return [_entry(calendar, version, now) for calendar, version in rows]


def calendar_entry(session: Session, calendar_id: int, now: datetime) -> CalendarEntry:
    """Return one calendar.

    Raises:
        NotFound: when there is none.

    """
    for entry in calendars(session, now):
        if entry.id == calendar_id:
            return entry
    raise NotFound


def desks(session: Session) -> list[DeskEntry]:
    """Return every desk with its people."""
    rows = session.scalars(select(Desk).order_by(Desk.name)).all()
    agents = session.execute(select(DeskAgent.desk_id, DeskAgent.user_id).order_by(DeskAgent.user_id)).all()
    persons = people(session, {row.user_id for row in agents})
    return [
        DeskEntry(d.id, d.name, d.calendar_id, tuple(persons[a.user_id] for a in agents if a.desk_id == d.id))
        for d in rows
    ]


def _entry(calendar: BusinessCalendar, version: CalendarVersion, now: datetime) -> CalendarEntry:
    names: dict[date, str] = {}
    if version.country:
        for year in (now.year, now.year + 1):
            names |= public_holidays(version.country, version.subdivision, year, page_locale().language)
    days = sorted(d for d in calendar_of(version, now).holidays if d >= now.date() and d.year <= now.year + 1)
    return CalendarEntry(
        id=calendar.id,
        name=calendar.name,
        version=version.version,
        zone=version.zone,
        windows=tuple(Window(*w) for w in version.windows),
        country=version.country,
        subdivision=version.subdivision,
        own_holidays=tuple(version.own_holidays),
        closed_days=tuple((day.isoformat(), names.get(day, "")) for day in days),
    )

"""Give a space its policy, and let administrators change policies, calendars and desks."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from zoneinfo import available_timezones

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.escalation.access import access_calendar, access_desk
from app.escalation.calendar import Window
from app.escalation.models.agreements import BusinessCalendar, CalendarVersion, Definition, Desk, DeskAgent, Policy
from app.escalation.permissions import can_configure
from app.escalation.terms import (
    DEFAULT_CALENDAR,
    DEFAULT_DESK,
    DEFAULT_MINUTES,
    DEFAULT_REPLY_MINUTES,
    DEFAULT_WINDOWS,
    Terms,
    public_holidays,
    terms_of_spaces,
)
from app.forum.contract import hold_space
from app.kernel.actor import Actor
from app.kernel.database import site_zone
from app.kernel.errors import Busy, Invalid
from app.kernel.permissions import ensure
from app.kernel.unit_of_work import UnitOfWork

LONGEST_MINUTES = 60 * 24 * 365
MOST_ATTEMPTS = 4
"""One for the first desk of the site, one for the space's policy, one to read what somebody else wrote, one spare."""


@dataclass(frozen=True, slots=True)
class EditPolicy:
    """A new version of a space's promises."""

    space_id: int
    definition: str
    min_score: int
    minutes: dict[str, int | None]
    reply_minutes: dict[str, int | None]
    calendar_id: int
    desk_id: int


@dataclass(frozen=True, slots=True)
class EditCalendar:
    """A new version of a calendar's times; without an id, a new calendar."""

    calendar_id: int | None
    name: str
    zone: str
    windows: tuple[Window, ...]
    country: str
    subdivision: str
    own_holidays: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class EditDesk:
    """A desk's name, hours and people; without an id, a new desk."""

    desk_id: int | None
    name: str
    calendar_id: int
    agent_ids: tuple[int, ...]


def ensure_policy(uow: UnitOfWork, space_id: int) -> Terms:
    """Return what a space promises, giving it the defaults first when nobody has chosen."""
    for _ in range(MOST_ATTEMPTS):
        terms = terms_of_spaces(uow.session, [space_id], uow.now)[space_id]
        if terms.policy_id is not None:
            return terms
        with suppress(IntegrityError), uow.session.begin_nested():  # somebody else gives them at this moment
            _give_defaults(uow, space_id)
    raise Busy


def edit_policy(uow: UnitOfWork, actor: Actor, command: EditPolicy) -> Policy:
    """Add the next version of a policy; clocks that run keep the promise they were started with.

    Raises:
        Invalid: fields ``definition``, ``minutes``, ``reply_minutes``, ``desk_id``, ``calendar_id``.
        NotFound: when there is no such space.

    """
    ensure(can_configure(actor))
    if command.definition not in set(Definition):
        raise Invalid("definition", "escalation.definition_unknown")
    _check_minutes("minutes", command.minutes)
    _check_minutes("reply_minutes", command.reply_minutes)
    if uow.session.get(Desk, command.desk_id) is None:
        raise Invalid("desk_id", "escalation.desk_unknown")
    if uow.session.get(BusinessCalendar, command.calendar_id) is None:
        raise Invalid("calendar_id", "escalation.calendar_unknown")
    hold_space(uow.session, actor, command.space_id)
    ensure_policy(uow, command.space_id)
    old = _lock_current(uow.session, command.space_id)
    old.superseded_at = uow.now
    uow.session.flush()
    policy = Policy(
        space_id=command.space_id,
        version=old.version + 1,
        definition=command.definition,
        min_score=command.min_score,
        minutes=dict(command.minutes),
        reply_minutes=dict(command.reply_minutes),
        calendar_id=command.calendar_id,
        desk_id=command.desk_id,
        created_at=uow.now,
        created_by_id=actor.id,
    )
    uow.session.add(policy)
    uow.session.flush()
    uow.audit(
        actor, "policy.changed", "space", command.space_id,
        before=dict(old.minutes), after=dict(command.minutes), version=policy.version,
    )  # fmt: skip
    return policy


def edit_calendar(uow: UnitOfWork, actor: Actor, command: EditCalendar) -> BusinessCalendar:
    """Add the next version of a calendar, or make a new one.

    Raises:
        Invalid: fields ``name``, ``zone``, ``windows``, ``country``.
        NotFound: when there is no such calendar.

    """
    ensure(can_configure(actor))
    name = _check_calendar(uow.session, command)
    if command.calendar_id is None:
        calendar, version = BusinessCalendar(name=name, created_at=uow.now), 1
        uow.session.add(calendar)
        uow.session.flush()
    else:
        calendar, version = _supersede(uow, command.calendar_id)
        calendar.name = name
    uow.session.add(
        CalendarVersion(
            calendar_id=calendar.id,
            version=version,
            zone=command.zone,
            windows=[[w.weekday, w.start, w.end] for w in command.windows],
            country=command.country,
            subdivision=command.subdivision,
            own_holidays=[day.isoformat() for day in sorted(command.own_holidays)],
            created_at=uow.now,
            created_by_id=actor.id,
        )
    )
    uow.session.flush()
    uow.audit(actor, "calendar.changed", "calendar", calendar.id, version=version)
    return calendar


def edit_desk(uow: UnitOfWork, actor: Actor, command: EditDesk) -> Desk:
    """Change a desk and who works there, or make a new one.

    Raises:
        Invalid: fields ``name``, ``calendar_id``.
        NotFound: when there is no such desk.

    """
    ensure(can_configure(actor))
    name = command.name.strip()
    if not name:
        raise Invalid("name", "escalation.name_missing")
    taken = uow.session.scalar(select(Desk.id).where(Desk.name == name))
    if taken is not None and taken != command.desk_id:
        raise Invalid("name", "escalation.name_taken")
    if uow.session.get(BusinessCalendar, command.calendar_id) is None:
        raise Invalid("calendar_id", "escalation.calendar_unknown")
    desk = access_desk(uow.session, command.desk_id, lock=True) if command.desk_id else Desk(created_at=uow.now)
    desk.name, desk.calendar_id = name, command.calendar_id
    uow.session.add(desk)
    uow.session.flush()
    uow.session.execute(delete(DeskAgent).where(DeskAgent.desk_id == desk.id))
    uow.session.add_all(DeskAgent(desk_id=desk.id, user_id=i, since=uow.now) for i in sorted(set(command.agent_ids)))
    uow.audit(actor, "desk.changed", "desk", desk.id, agents=len(set(command.agent_ids)))
    return desk


def _give_defaults(uow: UnitOfWork, space_id: int) -> None:
    desk = _default_desk(uow)
    uow.session.add(
        Policy(
            space_id=space_id,
            minutes=dict(DEFAULT_MINUTES),
            reply_minutes=dict(DEFAULT_REPLY_MINUTES),
            calendar_id=desk.calendar_id,
            desk_id=desk.id,
            created_at=uow.now,
        )
    )
    uow.session.flush()


def _default_desk(uow: UnitOfWork) -> Desk:
    desk = uow.session.scalars(select(Desk).order_by(Desk.id).limit(1)).first()
    if desk is not None:
        return desk
    calendar = BusinessCalendar(name=DEFAULT_CALENDAR, created_at=uow.now)
    uow.session.add(calendar)
    uow.session.flush()
    windows = [[w.weekday, w.start, w.end] for w in DEFAULT_WINDOWS]
    zone = site_zone(uow.session)
    uow.session.add(CalendarVersion(calendar_id=calendar.id, zone=zone, windows=windows, created_at=uow.now))
    desk = Desk(name=DEFAULT_DESK, calendar_id=calendar.id, created_at=uow.now)
    uow.session.add(desk)
    uow.session.flush()
    return desk


def _lock_current(session: Session, space_id: int) -> Policy:
    query = select(Policy).where(Policy.space_id == space_id, Policy.superseded_at.is_(None))
    return session.scalars(query.with_for_update()).one()


def _supersede(uow: UnitOfWork, calendar_id: int) -> tuple[BusinessCalendar, int]:
    calendar = access_calendar(uow.session, calendar_id, lock=True)
    current = uow.session.scalars(
        select(CalendarVersion).where(
            CalendarVersion.calendar_id == calendar_id, CalendarVersion.superseded_at.is_(None)
        )
    ).one()
    current.superseded_at = uow.now
    uow.session.flush()
    return calendar, current.version + 1


def _check_minutes(field: str, minutes: dict[str, int | None]) -> None:
    if set(minutes) != set(DEFAULT_MINUTES):
        raise Invalid(field, "escalation.minutes_missing")
    if any(m is not None and not 0 <= m <= LONGEST_MINUTES for m in minutes.values()):
        raise Invalid(field, "escalation.minutes_range")


def _check_calendar(session: Session, command: EditCalendar) -> str:
    name = command.name.strip()
    if not name:
        raise Invalid("name", "escalation.name_missing")
    taken = session.scalar(select(BusinessCalendar.id).where(BusinessCalendar.name == name))
    if taken is not None and taken != command.calendar_id:
        raise Invalid("name", "escalation.name_taken")
    if command.zone not in available_timezones():
        raise Invalid("zone", "escalation.zone_unknown")
    if not command.windows:
        raise Invalid("windows", "escalation.never_open")
    if command.country:
        try:
            public_holidays(command.country, command.subdivision, 2026)
        except NotImplementedError as error:
            raise Invalid("country", "escalation.country_unknown") from error
    return name

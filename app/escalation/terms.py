"""What a space promises, ready to calculate with: a policy with its calendars loaded."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

import holidays
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escalation.calendar import Calendar, Span, Window
from app.escalation.clock import due_at
from app.escalation.models.agreements import CalendarVersion, Definition, Desk, Policy
from app.kernel.database import site_zone
from app.kernel.words import N_

DEFAULT_MINUTES: Mapping[str, int | None] = {"nothing": 1440, "slowed": 240, "blocked": 30, "several_blocked": 0}
"""Business minutes for peers when nobody has chosen: the promises that the ask form shows."""
DEFAULT_REPLY_MINUTES: Mapping[str, int | None] = {
    "nothing": 480, "slowed": 240, "blocked": 60, "several_blocked": 30,
}  # fmt: skip
DEFAULT_WINDOWS = tuple(Window(day, 9 * 60, 17 * 60) for day in range(5))
DEFAULT_DESK = N_("Service desk")
DEFAULT_CALENDAR = N_("Office hours")
YEARS_AHEAD = 3


@dataclass(frozen=True, slots=True)
class Terms:
    """One version of a policy. The ids are None when the space has none yet and the defaults are in force."""

    policy_id: int | None
    space_id: int | None
    version: int
    definition: str
    min_score: int
    minutes: Mapping[str, int | None]
    reply_minutes: Mapping[str, int | None]
    calendar_version_id: int | None
    calendar: Calendar
    desk_id: int | None
    desk_name: str
    desk_hours: Calendar

    def peers_until(self, start: datetime, impact: str, pauses: Collection[Span] = ()) -> datetime | None:
        """Return when the desk takes a question over; None for never."""
        return _after(self.minutes.get(impact), start, self.calendar, pauses)

    def reply_by(self, start: datetime, impact: str) -> datetime | None:
        """Return when the desk has replied at the latest; None when it promises nothing."""
        return _after(self.reply_minutes.get(impact), start, self.desk_hours, ())


@lru_cache(maxsize=16)
def default_terms(zone: str) -> Terms:
    """Return what a space promises until somebody chooses, in opening hours of the site's zone."""
    hours = Calendar(zone, DEFAULT_WINDOWS)
    return Terms(
        policy_id=None,
        space_id=None,
        version=0,
        definition=Definition.NO_REPLY,
        min_score=1,
        minutes=DEFAULT_MINUTES,
        reply_minutes=DEFAULT_REPLY_MINUTES,
        calendar_version_id=None,
        calendar=hours,
        desk_id=None,
        desk_name=DEFAULT_DESK,
        desk_hours=hours,
    )


def terms_of_spaces(session: Session, space_ids: Collection[int], now: datetime) -> dict[int, Terms]:
    """Map spaces to what they promise now, in two statements; a space without a policy gets the defaults."""
    rows = session.execute(
        select(Policy, Desk)
        .join(Desk, Desk.id == Policy.desk_id)
        .where(Policy.space_id.in_(space_ids), Policy.superseded_at.is_(None))
    ).all()
    current = _current_versions(session, {i for policy, desk in rows for i in (policy.calendar_id, desk.calendar_id)})
    found = {policy.space_id: _terms(policy, desk, current, now) for policy, desk in rows}
    unchosen = default_terms(site_zone(session))
    return {space_id: found.get(space_id, unchosen) for space_id in space_ids}


def terms_of_policy(session: Session, policy_id: int, calendar_version_id: int | None, now: datetime) -> Terms:
    """Return the terms under which something runs, on the calendar version that was valid when it began."""
    policy, desk = session.execute(
        select(Policy, Desk).join(Desk, Desk.id == Policy.desk_id).where(Policy.id == policy_id)
    ).one()
    versions = _current_versions(session, {policy.calendar_id, desk.calendar_id})
    if calendar_version_id is not None:
        versions[policy.calendar_id] = session.get_one(CalendarVersion, calendar_version_id)
    return _terms(policy, desk, versions, now)


def hours_of_desk(session: Session, desk_id: int, now: datetime) -> Calendar:
    """Return when a desk is open, in one statement."""
    query = (
        select(CalendarVersion)
        .join(Desk, Desk.calendar_id == CalendarVersion.calendar_id)
        .where(Desk.id == desk_id, CalendarVersion.superseded_at.is_(None))
    )
    return calendar_of(session.scalars(query).one(), now)


def calendar_of(version: CalendarVersion, now: datetime) -> Calendar:
    """Return a stored calendar ready to calculate with, with public holidays from last year to three years ahead."""
    closed = {date.fromisoformat(day) for day in version.own_holidays}
    if version.country:
        for year in range(now.year - 1, now.year + YEARS_AHEAD):
            closed |= public_holidays(version.country, version.subdivision, year).keys()
    windows = tuple(Window(*window) for window in version.windows)
    return Calendar(version.zone, windows, frozenset(closed))


@lru_cache(maxsize=512)
def public_holidays(country: str, subdivision: str, year: int, language: str = "en") -> dict[date, str]:
    """Return the public holidays of a country, or of one part of it, in a year, with names in a language.

    Where nobody has written the names in that language, they are in the country's own; never in the server's.

    Raises:
        NotImplementedError: when the country or the part of it is not known.

    """
    places = holidays.country_holidays(country, subdiv=subdivision or None)
    known = {name.partition("_")[0]: name for name in sorted(places.supported_languages, reverse=True)}
    named = known.get(language, places.default_language)
    return dict(holidays.country_holidays(country, subdiv=subdivision or None, years=year, language=named))


def _current_versions(session: Session, calendar_ids: Collection[int]) -> dict[int, CalendarVersion]:
    if not calendar_ids:
        return {}
    query = select(CalendarVersion).where(
        CalendarVersion.calendar_id.in_(calendar_ids), CalendarVersion.superseded_at.is_(None)
    )
    return {version.calendar_id: version for version in session.scalars(query)}


def _terms(policy: Policy, desk: Desk, versions: Mapping[int, CalendarVersion], now: datetime) -> Terms:
    peers = versions[policy.calendar_id]
    return Terms(
        policy_id=policy.id,
        space_id=policy.space_id,
        version=policy.version,
        definition=policy.definition,
        min_score=policy.min_score,
        minutes=policy.minutes,
        reply_minutes=policy.reply_minutes,
        calendar_version_id=peers.id,
        calendar=calendar_of(peers, now),
        desk_id=desk.id,
        desk_name=desk.name,
        desk_hours=calendar_of(versions[desk.calendar_id], now),
    )


def _after(minutes: int | None, start: datetime, calendar: Calendar, pauses: Collection[Span]) -> datetime | None:
    if minutes is None:
        return None
    return due_at(start, timedelta(minutes=minutes), calendar, tuple(pauses))

"""Promises and states as sentences in the reader's language and time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache

from babel import Locale
from babel.dates import format_datetime, format_timedelta
from flask_babel import get_locale, get_timezone, gettext

from app.escalation.models.tickets import WAITING_FOR_US, State
from app.escalation.queries.standing import Standing, TicketStanding
from app.escalation.terms import DEFAULT_CALENDAR, DEFAULT_DESK, Terms
from app.kernel.actor import Actor
from app.kernel.words import N_
from app.web.slots import StatusLine

WITHIN_A_WEEK = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class DeskWords:
    """What is said while the desk has a question."""

    has_it: str
    asker_hears: str
    next_word: str
    late: str


NAMED = DeskWords(
    N_("%(name)s from the %(desk)s has this"),
    N_("%(name)s from the %(desk)s has this. You will hear by %(time)s"),
    N_("%(name)s from the %(desk)s has this. The next word comes by %(time)s"),
    N_("This is late. That’s on us. %(name)s is on it now"),
)
UNNAMED = DeskWords(
    N_("The %(desk)s has this"),
    N_("The %(desk)s has this. You will hear by %(time)s"),
    N_("The %(desk)s has this. The next word comes by %(time)s"),
    N_("This is late. That’s on us. The %(desk)s has been told"),
)


def shown_name(name: str) -> str:
    """Return the name of a desk or of opening hours; one that nobody has chosen is in the reader's language."""
    return _say(name) if name in {DEFAULT_DESK, DEFAULT_CALENDAR} else name


def clock_time(at: datetime, now: datetime) -> str:
    """Write a coming instant the way people say it: «14:30» today, «Tue 14:00» this week, else with the date."""
    zone = get_timezone()
    if at.astimezone(zone).date() == now.astimezone(zone).date():
        pattern = "HH:mm"
    else:
        pattern = "EEE HH:mm" if abs(at - now) < WITHIN_A_WEEK else "d MMM HH:mm"
    return _written(at, pattern, zone, _locale())


def promise_of(terms: Terms, impact: str, now: datetime) -> str:
    """Say what will happen by when to somebody who asks now."""
    takes_at, replies_at = terms.peers_until(now, impact), terms.reply_by(now, impact)
    if takes_at is None:
        return _say(N_("People answer when they can. You can ask for a person at any time."))
    if takes_at > now:
        sentence = N_("If nobody helps by %(time)s, a colleague from the %(desk)s takes this.")
        return _say(sentence, time=clock_time(takes_at, now), desk=shown_name(terms.desk_name))
    if replies_at is None:
        return _say(N_("A colleague from the %(desk)s takes this at once."), desk=shown_name(terms.desk_name))
    sentence = N_("A colleague from the %(desk)s takes this at once. You will hear by %(time)s.")
    return _say(sentence, desk=shown_name(terms.desk_name), time=clock_time(replies_at, now))


def status_of(standing: Standing, actor: Actor, now: datetime) -> StatusLine | None:
    """Say what happens next with a question; None when the forum's own words say it all."""
    ticket = standing.ticket
    if ticket is not None:
        if ticket.state in WAITING_FOR_US:
            return _with_the_desk(standing, ticket, actor, now)
        return _after_the_desk(standing, ticket, actor)
    if standing.peers_until is None:
        return None
    if standing.peers_until <= now:
        return _line("open", N_("A colleague from the %(desk)s takes this now"), desk=shown_name(standing.desk_name))
    until = clock_time(standing.peers_until, now)
    sentence = N_("If nobody helps, a colleague from the %(desk)s takes this by %(time)s")
    return _line("open", sentence, desk=shown_name(standing.desk_name), time=until)


def _with_the_desk(standing: Standing, ticket: TicketStanding, actor: Actor, now: datetime) -> StatusLine:
    due, words = ticket.reply_due_at, NAMED if ticket.helper is not None else UNNAMED
    late = due is not None and due < now
    if late:
        sentence = words.late
    elif due is None:
        sentence = words.has_it
    else:
        sentence = words.asker_hears if actor.id == ticket.asker.id else words.next_word
    time = clock_time(due, now) if due is not None else ""
    return _line(
        "late" if late else "open", sentence, name=_first_name(ticket), desk=shown_name(standing.desk_name), time=time
    )


def _after_the_desk(standing: Standing, ticket: TicketStanding, actor: Actor) -> StatusLine | None:
    name, asker = _first_name(ticket), ticket.asker.name.split()[0]
    if ticket.state == State.PENDING:
        if ticket.helper is None:
            return _line("waiting", N_("Waiting for %(asker)s"), asker=asker)
        return _line("waiting", N_("Waiting for %(asker)s: %(name)s asked back"), asker=asker, name=name)
    if ticket.state == State.SOLVED:
        if actor.id == ticket.asker.id:
            return _line("waiting", N_("%(name)s thinks this is solved. Back to work?"), name=name)
        return _line("waiting", N_("%(name)s thinks this is solved. We asked %(asker)s"), name=name, asker=asker)
    if ticket.state == State.CONFIRMED and ticket.confirmed_at is not None:
        span = _spoken(ticket.confirmed_at - standing.started_at, _locale())
        return _line("solved", N_("Solved by %(name)s in %(span)s"), name=name, span=span)
    return None


def _line(tone: str, sentence: str, **facts: str) -> StatusLine:
    return StatusLine(tone, _say(sentence, **facts))


def _say(sentence: str, **facts: str) -> str:
    """Return a marked sentence in the reader's language."""
    return str(gettext(sentence, **facts))


def _first_name(ticket: TicketStanding) -> str:
    return ticket.helper.name.split()[0] if ticket.helper is not None else ""


def _locale() -> Locale:
    return get_locale() or Locale("en")


@lru_cache(maxsize=4096)
def _written(at: datetime, pattern: str, zone: tzinfo, locale: Locale) -> str:
    return str(format_datetime(at, pattern, tzinfo=zone, locale=locale))


def spoken(span: timedelta) -> str:
    """Write a length of time in the reader's language."""
    return _spoken(span, _locale())


@lru_cache(maxsize=4096)
def _spoken(span: timedelta, locale: Locale) -> str:
    return str(format_timedelta(span, threshold=2, locale=locale))

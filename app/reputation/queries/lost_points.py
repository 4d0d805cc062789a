"""What limits take of people's points, question by question, which no cap row says by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from app.reputation.caps import CapKey, CapKind, Gain, lost_by_question
from app.reputation.models import Cap, Entry
from app.reputation.queries.rule_versions import rule_book
from app.reputation.rules import RECEIVED_DOWN, RECEIVED_UP, Rule

VOTES = [rule.value for rule in (*RECEIVED_UP, *RECEIVED_DOWN)]
PersonDay = tuple[int, date]


@dataclass(frozen=True, slots=True)
class Loss:
    """The points that limits take of one person on one question for one UTC day."""

    user_id: int
    day: date
    question_id: int
    points: int


def lost_points(session: Session, since: date = date.min) -> Iterator[Loss]:
    """Give what limits take of everybody from the UTC day ``since`` on, in three statements."""
    book, caps, gains = rule_book(session), _caps(session, since), _gains(session, since)
    for (user_id, day), mine in caps.items():
        for question_id, points in lost_by_question(book, gains[user_id, day], mine).items():
            yield Loss(user_id, day, question_id, points)


def _caps(session: Session, since: date) -> dict[PersonDay, dict[CapKey, int]]:
    caps: dict[PersonDay, dict[CapKey, int]] = defaultdict(dict)
    query = select(Cap.user_id, Cap.day, Cap.kind, Cap.subject, Cap.points).where(Cap.day >= since)
    for row in session.execute(query):
        caps[row.user_id, row.day][row.day, CapKind(row.kind), row.subject] = row.points
    return caps


def _gains(session: Session, since: date) -> dict[PersonDay, list[Gain]]:
    """Return the standing vote entries of the days with limits; whatever was taken back sums to nothing."""
    limited = select(Cap.user_id, Cap.day).where(Cap.day >= since).distinct().subquery()
    points = func.sum(Entry.points)
    what = (Entry.user_id, Entry.day, Entry.rule, Entry.by_id, Entry.question_id, Entry.answer_id)
    query = (
        select(*what, points.label("points"))
        .join(limited, and_(limited.c.user_id == Entry.user_id, limited.c.day == Entry.day))
        .where(Entry.rule.in_(VOTES))
        .group_by(*what)
        .having(points != 0)
    )
    gains: dict[PersonDay, list[Gain]] = defaultdict(list)
    for row in session.execute(query):
        gain = Gain(row.day, Rule(row.rule), int(row.points), row.by_id, row.question_id, row.answer_id)
        gains[row.user_id, row.day].append(gain)
    return gains

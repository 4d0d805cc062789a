"""What limits take of people's points in a part of the site, which no cap row says by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.reputation.caps import CapKey, CapKind, Gain, lost_by_question
from app.reputation.models import Cap, Entry
from app.reputation.queries.rule_versions import rule_book
from app.reputation.rules import RECEIVED_DOWN, RECEIVED_UP, Rule

VOTES = [rule.value for rule in (*RECEIVED_UP, *RECEIVED_DOWN)]


def lost_points(session: Session, questions: Select[int], since: date, user_ids: Collection[int]) -> dict[int, int]:
    """Return by person what limits take of their points on these questions, in four statements.

    Args:
        session: where to read.
        questions: the ids of the questions, as a statement.
        since: the first UTC day that counts.
        user_ids: whom to look at.

    """
    caps, gains = _caps(session, since, user_ids), _gains(session, since, user_ids)
    earned_on = select(Entry.question_id).where(
        Entry.user_id.in_(user_ids), Entry.day >= since, Entry.question_id.in_(questions)
    )
    inside = set(session.scalars(earned_on.distinct()))
    book = rule_book(session)
    return {
        user_id: sum(n for question, n in lost_by_question(book, gains[user_id], mine).items() if question in inside)
        for user_id, mine in caps.items()
    }


def _caps(session: Session, since: date, user_ids: Collection[int]) -> dict[int, dict[CapKey, int]]:
    caps: dict[int, dict[CapKey, int]] = defaultdict(dict)
    query = select(Cap.user_id, Cap.day, Cap.kind, Cap.subject, Cap.points)
    for row in session.execute(query.where(Cap.user_id.in_(user_ids), Cap.day >= since)):
        caps[row.user_id][row.day, CapKind(row.kind), row.subject] = row.points
    return caps


def _gains(session: Session, since: date, user_ids: Collection[int]) -> dict[int, list[Gain]]:
    """Return the standing vote entries of the days with limits; whatever was taken back sums to nothing."""
    points = func.sum(Entry.points)
    what = (Entry.user_id, Entry.day, Entry.rule, Entry.by_id, Entry.question_id, Entry.answer_id)
    limited = select(Cap.user_id).where(Cap.user_id == Entry.user_id, Cap.day == Entry.day).exists()
    query = (
        select(*what, points.label("points"))
        .where(Entry.user_id.in_(user_ids), Entry.day >= since, Entry.rule.in_(VOTES), limited)
        .group_by(*what)
        .having(points != 0)
    )
    gains: dict[int, list[Gain]] = defaultdict(list)
    for row in session.execute(query):
        gain = Gain(row.day, Rule(row.rule), int(row.points), row.by_id, row.question_id, row.answer_id)
        gains[row.user_id].append(gain)
    return gains

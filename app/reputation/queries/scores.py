"""Scores of many people at once."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, distinct, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.kernel.among import among
from app.kernel.database import fetch
from app.reputation.models import Entry, Score
from app.reputation.privileges import Table, privileges_at, shown_score
from app.reputation.rules import Rule

HELPING = (Rule.ACCEPTED.value, Rule.DESK_CONFIRMED.value)


_SCORES = select(Score.user_id, Score.score_sum).where(among(Score.user_id, "user_ids"))


def scores(session: Session, user_ids: Collection[int]) -> dict[int, int]:
    """Map every id to the shown score, in one statement; whoever has no ledger yet has 1."""
    if not user_ids:
        return {}
    rows = fetch(session, _SCORES, {"user_ids": list(user_ids)})
    kept = {row.user_id: row.score_sum for row in rows}
    return {user_id: shown_score(kept.get(user_id, 0)) for user_id in user_ids}


def score_of(user_id: InstrumentedAttribute[int]) -> ColumnElement[int | None]:
    """Return, for a person of the statement around, the sum that the shown score is made of; NULL without a ledger."""
    return select(Score.score_sum).where(Score.user_id == user_id).scalar_subquery()


def privileges_of(session: Session, user_id: int, table: Table) -> frozenset[str]:
    """Return the codes that a person's score gives, in one statement."""
    return privileges_at(scores(session, [user_id])[user_id], table)


def people_helped(session: Session, user_id: int) -> int:
    """Return how many different people got unstuck with this person's answers, in one statement."""
    standing = (
        select(Entry.by_id, Entry.question_id)
        .where(Entry.user_id == user_id, Entry.rule.in_(HELPING))
        .group_by(Entry.by_id, Entry.question_id)
        .having(func.sum(Entry.points) > 0)
        .subquery()
    )
    return session.scalar(select(func.count(distinct(standing.c.by_id)))) or 0

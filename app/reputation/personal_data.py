"""What reputation holds about a person.

The ledger stays when somebody leaves: it holds no text, other people's sums follow from it, and it names the person
only by an id that identity has emptied.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.kernel.unit_of_work import UnitOfWork
from app.reputation.models import BadgeAward, Cap, DeskConfirmation, Entry, Score

TABLES = frozenset(
    {
        "reputation_entries",
        "reputation_caps",
        "reputation_scores",
        "reputation_rule_versions",
        "desk_confirmations",
        "badge_awards",
    }
)


def export(session: Session, user_id: int) -> Mapping[str, Any]:
    """Return the sum, every entry and limit, badges and confirmations; not who voted."""
    entries = session.execute(
        select(Entry.occurred_at, Entry.points, Entry.rule, Entry.reason, Entry.question_id, Entry.answer_id)
        .where(Entry.user_id == user_id)
        .order_by(Entry.id)
    )
    caps = session.execute(select(Cap.day, Cap.kind, Cap.points).where(Cap.user_id == user_id).order_by(Cap.day))
    badges = session.execute(select(BadgeAward.code, BadgeAward.awarded_at).where(BadgeAward.user_id == user_id))
    confirmed = session.execute(
        select(DeskConfirmation.answer_id, DeskConfirmation.confirmed_at).where(
            DeskConfirmation.confirmed_by_id == user_id
        )
    )
    return {
        "score_sum": session.scalar(select(Score.score_sum).where(Score.user_id == user_id)) or 0,
        "entries": [{**row._mapping, "occurred_at": row.occurred_at.isoformat()} for row in entries],  # noqa: SLF001  # SQLAlchemy's public name
        "limits": [{"day": day.isoformat(), "kind": kind, "points": points} for day, kind, points in caps],
        "badges": [{"code": code, "awarded_at": at.isoformat()} for code, at in badges],
        "confirmed_answers": [{"answer_id": answer_id, "at": at.isoformat()} for answer_id, at in confirmed],
    }


def erase(uow: UnitOfWork, user_id: int) -> None:
    """Take the badges away; the ledger stays, because what others earned follows from it."""
    uow.session.execute(delete(BadgeAward).where(BadgeAward.user_id == user_id))

"""What somebody has not posted yet."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.forum.models.answer import Answer
from app.forum.models.question import Draft
from app.kernel.actor import Actor
from app.kernel.numbers import whole_number


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One draft in the list."""

    place: str
    title: str
    start: str
    saved_at: datetime
    question_id: int | None


def draft_fields(session: Session, actor: Actor, place: str) -> dict[str, str]:
    """Return the fields of one draft; empty when there is none."""
    fields = session.scalar(select(Draft.fields).where(Draft.user_id == actor.user_id, Draft.place == place))
    return {str(k): str(v) for k, v in json.loads(fields).items()} if fields else {}


def draft_list(session: Session, actor: Actor) -> list[DraftLine]:
    """Return all drafts of somebody, newest first."""
    rows = session.scalars(
        select(Draft).where(Draft.user_id == actor.user_id).order_by(Draft.saved_at.desc(), Draft.place)
    ).all()
    return [_line(session, draft) for draft in rows]


def _line(session: Session, draft: Draft) -> DraftLine:
    fields = json.loads(draft.fields)
    kind, _, digits = draft.place.partition(":")
    number = whole_number(digits)
    question_id = number if kind == "answer" else None
    if kind == "edit-answer" and number is not None:
        answer = session.get(Answer, number)
        question_id = answer.question_id if answer else None
    return DraftLine(draft.place, fields.get("title", ""), fields.get("body", "")[:120], draft.saved_at, question_id)

"""The facts this domain publishes, first of all to itself: one letter is one delivery."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from app.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonTold(Event):
    """Something new is in somebody's inbox; ``fact_id`` is the outbox id of what happened."""

    kind: ClassVar[str] = "notify.person_told.1"
    user_id: int
    item_id: int
    fact_id: int
    news: str
    why: str
    by_id: int | None
    question_id: int | None
    answer_id: int | None
    comment_id: int | None
    badge: str | None = None

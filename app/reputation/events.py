"""The facts this domain publishes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from app.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeAwarded(Event):
    """Somebody was given a badge; ``question_id`` and ``answer_id`` name the post that earned it."""

    kind: ClassVar[str] = "reputation.badge_awarded.1"
    user_id: int
    code: str
    question_id: int | None
    answer_id: int | None

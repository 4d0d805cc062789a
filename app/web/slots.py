"""Named places on a page that higher domains fill; fewer than ten.

A provider takes a list of ids, so that a list of questions costs one statement per provider, not one per row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from app.kernel.actor import Actor

Provider = Callable[[Session, Actor, Sequence[int]], Mapping[int, Any]]

QUESTION_SIDEBAR = "question.sidebar"
"""Question id to Markup shown beside the question."""
QUESTION_STATUS = "question.status"
"""Question id to ``StatusLine``: what happens next, in one sentence."""
PERSON_SCORE = "person.score"
"""Person id to reputation, an integer."""
PROFILE = "person.profile"
"""Person id to Markup shown on the profile."""
HOME = "home.cards"
"""The actor's own id to Markup shown on the home page."""
NAVIGATION = "navigation.counts"
"""The actor's own id to a mapping of counts: ``inbox``, ``waiting``."""
IMPACT_PROMISE = "ask.promises"
"""Space id to a mapping from impact to the sentence of what will happen by when."""


@dataclass(frozen=True, slots=True)
class StatusLine:
    """A status as a sentence. ``tone`` is one of solved, waiting, open, late, private."""

    tone: str
    sentence: str


@dataclass(slots=True)
class Slots:
    """What fills which place."""

    providers: dict[str, list[Provider]] = field(default_factory=dict)

    def fill(self, place: str, provider: Provider) -> None:
        """Register a provider at wiring time."""
        self.providers.setdefault(place, []).append(provider)


def slot(place: str, session: Session, actor: Actor, ids: Sequence[int]) -> dict[int, list[Any]]:
    """Ask every provider of a place once; return what each id got, in the order of registration."""
    found: dict[int, list[Any]] = {}
    slots: Slots = current_app.extensions["peerdesk.slots"]
    for provider in slots.providers.get(place, ()):
        for key, value in provider(session, actor, ids).items():
            found.setdefault(key, []).append(value)
    return found

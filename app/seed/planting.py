"""Let the demo community live through its weeks in a few seconds, by the product's own services and rules."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from app.identity.models import User
from app.kernel.actor import Actor, Role
from app.kernel.database import ReadSession
from app.kernel.unit_of_work import UnitOfWorkFactory
from app.seed.company import FOUNDED, email_of, gather, hire, open_spaces
from app.seed.content import read_content
from app.seed.threads import Moment, Plot, moments, source_texts
from app.text.contract import TextRenderer

EARNED_BEFORE = frozenset({"vote_up", "vote_down", "comment", "links", "flag", "edit"})
"""What everybody may do from the first day: the company knew each other before it came here."""

ActorOf = Callable[[Session, int], Actor]


class SiteHasPeople(Exception):
    """There are accounts already; demo people with a known password must not join them."""


@dataclass(slots=True)
class MovableClock:
    """Stands at the moment that is being told."""

    at: datetime

    def now(self) -> datetime:
        """Return the moment."""
        return self.at


@dataclass(frozen=True, slots=True)
class Planted:
    """What was made."""

    people: int
    spaces: int
    questions: int


class Planting:
    """Tells the story of the demo community.

    Args:
        units: the product's own units of work, so that every reaction happens.
        reads: read sessions.
        actor_of: loads what a person may do.
        renderer: renders the texts.

    """

    def __init__(
        self, units: UnitOfWorkFactory, reads: sessionmaker[ReadSession], actor_of: ActorOf, renderer: TextRenderer
    ) -> None:
        self._now = units.clock.now()
        self._clock = MovableClock(self._now - FOUNDED)
        self._units = copy.copy(units)  # the same reactions at another time
        self._units.clock = self._clock
        self._reads, self._actor_of, self._renderer = reads, actor_of, renderer

    def plant(self, tell: Callable[[str], None] = lambda _line: None) -> Planted:
        """Make people, spaces and threads.

        Raises:
            SiteHasPeople: when there is anybody already.

        """
        with self._reads() as session:
            if session.scalar(select(User.id).limit(1)) is not None:
                raise SiteHasPeople
        content = read_content()
        texts = {source: self._renderer.render(source) for q in content.questions for source in source_texts(q)}
        with self._units() as uow:
            people = hire(uow, content)
            groups = gather(uow, content, people)
            founder = Actor(people["mara"], "", frozenset({Role.ADMINISTRATOR}))
            spaces = open_spaces(uow, founder, content, groups)
        tell(f"{len(people)} people and {len(spaces)} spaces; now they ask and answer …")
        plot = Plot(spaces, texts)
        story = [moment for table in content.questions for moment in moments(plot, table, self._now)]
        self._live_through(sorted(story, key=lambda moment: moment.at), people)
        return Planted(len(people), len(spaces), len(plot.questions))

    @staticmethod
    def is_planted(session: Session) -> bool:
        """Tell whether the people here are those of the demo community."""
        return session.scalar(select(User.id).where(User.email == email_of("mara")).limit(1)) is not None

    def _live_through(self, story: Sequence[Moment], people: dict[str, int]) -> None:
        for moment in story:
            self._clock.at = moment.at
            with self._reads() as session:
                actor = self._actor_of(session, people[moment.by])
            with self._units() as uow:
                moment.act(uow, replace(actor, privileges=actor.privileges | EARNED_BEFORE))

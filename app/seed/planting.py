"""Let the demo community live through its weeks in a few seconds, by the product's own services and rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.models import User
from app.kernel.actor import Actor, Role
from app.kernel.unit_of_work import UnitOfWorkFactory
from app.seed.company import FOUNDED, email_of, gather, hire, open_spaces
from app.seed.content import Content, read_content
from app.seed.desk import desk_moments, hand_over_due, staff_desk
from app.seed.threads import Moment, MovableClock, Plot, moments, source_texts
from app.text.contract import TextRenderer

EARNED_BEFORE = frozenset({"vote_up", "vote_down", "comment", "links", "edit"})
"""What everybody may do from the first day: the company knew each other before it came here."""

ActorOf = Callable[[Session, int], Actor]
Watch = Callable[[Sequence[Moment]], Iterable[Moment]]


class SiteHasPeople(Exception):
    """There are accounts already; demo people with a known password must not join them."""


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
        actor_of: loads what a person may do.
        renderer: renders the texts.

    """

    def __init__(self, units: UnitOfWorkFactory, actor_of: ActorOf, renderer: TextRenderer) -> None:
        self._units, self._actor_of, self._renderer = units, actor_of, renderer

    def plant(self, watch: Watch = iter) -> Planted:
        """Make people, spaces and threads: all of them, or nothing when it is interrupted.

        Args:
            watch: passes on the moments of the story, and may show how far it is.

        Raises:
            SiteHasPeople: when there is anybody already.

        """
        now = self._units.clock.now()
        content = read_content()
        texts = {source: self._renderer.render(source) for q in content.questions for source in source_texts(q)}
        clock = MovableClock(now - FOUNDED)
        with self._units.all_or_none(clock) as units:
            people, spaces = _found(units, content)
            plot = Plot(spaces, texts)
            story = [moment for table in content.questions for moment in moments(plot, table, now)]
            self._live_through(units, clock, people, watch(sorted(story, key=lambda moment: moment.at)))
            hand_over_due(units, clock, now)
            desk = [moment for table in content.questions for moment in desk_moments(plot, table, now)]
            self._live_through(units, clock, people, sorted(desk, key=lambda moment: moment.at))
        return Planted(len(people), len(spaces), len(plot.questions))

    def _live_through(
        self, units: UnitOfWorkFactory, clock: MovableClock, people: Mapping[str, int], story: Iterable[Moment]
    ) -> None:
        for moment in story:
            clock.at = moment.at
            with units() as uow:
                actor = self._actor_of(uow.session, people[moment.by])
                moment.act(uow, replace(actor, privileges=actor.privileges | EARNED_BEFORE))


def is_planted(session: Session) -> bool:
    """Tell whether the people here are those of the demo community."""
    return session.scalar(select(User.id).where(User.email == email_of("mara")).limit(1)) is not None


def _found(units: UnitOfWorkFactory, content: Content) -> tuple[dict[str, int], dict[str, int]]:
    """Make the people, their groups and their spaces; return ids of people by key and of spaces by slug."""
    with units() as uow:
        if uow.session.scalar(select(User.id).limit(1)) is not None:
            raise SiteHasPeople
        people = hire(uow, content)
        groups = gather(uow, content, people)
        founder = Actor(people["mara"], "", frozenset({Role.ADMINISTRATOR}))
        spaces = open_spaces(uow, founder, content, groups)
        staff_desk(uow, founder, content, people, next(iter(spaces.values())))
        return people, spaces

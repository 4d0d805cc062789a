"""A small desk for the tests of its pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.escalation.contract import EscalateNow, escalate_now
from app.escalation.models import agreements
from app.forum.models.question import Impact, Question
from app.forum.models.space import Space, Visibility
from app.identity.models import User
from app.kernel.actor import Role
from tests.support.factories import Make


@dataclass(frozen=True, slots=True)
class Desk:
    """Sam asks, Jo is the agent, Lee looks after the place."""

    make: Make
    space: Space
    sam: User
    jo: User
    lee: User

    def question(self, title: str = "Month-end close blocked", **fields: Any) -> Question:
        fields = {"space": self.space, "impact": Impact.BLOCKED, **fields}
        return self.make.question(asker=self.sam, title=title, **fields)

    def ticket(self, question: Question | None = None, reason: str = "I need this today.") -> int:
        """Hand a question over, as its asker would; return the ticket's id."""
        question = question or self.question()
        with self.make.unit_of_work() as uow:
            return escalate_now(uow, self.make.actor(self.sam), EscalateNow(question.id, reason)).id


def open_desk(make: Make) -> Desk:
    return Desk(
        make=make,
        space=make.space("Finance", visibility=Visibility.PUBLIC),
        sam=make.user("Sam Okafor", place="Finance, Lagos", time_zone="Africa/Lagos", languages="en yo"),
        jo=make.user("Jo Lindqvist", roles=(Role.AGENT,)),
        lee=make.user("Lee Moreau", roles=(Role.MODERATOR,)),
    )


def open_another_desk(make: Make, name: str = "Archive") -> int:
    """Open a second desk with the hours of the first; return its id."""
    with make.unit_of_work() as uow:
        hours = uow.session.scalars(select(agreements.Desk.calendar_id)).first()
        assert hours is not None, "the first ticket opens the first desk"
        desk = agreements.Desk(name=name, calendar_id=hours, created_at=uow.now)
        uow.session.add(desk)
        uow.session.flush()
        return desk.id

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.escalation.models.clocks import QuestionClock
from app.escalation.models.tickets import Ticket
from app.escalation.services.escalating import sweep
from app.forum.contract import AskQuestion, ask_question
from app.identity.models import User
from app.kernel.actor import Role
from app.text.contract import RichText
from tests.escalation.desk import open_another_desk
from tests.support.factories import Make


def text(words: str = "Since this morning, every few minutes.") -> RichText:
    return RichText(words, f"<p>{words}</p>", 1)


class Desk:
    """A space whose questions a desk looks after, with an asker, a peer and an agent."""

    def __init__(self, make: Make) -> None:
        self.make, self.runtime = make, make._runtime
        self.space = make.space("Network")
        self.sam, self.mei = make.user("Sam Okafor"), make.user("Mei Tanaka")
        self.jo = make.user("Jo Lindqvist", roles=(Role.AGENT,))

    def act(self, who: User, service: Callable[..., Any], command: object, **options: object) -> Any:
        with self.runtime.unit_of_work() as uow:
            return service(uow, self.make.actor(who), command, **options)

    def ask(self, impact: str = "slowed") -> int:
        command = AskQuestion(self.space.id, "VPN drops every few minutes", text(), impact)
        return int(self.act(self.sam, ask_question, command).id)

    def another_desk(self, name: str = "Archive") -> int:
        return open_another_desk(self.make, name)

    def sweep(self) -> int:
        return sweep(self.runtime.unit_of_work, self.runtime.reads, self.runtime.clock.now)

    def clock(self, question_id: int) -> QuestionClock:
        with self.runtime.reads() as session:
            query = select(QuestionClock).where(QuestionClock.question_id == question_id)
            return session.scalars(query.order_by(QuestionClock.episode.desc()).limit(1)).one()

    def due(self, question_id: int) -> datetime | None:
        return self.clock(question_id).due_at

    def tickets(self, question_id: int) -> list[Ticket]:
        with self.runtime.reads() as session:
            query = select(Ticket).where(Ticket.question_id == question_id).order_by(Ticket.episode)
            return list(session.scalars(query))

    def escalated(self, impact: str = "several_blocked") -> Ticket:
        question_id = self.ask(impact)
        self.sweep()
        return self.tickets(question_id)[0]

"""One ticket with everything an agent needs to know about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escalation.access import access_ticket, agents_who_may_see
from app.escalation.later import Moments, later_moments
from app.escalation.models.agreements import Desk
from app.escalation.models.tickets import SIMILAR, State, Ticket
from app.escalation.permissions import can_join, can_put_aside, can_work_on
from app.escalation.queries.texts import TextChoice, choices_at
from app.escalation.queries.timeline import Moment, timeline
from app.escalation.terms import hours_of_desk
from app.forum.contract import (
    AskedLately,
    FoundQuestion,
    Thread,
    ThreadAnswer,
    asked_lately,
    carried_questions,
    thread_of,
)
from app.identity.contract import Introduction, Person, introduction_of, people
from app.kernel.actor import Actor
from app.kernel.permissions import Decision

MOST_SIMILAR = 3


@dataclass(frozen=True, slots=True)
class Rule:
    """Why this came to the desk, as it was written down at that moment."""

    opened_by: str
    opener: str
    reason: str
    definition: str
    min_score: int
    minutes: int | None
    started_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class TicketPage:
    """A ticket.

    ``tried`` are the answers that stood when it was opened, ``similar`` what was found then, ``texts`` the ready texts
    of its desk. ``aside`` is the act that put it aside while it lies there, ``later`` the moments until which it may
    be, none when it may not.
    """

    id: int
    version: int
    state: str
    impact: str
    opened_at: datetime
    due_at: datetime | None
    desk_id: int
    desk_name: str
    assignee: Person | None
    rule: Rule
    thread: Thread
    tried: tuple[ThreadAnswer, ...]
    similar: tuple[FoundQuestion, ...]
    moments: tuple[Moment, ...]
    introduction: Introduction
    lately: tuple[AskedLately, ...]
    agents: tuple[Person, ...]
    other_desks: tuple[tuple[int, str], ...]
    texts: tuple[TextChoice, ...]
    may_work: Decision
    aside: Moment | None
    later: Moments
    may_put_aside: Decision
    may_join: Decision

    @property
    def asker(self) -> Person:
        """Who waits."""
        return self.thread.asker

    @property
    def seen(self) -> str:
        """When the newest entry was made; a reply says until when its writer knew the story."""
        return max(moment.at for moment in self.moments).isoformat()

    @property
    def over(self) -> bool:
        """Whether nothing is left to do."""
        return self.state in (State.CONFIRMED, State.CANCELLED)

    @property
    def affected(self) -> int:
        """How many people have this problem, as far as they said."""
        return self.thread.question.me_too_count + 1


def ticket_page(session: Session, actor: Actor, ticket_id: int, now: datetime) -> TicketPage:
    """Return one ticket in 16 statements, however long its story.

    Raises:
        NotFound: when it is absent or hidden.

    """
    ticket = access_ticket(session, actor, ticket_id)
    thread = thread_of(session, actor, ticket.question_id)
    desks = {row.id: row.name for row in session.execute(select(Desk.id, Desk.name).order_by(Desk.name))}
    agents = agents_who_may_see(session, ticket.space_id)
    holder = people(session, [] if ticket.assignee_id is None else [ticket.assignee_id])
    moments = timeline(session, ticket.id, thread, desks)
    may_put_aside = can_put_aside(actor, ticket, now)
    tried = set(ticket.rule.get("tried_answer_ids", ()))
    return TicketPage(
        id=ticket.id,
        version=ticket.version,
        state=ticket.state,
        impact=ticket.impact,
        opened_at=ticket.opened_at,
        due_at=ticket.reply_due_at,
        desk_id=ticket.desk_id,
        desk_name=desks[ticket.desk_id],
        assignee=None if ticket.assignee_id is None else holder[ticket.assignee_id],
        rule=_rule(ticket, moments),
        thread=thread,
        tried=tuple(answer for answer in thread.answers if answer.id in tried),
        similar=carried_questions(session, actor, ticket.rule.get(SIMILAR, ()))[:MOST_SIMILAR],
        moments=moments,
        introduction=introduction_of(session, ticket.asker_id),
        lately=asked_lately(session, actor, ticket.asker_id, without_id=ticket.question_id),
        agents=tuple(agents),
        other_desks=tuple((i, name) for i, name in desks.items() if i != ticket.desk_id),
        texts=choices_at(session, ticket.desk_id),
        may_work=can_work_on(actor, ticket),
        aside=_aside(ticket, moments, now),
        later=later_moments(now, hours_of_desk(session, ticket.desk_id, now)) if may_put_aside else {},
        may_put_aside=may_put_aside,
        may_join=can_join(actor, ticket),
    )


def _aside(ticket: Ticket, moments: tuple[Moment, ...], now: datetime) -> Moment | None:
    if ticket.aside_until is None or ticket.aside_until <= now:
        return None
    return next(moment for moment in reversed(moments) if moment.act == "put_aside")


def _rule(ticket: Ticket, moments: tuple[Moment, ...]) -> Rule:
    opening = next(moment for moment in moments if moment.act == "opened")
    rule: dict[str, Any] = ticket.rule
    return Rule(
        opened_by=ticket.opened_by,
        opener=opening.by.name if opening.by else "",
        reason=opening.detail,
        definition=rule["definition"],
        min_score=rule["min_score"],
        minutes=rule["minutes"],
        started_at=datetime.fromisoformat(rule["started_at"]),
        due_at=datetime.fromisoformat(rule["due_at"]) if rule["due_at"] else None,
    )

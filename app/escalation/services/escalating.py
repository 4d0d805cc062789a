"""Hand a question to its desk: by the clock, by hand, or because the asker wants a person."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escalation.events import QuestionEscalated
from app.escalation.models.clocks import QuestionClock, StopReason
from app.escalation.models.tickets import ACTIVE, OpenedBy, State, Ticket
from app.escalation.permissions import can_escalate
from app.escalation.services.agreeing import ensure_policy
from app.escalation.services.recording import facts_of, note_event
from app.escalation.services.sentences import check_sentence
from app.escalation.services.timing import lock_last_clock, over_because, start_clock, stop_clock
from app.escalation.terms import Terms, terms_of_policy
from app.forum.contract import QuestionFacts, access_thread, answer_marks
from app.kernel.actor import Actor
from app.kernel.errors import Denied
from app.kernel.permissions import ensure
from app.kernel.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

MOST_PER_SWEEP = 50
"""So that a clock set wrong cannot open thousands of tickets."""
SWEEPER = Actor(name="Peerdesk", is_system=True)
Units = Callable[[], AbstractContextManager[UnitOfWork]]


@dataclass(frozen=True, slots=True)
class EscalateNow:
    """Hand a question over before its time; ``reason`` in one sentence, which the asker may leave out."""

    question_id: int
    reason: str = ""


def due_clocks(session: Session, now: datetime, limit: int = MOST_PER_SWEEP) -> list[int]:
    """Return the clocks that have run out, the longest overdue first, by ``ix_question_clocks_due``."""
    query = (
        select(QuestionClock.id)
        .where(QuestionClock.stopped_at.is_(None), QuestionClock.paused_at.is_(None), QuestionClock.due_at <= now)
        .order_by(QuestionClock.due_at, QuestionClock.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def escalate_due(uow: UnitOfWork, clock_id: int) -> Ticket | None:
    """Open the ticket of a clock that has run out; None when something came between, so repeating is safe."""
    question_id = uow.session.scalar(select(QuestionClock.question_id).where(QuestionClock.id == clock_id))
    if question_id is None:
        return None
    facts = access_thread(uow.session, SWEEPER, question_id, lock=True)
    clock = uow.session.get(QuestionClock, clock_id, with_for_update=True)
    if clock is None or clock.stopped_at is not None or clock.due_at is None or clock.due_at > uow.now:
        return None
    if (over := over_because(facts)) is not None:
        stop_clock(uow, clock, over)
        return None
    return _open_ticket(uow, clock, facts, OpenedBy.SWEEPER, None, "")


def escalate_now(uow: UnitOfWork, actor: Actor, command: EscalateNow) -> Ticket:
    """Hand a question over now; when the desk already has it, that ticket is the result.

    Raises:
        Denied: when the actor is neither the asker nor staff, or the question is over or solved.
        Invalid: field ``reason``, when staff give none, or when it is too long.

    """
    facts = access_thread(uow.session, actor, command.question_id, lock=True)
    ensure(can_escalate(actor, facts.asker_id))
    if over_because(facts) is not None:
        raise Denied("escalation.question_over")
    if facts.accepted_answer_id is not None:
        raise Denied("escalation.question_solved")
    by_asker = actor.id == facts.asker_id
    reason = check_sentence("reason", command.reason, required=not by_asker)
    clock = lock_last_clock(uow, facts.id)
    standing = uow.session.scalars(
        select(Ticket).where(Ticket.question_id == facts.id, Ticket.state.in_((*ACTIVE, State.SOLVED)))
    ).first()
    if standing is not None:
        return standing
    if clock is None or clock.stopped_at is not None:
        clock = start_clock(uow, facts, episode=1 if clock is None else clock.episode + 1)
    opened_by = OpenedBy.ASKER if by_asker else OpenedBy.MODERATOR
    ticket = _open_ticket(uow, clock, facts, opened_by, actor.id, reason)
    if not by_asker:
        uow.audit(actor, "question.escalated", "question", facts.id, reason=reason)
    return ticket


def _open_ticket(
    uow: UnitOfWork, clock: QuestionClock, facts: QuestionFacts, opened_by: OpenedBy, by_id: int | None, reason: str
) -> Ticket:
    """Open the one ticket of this episode; the caller holds the clock's lock."""
    terms = _terms_now(uow, clock, facts)
    assert terms.policy_id is not None  # a clock runs under a stored policy
    assert terms.desk_id is not None  # same
    waiting = facts.waiting_for_asker_since is not None
    ticket = Ticket(
        question_id=facts.id,
        episode=clock.episode,
        space_id=facts.space_id,
        asker_id=facts.asker_id,
        impact=facts.impact,
        state=State.PENDING if waiting else State.NEW,
        desk_id=terms.desk_id,
        policy_id=terms.policy_id,
        opened_at=uow.now,
        opened_by=opened_by,
        opened_by_id=by_id,
        reply_due_at=None if waiting else terms.reply_by(uow.now, facts.impact),
        rule=_rule_of(uow, clock, facts, terms),
        version=0,
    )
    uow.session.add(ticket)
    uow.session.flush()
    note_event(uow, ticket, by_id, "opened", detail=reason)
    stop_clock(uow, clock, StopReason.ESCALATED)
    uow.record(QuestionEscalated(occurred_at=uow.now, **facts_of(ticket, by_id), opened_by=opened_by))
    return ticket


def _terms_now(uow: UnitOfWork, clock: QuestionClock, facts: QuestionFacts) -> Terms:
    terms = terms_of_policy(uow.session, clock.policy_id, clock.calendar_version_id, uow.now)
    return terms if terms.space_id == facts.space_id else ensure_policy(uow, facts.space_id)


def _rule_of(uow: UnitOfWork, clock: QuestionClock, facts: QuestionFacts, terms: Terms) -> dict[str, object]:
    """Write down why this became a ticket, in plain values that outlive every later change."""
    return {
        "definition": terms.definition,
        "min_score": terms.min_score,
        "impact": facts.impact,
        "minutes": terms.minutes.get(facts.impact),
        "started_at": clock.started_at.isoformat(),
        "due_at": clock.due_at.isoformat() if clock.due_at else None,
        "late_seconds": max(0, int((uow.now - clock.due_at).total_seconds())) if clock.due_at else 0,
        "policy_version": terms.version,
        "calendar_version_id": clock.calendar_version_id,
        "me_too_count": facts.me_too_count,
        "tried_answer_ids": [mark.id for mark in answer_marks(uow.session, facts.id)],
    }


def sweep(units: Units, peek: Callable[[], AbstractContextManager[Session]], now: Callable[[], datetime]) -> int:
    """Open the tickets of at most ``MOST_PER_SWEEP`` clocks that have run out; return how many were opened.

    However long it was down, it picks up everything that is due: it asks for what is due by now, not for a stretch of
    time. Each ticket is a transaction of its own, so a crash in between loses none and doubles none.
    """
    with peek() as session:
        due = due_clocks(session, now())
    return sum(_escalated(units, clock_id) for clock_id in due)


def _escalated(units: Units, clock_id: int) -> bool:
    """Open one ticket; a failure is logged and holds up nobody else's."""
    try:
        with units() as uow:
            return escalate_due(uow, clock_id) is not None
    except Exception:
        log.exception("escalation failed, the next sweep tries again", clock=clock_id)
        return False

"""Keep the clock of a question true: whatever happened in the thread, look at the facts and settle it.

Level-triggered on purpose: a reaction never trusts the order of events, it compares what stands with what should.
"""

from __future__ import annotations

from sqlalchemy import bindparam, func, select, update

from app.escalation.calendar import Span
from app.escalation.models.agreements import Definition, Policy
from app.escalation.models.clocks import ClockEvent, ClockPause, QuestionClock, StopReason
from app.escalation.models.tickets import Ticket
from app.escalation.services.agreeing import ensure_policy
from app.escalation.terms import Terms, terms_of_policy
from app.forum.contract import QuestionFacts, answer_marks, question_facts
from app.kernel.database import fetch
from app.kernel.unit_of_work import UnitOfWork

_LAST_CLOCK = (
    select(QuestionClock)
    .where(QuestionClock.question_id == bindparam("question_id"))
    .order_by(QuestionClock.episode.desc())
    .limit(1)
    .with_for_update()
    .execution_options(populate_existing=True)
)
_WATCHES_SCORES = (
    select(QuestionClock.id)
    .join(Policy, Policy.id == QuestionClock.policy_id)
    .where(
        QuestionClock.question_id == bindparam("question_id"),
        QuestionClock.stopped_at.is_(None),
        Policy.definition == Definition.NO_SCORE,
    )
)
# built once: every answer and every vote asks them


def settle_clock(
    uow: UnitOfWork,
    question_id: int,
    *,
    may_start: bool = False,
    may_restart: bool = False,
    afresh: bool = False,
    back_again: int | None = None,
) -> None:
    """Bring the question's clock in line with the thread.

    Args:
        uow: the transaction of the cause.
        question_id: whose clock.
        may_start: a first episode begins; without it a question that nobody promised anything stays without a clock.
        may_restart: a new episode begins when nothing stands that would have stopped the last one.
        afresh: a new episode begins, and only what comes from now on can stop it.
        back_again: the answer that has just come back counts, although it was posted before the episode began.

    """
    clock = lock_last_clock(uow, question_id)
    if clock is None and not may_start:
        return
    facts = question_facts(uow.session, [question_id]).get(question_id)
    if facts is None:
        return
    if clock is None:
        if over_because(facts) is None and not _has_standing_ticket(uow, question_id):
            start_clock(uow, facts, episode=1)
    elif clock.stopped_at is None:
        _settle_open(uow, clock, facts, back_again)
    elif (may_restart or afresh) and _should_restart(uow, clock, facts, afresh=afresh):
        start_clock(uow, facts, episode=clock.episode + 1)


def start_clock(uow: UnitOfWork, facts: QuestionFacts, episode: int) -> QuestionClock:
    """Begin an episode now."""
    terms = ensure_policy(uow, facts.space_id)
    assert terms.policy_id is not None  # ensure_policy has just seen to it
    assert terms.calendar_version_id is not None  # same
    clock = QuestionClock(
        question_id=facts.id,
        episode=episode,
        impact=facts.impact,
        policy_id=terms.policy_id,
        calendar_version_id=terms.calendar_version_id,
        started_at=uow.now,
        due_at=terms.peers_until(uow.now, facts.impact),
    )
    uow.session.add(clock)
    uow.session.flush()
    log_clock(uow, clock, "started")
    if facts.waiting_for_asker_since is not None:
        _pause(uow, clock)
    return clock


def stop_clock(uow: UnitOfWork, clock: QuestionClock, reason: StopReason) -> None:
    """End an episode's clock; what it promised stays on record in ``due_at``."""
    _end_pause(uow, clock)
    clock.stopped_at, clock.stop_reason, clock.paused_at = uow.now, reason, None
    log_clock(uow, clock, "stopped", reason)


def lock_last_clock(uow: UnitOfWork, question_id: int) -> QuestionClock | None:
    """Return the clock of the newest episode, locked."""
    return uow.session.scalars(_LAST_CLOCK, {"question_id": question_id}).first()


def watches_scores(uow: UnitOfWork, question_id: int) -> bool:
    """Tell whether an open clock of this question is stopped by an answer's score, in one statement."""
    return fetch(uow.session, _WATCHES_SCORES, {"question_id": question_id}).first() is not None


def log_clock(uow: UnitOfWork, clock: QuestionClock, kind: str, detail: str = "") -> None:
    """Add a line to the clock's own history."""
    uow.session.add(ClockEvent(clock_id=clock.id, at=uow.now, kind=kind, due_at=clock.due_at, detail=detail))


def over_because(facts: QuestionFacts) -> StopReason | None:
    """Return why nobody needs to help with this question any more; None when somebody does."""
    if facts.deleted_at is not None:
        return StopReason.DELETED
    if facts.duplicate_of_id is not None:
        return StopReason.DUPLICATE
    return StopReason.CLOSED if facts.closed_at is not None else None


def _settle_open(uow: UnitOfWork, clock: QuestionClock, facts: QuestionFacts, back_again: int | None) -> None:
    if (over := over_because(facts)) is not None:
        stop_clock(uow, clock, over)
        return
    terms = _terms_of(uow, clock, facts)
    if _is_answered(uow, clock, terms, facts, back_again):
        stop_clock(uow, clock, StopReason.ANSWERED)
        return
    if facts.impact != clock.impact or terms.policy_id != clock.policy_id:
        _recompute(uow, clock, terms, facts)
    if facts.waiting_for_asker_since is not None:
        _pause(uow, clock)
    else:
        _resume(uow, clock, terms)


def _should_restart(uow: UnitOfWork, clock: QuestionClock, facts: QuestionFacts, *, afresh: bool) -> bool:
    if over_because(facts) is not None or facts.accepted_answer_id is not None or _has_standing_ticket(uow, facts.id):
        return False
    return afresh or not _is_answered(uow, clock, _terms_of(uow, clock, facts), facts)


def _is_answered(
    uow: UnitOfWork, clock: QuestionClock, terms: Terms, facts: QuestionFacts, back_again: int | None = None
) -> bool:
    """Tell whether what the policy asks for is there, posted or brought back since the episode began."""
    if facts.accepted_answer_id is not None:
        return True
    if terms.definition == Definition.NO_ACCEPTED or facts.answer_count == 0:
        return False
    needed = terms.min_score if terms.definition == Definition.NO_SCORE else None
    return any(
        mark.author_id != facts.asker_id
        and (mark.posted_at >= clock.started_at or mark.id == back_again)
        and (needed is None or mark.score >= needed)
        for mark in answer_marks(uow.session, facts.id)
    )


def _terms_of(uow: UnitOfWork, clock: QuestionClock, facts: QuestionFacts) -> Terms:
    """Return the terms the clock was started with, or those of the space that the question was moved to."""
    terms = terms_of_policy(uow.session, clock.policy_id, clock.calendar_version_id, uow.now)
    if terms.space_id == facts.space_id:
        return terms
    return ensure_policy(uow, facts.space_id)


def _recompute(uow: UnitOfWork, clock: QuestionClock, terms: Terms, facts: QuestionFacts) -> None:
    assert terms.policy_id is not None  # the clock runs under a stored policy
    assert terms.calendar_version_id is not None  # same
    before = clock.impact
    clock.policy_id, clock.calendar_version_id = terms.policy_id, terms.calendar_version_id
    clock.impact = facts.impact
    if clock.paused_at is None:
        clock.due_at = terms.peers_until(clock.started_at, clock.impact, _pauses(uow, clock))
    log_clock(uow, clock, "recomputed", f"{before} -> {clock.impact}")


def _pause(uow: UnitOfWork, clock: QuestionClock) -> None:
    if clock.paused_at is not None:
        return
    clock.paused_at, clock.due_at = uow.now, None
    uow.session.add(ClockPause(clock_id=clock.id, started_at=uow.now))
    log_clock(uow, clock, "paused")


def _resume(uow: UnitOfWork, clock: QuestionClock, terms: Terms) -> None:
    if clock.paused_at is None:
        return
    _end_pause(uow, clock)
    clock.paused_at = None
    clock.due_at = terms.peers_until(clock.started_at, clock.impact, _pauses(uow, clock))
    log_clock(uow, clock, "resumed")


def _end_pause(uow: UnitOfWork, clock: QuestionClock) -> None:
    open_pause = (ClockPause.clock_id == clock.id) & ClockPause.ended_at.is_(None)
    uow.session.execute(update(ClockPause).where(open_pause).values(ended_at=uow.now))


def _pauses(uow: UnitOfWork, clock: QuestionClock) -> list[Span]:
    rows = uow.session.execute(
        select(ClockPause.started_at, ClockPause.ended_at).where(
            ClockPause.clock_id == clock.id, ClockPause.ended_at.is_not(None)
        )
    )
    return [Span(row.started_at, row.ended_at) for row in rows]


def _has_standing_ticket(uow: UnitOfWork, question_id: int) -> bool:
    """Tell whether a desk has the question, or waits for the asker to say that they are back to work."""
    query = select(func.count()).where(Ticket.question_id == question_id, Ticket.ended_at.is_(None))
    return bool(uow.session.scalar(query))

"""End a ticket: the asker is back to work or not yet, a peer was faster, or the question went away."""

from __future__ import annotations

from sqlalchemy import select, update

from app.escalation.access import agents_who_may_see, last_ticket
from app.escalation.events import TicketAssigned, TicketCameBack, TicketCancelled, TicketConfirmed, TicketReopened
from app.escalation.models.tickets import ACTIVE, Ending, State, Ticket
from app.escalation.permissions import ENDED, can_conclude
from app.escalation.services.recording import facts_of, note_event
from app.escalation.services.sentences import check_sentence
from app.escalation.services.timing import over_because
from app.escalation.terms import terms_of_policy
from app.forum.contract import AcceptAnswer, AnswerMark, accept_answer, access_thread, answer_marks, question_facts
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, NotFound
from app.kernel.permissions import ensure
from app.kernel.unit_of_work import UnitOfWork
from app.reputation.contract import confirm_desk_answer, withdraw_desk_confirmation

CARETAKER = Actor(name="Peerdesk", is_system=True)
"""Whoever gives back what somebody cannot keep."""
_OVERTAKEN = {State.CONFIRMED: "escalation.back_already", State.CANCELLED: "escalation.ticket_ended"}


def confirm_solution(uow: UnitOfWork, actor: Actor, question_id: int) -> Ticket:
    """Note that the asker is back to work, accepting the answer that did it; repeating it changes nothing.

    Raises:
        NotFound: when no desk ever had the question.
        Denied: when the actor is not the asker.
        Conflict: when there is nothing to confirm any more.

    """
    ticket = _load(uow, actor, question_id)
    if ticket.state == State.CONFIRMED and actor.id == ticket.asker_id:
        return ticket
    _ensure_asked(actor, ticket)
    confirm(uow, ticket, actor.user_id, ticket.solution_answer_id)
    if ticket.solution_answer_id is not None:
        accept_answer(uow, actor, AcceptAnswer(ticket.solution_answer_id))
    return ticket


def reopen_ticket(uow: UnitOfWork, actor: Actor, question_id: int, why: str = "") -> Ticket:
    """Note that it did not help yet: the same ticket is open again, and the desk's promise starts anew.

    Raises:
        NotFound: when no desk ever had the question.
        Denied: when the actor is not the asker.
        Conflict: when there is nothing to take back any more.
        Invalid: field ``why``, when it is too long.

    """
    ticket = _load(uow, actor, question_id)
    if ticket.state == State.REOPENED and actor.id == ticket.asker_id:
        return ticket
    _ensure_asked(actor, ticket)
    note_event(uow, ticket, actor.id, "reopened", detail=check_sentence("why", why))
    _reopen(uow, ticket, actor.user_id)
    return ticket


def confirm(uow: UnitOfWork, ticket: Ticket, by_id: int, answer_id: int | None) -> None:
    """End a ticket as solved by the desk; the caller holds the locks."""
    ticket.solved_at = ticket.solved_at or uow.now
    note_event(uow, ticket, by_id, "confirmed", answer_id)
    if answer_id is not None:
        confirm_desk_answer(uow, answer_id, by_id)
    _end_confirmed(uow, ticket, by_id, answer_id)


def hear_acceptance(uow: UnitOfWork, question_id: int, answer_id: int, by_id: int) -> None:
    """Let an accepted answer end the ticket.

    A desk's answer confirms it. A peer's takes it back: cancelled with a note, or ended as solved by that peer when the
    desk had already spoken, so that no work of an agent is hidden.
    """
    ticket = _standing(uow, question_id)
    if ticket is None:
        return
    mark = next((m for m in answer_marks(uow.session, question_id) if m.id == answer_id), None)
    if mark is not None and _is_the_desks(mark, ticket):
        confirm(uow, ticket, by_id, answer_id)
    elif ticket.first_reply_at is None:
        cancel(uow, ticket, by_id, Ending.PEER_ANSWER, answer_id)
    else:
        ticket.solved_by_id = mark.author_id if mark is not None else by_id
        ticket.solved_at = uow.now
        note_event(uow, ticket, by_id, "solved", answer_id, Ending.PEER_ANSWER)
        _end_confirmed(uow, ticket, by_id, answer_id)


def hear_asker(uow: UnitOfWork, question_id: int, asker_id: int) -> None:
    """Promise a reply to what the asker adds on their own while the desk is at it; it had spoken last."""
    ticket = bring_back(uow, question_id, asker_id)
    if ticket is None or ticket.state != State.OPEN or ticket.reply_due_at is not None:
        return
    terms = terms_of_policy(uow.session, ticket.policy_id, None, uow.now)
    ticket.reply_due_at = terms.reply_by(uow.now, ticket.impact)
    note_event(uow, ticket, asker_id, "asker_replied")


def bring_back(uow: UnitOfWork, question_id: int, asker_id: int) -> Ticket | None:
    """Lay before the agents again what they had put aside, and return it: the asker has said something."""
    ticket = _standing(uow, question_id)
    if ticket is not None and ticket.aside_until is not None:
        note_event(uow, ticket, asker_id, "came_back")
        facts = facts_of(ticket, asker_id)
        uow.record(TicketCameBack(occurred_at=uow.now, **facts, assignee_id=ticket.assignee_id))
    return ticket


def hear_withdrawal(uow: UnitOfWork, question_id: int, answer_id: int) -> None:
    """Take back what the desk's answer had earned: it did not help after all."""
    ticket = last_ticket(uow.session, question_id)
    if ticket is not None and ticket.state == State.CONFIRMED and ticket.solution_answer_id == answer_id:
        withdraw_desk_confirmation(uow, answer_id)


def hear_deletion(uow: UnitOfWork, question_id: int, answer_id: int, by_id: int) -> None:
    """Open a solved ticket again when its solution was taken away: nothing stands that could be confirmed."""
    ticket = _standing(uow, question_id)
    if ticket is not None and ticket.state == State.SOLVED and ticket.solution_answer_id == answer_id:
        note_event(uow, ticket, by_id, "solution_gone", answer_id)
        _reopen(uow, ticket, by_id, solution_gone=True)


def settle_ticket(uow: UnitOfWork, question_id: int, by_id: int) -> None:
    """Bring the standing ticket in line with the thread: gone, waiting for the asker, or ours again."""
    facts = question_facts(uow.session, [question_id])[question_id]
    tickets = update(Ticket).where(Ticket.question_id == question_id)  # ended ones too: the space says who may see them
    uow.session.execute(tickets.values(space_id=facts.space_id).where(Ticket.space_id != facts.space_id))
    ticket = _standing(uow, question_id)
    if ticket is None:
        return
    if (over := over_because(facts)) is not None:
        cancel(uow, ticket, by_id, Ending(over.value))
        return
    let_go(uow, ticket, by_id)
    if ticket.impact != facts.impact:
        _weigh_anew(uow, ticket, by_id, facts.impact)
    if facts.waiting_for_asker_since is not None and ticket.state in ACTIVE:
        if ticket.state != State.PENDING:
            ticket.state, ticket.reply_due_at = State.PENDING, None
            note_event(uow, ticket, by_id, "asked_back")
    elif ticket.state == State.PENDING:
        ticket.state = State.OPEN if ticket.assignee_id is not None else State.NEW
        terms = terms_of_policy(uow.session, ticket.policy_id, None, uow.now)
        ticket.reply_due_at = terms.reply_by(uow.now, ticket.impact)
        note_event(uow, ticket, by_id, "asker_replied")


def let_go(uow: UnitOfWork, ticket: Ticket, by_id: int | None) -> None:
    """Give a ticket back to its desk when who has it is no agent any more, or may not see it."""
    if ticket.assignee_id is None or ticket.ended_at is not None:
        return
    if ticket.assignee_id in {agent.id for agent in agents_who_may_see(uow.session, ticket.space_id)}:
        return
    ticket.assignee_id, ticket.claimed_at = None, None
    note_event(uow, ticket, by_id, "let_go")
    uow.record(TicketAssigned(occurred_at=uow.now, **facts_of(ticket, by_id), assignee_id=None))


def let_go_all(uow: UnitOfWork, user_id: int) -> None:
    """Do so with everything that somebody has whose rights have changed, in one order."""
    mine = select(Ticket.question_id).where(Ticket.assignee_id == user_id, Ticket.ended_at.is_(None))
    for question_id in sorted(uow.session.scalars(mine)):
        access_thread(uow.session, CARETAKER, question_id, lock=True)
        ticket = last_ticket(uow.session, question_id, lock=True)
        if ticket is not None:
            let_go(uow, ticket, None)


def cancel(uow: UnitOfWork, ticket: Ticket, by_id: int | None, ending: Ending, answer_id: int | None = None) -> None:
    """End a ticket that needs no desk any more."""
    ticket.state, ticket.ended_at, ticket.reply_due_at = State.CANCELLED, uow.now, None
    ticket.solution_answer_id = answer_id
    note_event(uow, ticket, by_id, "cancelled", answer_id, ending)
    uow.record(TicketCancelled(occurred_at=uow.now, **facts_of(ticket, by_id), reason=ending))


def _reopen(uow: UnitOfWork, ticket: Ticket, by_id: int, *, solution_gone: bool = False) -> None:
    terms = terms_of_policy(uow.session, ticket.policy_id, None, uow.now)
    ticket.state, ticket.solved_at, ticket.solution_answer_id = State.REOPENED, None, None
    ticket.reply_due_at = terms.reply_by(uow.now, ticket.impact)
    facts = facts_of(ticket, by_id)
    uow.record(
        TicketReopened(occurred_at=uow.now, **facts, assignee_id=ticket.assignee_id, solution_gone=solution_gone)
    )


def _weigh_anew(uow: UnitOfWork, ticket: Ticket, by_id: int, impact: str) -> None:
    """Promise by the new impact from now on, but nothing later than what was promised before."""
    ticket.impact = impact
    if ticket.reply_due_at is not None:
        terms = terms_of_policy(uow.session, ticket.policy_id, None, uow.now)
        ticket.reply_due_at = min(ticket.reply_due_at, terms.reply_by(uow.now, impact) or ticket.reply_due_at)
    note_event(uow, ticket, by_id, "weighed", detail=impact)


def _end_confirmed(uow: UnitOfWork, ticket: Ticket, by_id: int, answer_id: int | None) -> None:
    ticket.state, ticket.confirmed_at, ticket.ended_at = State.CONFIRMED, uow.now, uow.now
    ticket.solution_answer_id, ticket.reply_due_at = answer_id, None
    uow.record(TicketConfirmed(occurred_at=uow.now, **facts_of(ticket, by_id), answer_id=answer_id))


def _load(uow: UnitOfWork, actor: Actor, question_id: int) -> Ticket:
    access_thread(uow.session, actor, question_id, lock=True)
    ticket = last_ticket(uow.session, question_id, lock=True)
    if ticket is None:
        raise NotFound
    return ticket


def _ensure_asked(actor: Actor, ticket: Ticket) -> None:
    """Let the asker answer «Back to work?» while it is asked.

    Raises:
        Denied: when the actor is not the asker.
        Conflict: when it was answered meanwhile, perhaps by the asker in another window.

    """
    decision = can_conclude(actor, ticket)
    if decision.reason == ENDED.reason:
        raise Conflict(_OVERTAKEN.get(State(ticket.state), "escalation.with_the_desk"))
    ensure(decision)


def _standing(uow: UnitOfWork, question_id: int) -> Ticket | None:
    ticket = last_ticket(uow.session, question_id, lock=True)
    if ticket is None or ticket.ended_at is not None:
        return None
    return ticket


def _is_the_desks(mark: AnswerMark, ticket: Ticket) -> bool:
    return mark.from_desk or mark.id == ticket.solution_answer_id

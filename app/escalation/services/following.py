"""A question goes to another space, and what the desk has of it goes along."""

from __future__ import annotations

from app.escalation.access import last_ticket
from app.escalation.events import TicketMoved
from app.escalation.services.agreeing import ensure_policy
from app.escalation.services.recording import facts_of, note_event
from app.escalation.terms import terms_of_policy
from app.forum.contract import question_facts
from app.kernel.actor import Actor
from app.kernel.unit_of_work import UnitOfWork


def follow_question(uow: UnitOfWork, question_id: int, by_id: int) -> None:
    """Give a ticket that is not over to the desk of its question's new space, with what that space promises.

    Whoever has it keeps it: who may not see it any more gives it back elsewhere (``concluding.let_go``), then to the
    new desk. Nobody waits longer than they were promised before. The caller holds the question's lock.
    """
    ticket = last_ticket(uow.session, question_id, lock=True)
    if ticket is None or ticket.ended_at is not None:
        return
    facts = question_facts(uow.session, [question_id])[question_id]
    if terms_of_policy(uow.session, ticket.policy_id, None, uow.now).space_id == facts.space_id:
        return
    terms, before = ensure_policy(uow, facts.space_id), ticket.desk_id
    assert terms.policy_id is not None  # ensure_policy has just seen to it
    assert terms.desk_id is not None  # same
    ticket.space_id, ticket.policy_id, ticket.desk_id = facts.space_id, terms.policy_id, terms.desk_id
    if ticket.reply_due_at is not None:
        ticket.reply_due_at = min(ticket.reply_due_at, terms.reply_by(uow.now, ticket.impact) or ticket.reply_due_at)
    note_event(uow, ticket, by_id, "moved", ticket.desk_id)
    if ticket.desk_id != before:
        actor = Actor(id=by_id)
        uow.audit(actor, "ticket.handed_over", "ticket", ticket.id, desk_id=ticket.desk_id, before=before)
    uow.record(TicketMoved(occurred_at=uow.now, **facts_of(ticket, by_id), from_desk_id=before))

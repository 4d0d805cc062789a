"""Who may do what at the desk; pure functions, no queries."""

from __future__ import annotations

from datetime import datetime

from app.escalation.clock import LATE_SOON
from app.escalation.models.tickets import ACTIVE, State, Ticket
from app.kernel.actor import Actor
from app.kernel.permissions import ALLOW, Decision, deny

ENDED = deny("escalation.ticket_ended")
PROMISE_FIRST = deny("escalation.promise_first")


def can_configure(actor: Actor) -> Decision:
    """Administrators decide what is promised."""
    return ALLOW if actor.is_administrator else deny("identity.administrators_only")


def can_see_ticket(actor: Actor, ticket: Ticket) -> Decision:
    """Agents and administrators see the tickets of the spaces they may read; nobody else ever does."""
    if not actor.is_agent and not actor.is_administrator:
        return deny("identity.agents_only")
    return ALLOW if actor.is_system or ticket.space_id in actor.space_ids else deny("forum.not_a_member")


def can_work_on(actor: Actor, ticket: Ticket) -> Decision:
    """Agents work on what is not over; a solved one still takes a reply."""
    if not actor.is_agent:
        return deny("identity.agents_only")
    return ALLOW if ticket.state in ACTIVE or ticket.state == State.SOLVED else ENDED


def can_put_aside(actor: Actor, ticket: Ticket, now: datetime) -> Decision:
    """Agents put aside what is not solved; with a promise to keep soon there is no time for it."""
    if not (working := can_work_on(actor, ticket)):
        return working
    if ticket.state not in ACTIVE:
        return deny("escalation.asker_is_asked")
    return PROMISE_FIRST if ticket.reply_due_at is not None and ticket.reply_due_at - LATE_SOON <= now else ALLOW


def can_join(actor: Actor, ticket: Ticket) -> Decision:
    """Agents join what is not solved with another that is not."""
    if not (working := can_work_on(actor, ticket)):
        return working
    return ALLOW if ticket.state in ACTIVE else deny("escalation.asker_is_asked")


def can_keep_texts(actor: Actor, *, works_here: bool) -> Decision:
    """Agents look after the ready texts of their own desks, administrators after all."""
    if not actor.is_agent and not actor.is_administrator:
        return deny("identity.agents_only")
    return ALLOW if works_here or actor.is_administrator else deny("escalation.not_at_this_desk")


def can_conclude(actor: Actor, ticket: Ticket) -> Decision:
    """Only the asker says whether they are back to work."""
    if actor.id is None or actor.id != ticket.asker_id:
        return deny("escalation.only_the_asker")
    return ALLOW if ticket.state == State.SOLVED else ENDED


def can_escalate(actor: Actor, asker_id: int) -> Decision:
    """Let the asker ask for a person, and moderators and agents hand over by hand."""
    if actor.is_anonymous and not actor.is_system:
        return deny("identity.sign_in_required")
    return ALLOW if actor.is_staff or actor.id == asker_id else deny("escalation.only_asker_or_staff")

"""Speak to the asker: one act that is an answer or a comment in the thread and a reply on the ticket."""

from __future__ import annotations

from dataclasses import dataclass

from app.escalation.access import access_ticket
from app.escalation.events import TicketReplied, TicketSolved
from app.escalation.models.tickets import State, Ticket
from app.escalation.permissions import can_work_on
from app.escalation.services.minding import TRUSTED, Care, mind
from app.escalation.services.recording import expect_version, facts_of, note_event
from app.escalation.services.working import check_message, take
from app.forum.contract import PostAnswer, PostComment, answer_marks, post_answer, post_comment
from app.kernel.actor import Actor
from app.kernel.errors import Invalid
from app.kernel.permissions import ensure
from app.kernel.unit_of_work import UnitOfWork
from app.text.contract import RichText


@dataclass(frozen=True, slots=True)
class ReplyToAsker:
    """An answer in the open; ``solves`` also asks the asker whether they are back to work."""

    ticket_id: int
    body: RichText
    solves: bool = False
    version: int | None = None
    care: Care = TRUSTED


@dataclass(frozen=True, slots=True)
class AskBack:
    """A question to the asker; the promise waits until they reply."""

    ticket_id: int
    body: RichText
    version: int | None = None
    care: Care = TRUSTED


@dataclass(frozen=True, slots=True)
class SolveWith:
    """Say that an answer that stands in the thread is the solution."""

    ticket_id: int
    answer_id: int
    version: int | None = None


def reply_to_asker(uow: UnitOfWork, actor: Actor, command: ReplyToAsker) -> Ticket:
    """Answer in the thread and on the ticket at once.

    Raises:
        Invalid: field ``body``; ``QuotesNote`` when it repeats a private note.
        StaleTicket: when somebody changed the ticket or said something meanwhile.

    """
    ticket = _load(uow, actor, command.ticket_id, command.version)
    check_message(command.body.source)
    mind(uow, actor, ticket, command.body.source, command.care)
    answer = post_answer(uow, actor, PostAnswer(ticket.question_id, command.body, from_desk=True))
    _heard(uow, actor, ticket)
    ticket.state = State.OPEN
    note_event(uow, ticket, actor.id, "replied", answer.id)
    uow.record(TicketReplied(occurred_at=uow.now, **facts_of(ticket, actor.id), answer_id=answer.id))
    if command.solves:
        _solve(uow, actor, ticket, answer.id)
    return ticket


def ask_back(uow: UnitOfWork, actor: Actor, command: AskBack) -> Ticket:
    """Ask the asker something in the thread; the ticket waits for them.

    Raises:
        Invalid: field ``body``; ``QuotesNote`` when it repeats a private note.
        StaleTicket: when somebody changed the ticket or said something meanwhile.

    """
    ticket = _load(uow, actor, command.ticket_id, command.version)
    check_message(command.body.source)
    mind(uow, actor, ticket, command.body.source, command.care)
    comment = post_comment(uow, actor, PostComment(ticket.question_id, None, command.body, asks_back=True))
    _heard(uow, actor, ticket)
    ticket.state = State.PENDING
    note_event(uow, ticket, actor.id, "asked_back", comment.id)
    uow.record(TicketReplied(occurred_at=uow.now, **facts_of(ticket, actor.id), answer_id=None))
    return ticket


def solve_with(uow: UnitOfWork, actor: Actor, command: SolveWith) -> Ticket:
    """Take an answer of the thread as the solution; the asker is asked.

    Raises:
        Invalid: field ``answer_id``, when it is no standing answer of this question.
        StaleTicket: when somebody changed the ticket meanwhile.

    """
    ticket = _load(uow, actor, command.ticket_id, command.version)
    if command.answer_id not in {mark.id for mark in answer_marks(uow.session, ticket.question_id)}:
        raise Invalid("answer_id", "escalation.answer_unknown")
    _heard(uow, actor, ticket)
    _solve(uow, actor, ticket, command.answer_id)
    return ticket


def _load(uow: UnitOfWork, actor: Actor, ticket_id: int, version: int | None) -> Ticket:
    ticket = access_ticket(uow.session, actor, ticket_id, lock=True)
    expect_version(actor, ticket, version)  # first: who comes too late is shown what happened, with what they wrote
    ensure(can_work_on(actor, ticket))
    return ticket


def _heard(uow: UnitOfWork, actor: Actor, ticket: Ticket) -> None:
    """Keep the promise, because the asker hears from the desk; who spoke has the ticket."""
    ticket.first_reply_at = ticket.first_reply_at or uow.now
    ticket.reply_due_at = None
    if ticket.assignee_id is None:
        take(uow, actor, ticket, actor.user_id)


def _solve(uow: UnitOfWork, actor: Actor, ticket: Ticket, answer_id: int) -> None:
    ticket.state, ticket.solved_at, ticket.solved_by_id = State.SOLVED, uow.now, actor.id
    ticket.solution_answer_id, ticket.reply_due_at = answer_id, None
    note_event(uow, ticket, actor.id, "solved", answer_id)
    uow.record(TicketSolved(occurred_at=uow.now, **facts_of(ticket, actor.id), answer_id=answer_id))

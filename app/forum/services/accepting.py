"""Say which answer solved it, and which ones worked for others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import CursorResult, delete

from app.forum.access import access_answer
from app.forum.events import AcceptanceWithdrawn, AnswerAccepted, WorkingMarkChanged
from app.forum.models.answer import Answer, WorkingMark
from app.forum.models.question import Question
from app.forum.permissions import can_accept, can_mark_working
from app.forum.services.checking import check_note
from app.forum.services.facts import changed, hear_asker, of_answer
from app.forum.services.rows import add_once
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.permissions import ensure
from app.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class AcceptAnswer:
    """Which answer solved it; ``note`` says why when somebody says so in the asker's place."""

    answer_id: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class SetWorking:
    """Whether an answer worked for the actor too; ``within`` is the question whose page it is said to stand on."""

    answer_id: int
    on: bool
    within: int | None = None


def accept_answer(uow: UnitOfWork, actor: Actor, command: AcceptAnswer) -> Answer:
    """Mark the answer that solved it; one accepted before is withdrawn.

    Raises:
        Invalid: field ``note``, when staff accept in the asker's place without saying why.

    """
    question, answer = access_answer(uow.session, actor, command.answer_id, lock=True)
    ensure(can_accept(actor, question, answer))
    note = check_note("note", command.note, required=actor.id != question.asker_id)
    if question.accepted_answer_id == answer.id:
        return answer
    if question.accepted_answer_id is not None:
        unaccept(uow, actor, question, uow.session.get_one(Answer, question.accepted_answer_id))
    question.accepted_answer_id, question.solved_at = answer.id, uow.now
    answer.accepted_at, answer.accepted_by_id, answer.acceptance_note = uow.now, actor.user_id, note
    changed(question)
    hear_asker(uow, actor, question)
    if actor.id != question.asker_id:
        uow.audit(actor, "answer.accepted", "answer", answer.id, reason=note)
    uow.record(AnswerAccepted(**of_answer(uow, actor, question, answer)))
    return answer


def withdraw_acceptance(uow: UnitOfWork, actor: Actor, answer_id: int) -> Answer:
    """Take back that an answer solved it; without effect when it is not the accepted one."""
    question, answer = access_answer(uow.session, actor, answer_id, lock=True)
    ensure(can_accept(actor, question, answer))
    if question.accepted_answer_id == answer.id:
        if actor.id != question.asker_id:
            uow.audit(actor, "answer.acceptance_withdrawn", "answer", answer.id)
        unaccept(uow, actor, question, answer)
    return answer


def unaccept(uow: UnitOfWork, actor: Actor, question: Question, answer: Answer) -> None:
    """Undo a standing acceptance; the caller holds the question's lock and has asked for permission."""
    accepted_by = answer.accepted_by_id or question.asker_id
    question.accepted_answer_id = question.solved_at = None
    answer.accepted_at = answer.accepted_by_id = None
    answer.acceptance_note = ""
    changed(question)
    uow.record(AcceptanceWithdrawn(**of_answer(uow, actor, question, answer), accepted_by_id=accepted_by))


def set_working(uow: UnitOfWork, actor: Actor, command: SetWorking) -> int:
    """Say that an answer worked for the actor too, or take it back; return how many say so.

    Raises:
        NotFound: when the answer is absent or hidden, or does not stand ``within``.

    """
    question, answer = access_answer(uow.session, actor, command.answer_id, lock=True)
    if command.within not in {None, question.id}:
        raise NotFound
    ensure(can_mark_working(actor, question, answer))
    if command.on:
        values = {"answer_id": answer.id, "user_id": actor.user_id, "since": uow.now}
        step = add_once(uow.session, WorkingMark, values)
    else:
        mine = delete(WorkingMark).where(WorkingMark.answer_id == answer.id, WorkingMark.user_id == actor.user_id)
        step = -cast("CursorResult[Any]", uow.session.execute(mine)).rowcount
    if step:
        answer.working_count += step
        changed(question)
        uow.record(
            WorkingMarkChanged(
                **of_answer(uow, actor, question, answer), working_count=answer.working_count, added=command.on
            )
        )
    return answer.working_count

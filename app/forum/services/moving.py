"""Bring a question to the space where people know about it."""

from __future__ import annotations

from dataclasses import dataclass

from app.forum.access import access_question, access_space
from app.forum.events import QuestionMoved
from app.forum.models.question import Question
from app.forum.permissions import can_move, can_post_in
from app.forum.services.facts import changed, of_thread
from app.forum.services.overtaken import Overtaken
from app.kernel.actor import Actor
from app.kernel.permissions import ensure
from app.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class MoveQuestion:
    """Where the question belongs; ``from_space_id`` is where it stood when the actor decided, if known."""

    question_id: int
    space_id: int
    from_space_id: int | None = None


def move_question(uow: UnitOfWork, actor: Actor, command: MoveQuestion) -> Question:
    """Put a question into another space; without effect when it is there already.

    Raises:
        Overtaken: when somebody moved it to a third space meanwhile.

    """
    question = access_question(uow.session, actor, command.question_id, lock=True)
    ensure(can_move(actor, question))
    space = access_space(uow.session, actor, command.space_id)
    if space.id == question.space_id:
        return question
    if command.from_space_id not in {None, question.space_id}:
        raise Overtaken("forum.moved_already", question)
    ensure(can_post_in(actor, space))
    before, question.space_id = question.space_id, space.id
    changed(question)
    uow.audit(actor, "question.moved", "question", question.id, from_space_id=before)
    uow.record(QuestionMoved(**of_thread(uow, actor, question), from_space_id=before))
    return question

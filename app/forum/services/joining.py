"""Say «me too», follow a question, follow a tag. Each command states what shall be, so repeating changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import CursorResult, delete

from app.forum.access import access_question, access_tag
from app.forum.events import MeTooChanged
from app.forum.models.question import MeToo, QuestionFollow
from app.forum.models.space import TagFollow
from app.forum.permissions import can_follow, can_join
from app.forum.services.facts import changed, of_thread
from app.forum.services.publishing import follow
from app.forum.services.rows import add_once
from app.kernel.actor import Actor
from app.kernel.permissions import ensure
from app.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class SetMeToo:
    """Whether the actor has the same trouble."""

    question_id: int
    on: bool


@dataclass(frozen=True, slots=True)
class SetFollow:
    """Whether the actor wants to hear of changes."""

    question_id: int
    on: bool


@dataclass(frozen=True, slots=True)
class SetTagFollow:
    """Whether the actor wants to hear of new questions with a tag."""

    tag_id: int
    on: bool


def set_me_too(uow: UnitOfWork, actor: Actor, command: SetMeToo) -> int:
    """Join the people with the same trouble, or leave them; return how many they are. Joining also follows."""
    question = access_question(uow.session, actor, command.question_id, lock=True)
    ensure(can_join(actor, question))
    if command.on:
        values = {"question_id": question.id, "user_id": actor.user_id, "since": uow.now}
        step = add_once(uow.session, MeToo, values)
        follow(uow, question.id, actor.user_id)
    else:
        mine = delete(MeToo).where(MeToo.question_id == question.id, MeToo.user_id == actor.user_id)
        step = -cast("CursorResult[Any]", uow.session.execute(mine)).rowcount
    if step:
        question.me_too_count += step
        changed(question)
        uow.record(
            MeTooChanged(**of_thread(uow, actor, question), me_too_count=question.me_too_count, added=command.on)
        )
    return question.me_too_count


def set_follow(uow: UnitOfWork, actor: Actor, command: SetFollow) -> None:
    """Hear of changes of a question, or no longer."""
    question = access_question(uow.session, actor, command.question_id)
    ensure(can_follow(actor, question))
    if command.on:
        follow(uow, question.id, actor.user_id)
        return
    uow.session.execute(
        delete(QuestionFollow).where(QuestionFollow.question_id == question.id, QuestionFollow.user_id == actor.user_id)
    )


def set_tag_follow(uow: UnitOfWork, actor: Actor, command: SetTagFollow) -> None:
    """Hear of new questions with a tag, or no longer; the lock keeps it from being joined into another meanwhile."""
    user_id, tag = actor.user_id, access_tag(uow.session, command.tag_id, lock=command.on)
    if command.on:
        add_once(uow.session, TagFollow, {"tag_id": tag.id, "user_id": user_id, "since": uow.now})
        return
    uow.session.execute(delete(TagFollow).where(TagFollow.tag_id == tag.id, TagFollow.user_id == user_id))

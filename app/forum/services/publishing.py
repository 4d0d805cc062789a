"""What every new text brings with it: its author follows the thread, people named in it are told, files get a home."""

from __future__ import annotations

from collections.abc import Collection
from typing import cast

from sqlalchemy import Table, bindparam, delete, select, update
from sqlalchemy.orm import Session

from app.forum.events import PersonMentioned
from app.forum.models.answer import Attachment, Mention
from app.forum.models.question import Draft, Question, QuestionFollow
from app.forum.models.space import Space, SpaceGroup, Visibility
from app.forum.services.facts import of_thread
from app.forum.services.rows import add_once
from app.identity.contract import ids_of_handles, members_among
from app.kernel.actor import Actor
from app.kernel.database import fetch
from app.kernel.unit_of_work import UnitOfWork
from app.text.contract import RichText

MENTIONS_MAX = 10
"""People told about one text; naming more than a team is shouting."""
_DRAFTS = cast("Table", Draft.__table__)
_FORGET_DRAFT = delete(_DRAFTS).where(_DRAFTS.c.user_id == bindparam("user_id"), _DRAFTS.c.place == bindparam("place"))


def publish_text(
    uow: UnitOfWork,
    actor: Actor,
    question: Question,
    body: RichText,
    *,
    answer_id: int | None = None,
    comment_id: int | None = None,
    draft: str | None = None,
) -> None:
    """Do everything that follows from a text having been posted; ``draft`` is the place it was drafted in."""
    follow(uow, question.id, actor.user_id)
    tell_mentioned(uow, actor, question, body, answer_id=answer_id, comment_id=comment_id)
    claim_files(uow, actor, question.id, body.files)
    if draft is not None:
        fetch(uow.session, _FORGET_DRAFT, {"user_id": actor.user_id, "place": draft})


def follow(uow: UnitOfWork, question_id: int, user_id: int) -> bool:
    """Let somebody hear of changes; tell whether that is new."""
    values = {"question_id": question_id, "user_id": user_id, "since": uow.now}
    return bool(add_once(uow.session, QuestionFollow, values))


def tell_mentioned(
    uow: UnitOfWork,
    actor: Actor,
    question: Question,
    body: RichText,
    *,
    answer_id: int | None = None,
    comment_id: int | None = None,
) -> None:
    """Record who is named in a text: once per person and post, and only people who may read it."""
    if not body.mentions:
        return
    found = ids_of_handles(uow.session, body.mentions[:MENTIONS_MAX])
    named = [found[handle] for handle in body.mentions if handle in found and found[handle] != actor.id]
    named = [i for i in named if i in _readers_among(uow.session, question.space_id, named)]
    for user_id in dict.fromkeys(named):
        if _already(uow.session, question.id, answer_id, comment_id, user_id):
            continue
        uow.session.add(
            Mention(
                user_id=user_id,
                by_id=actor.user_id,
                question_id=question.id,
                answer_id=answer_id,
                comment_id=comment_id,
                at=uow.now,
            )
        )
        uow.record(
            PersonMentioned(
                **of_thread(uow, actor, question), user_id=user_id, answer_id=answer_id, comment_id=comment_id
            )
        )


def claim_files(uow: UnitOfWork, actor: Actor, question_id: int, keys: Collection[str]) -> None:
    """Give the actor's loose files that a text names to its question, so that its readers may open them."""
    if keys:
        uow.session.execute(
            update(Attachment)
            .where(
                Attachment.key.in_(keys),
                Attachment.uploader_id == actor.user_id,
                Attachment.question_id.is_(None),
                Attachment.deleted_at.is_(None),
            )
            .values(question_id=question_id)
        )


def claim_files_for_agents(uow: UnitOfWork, actor: Actor, question_id: int, keys: Collection[str]) -> None:
    """Let agents who read a question open the actor's files that a text of theirs about it names; nobody else may."""
    if keys:
        uow.session.execute(
            update(Attachment)
            .where(
                Attachment.key.in_(keys),
                Attachment.uploader_id == actor.user_id,
                Attachment.question_id.is_(None) | (Attachment.question_id == question_id),
                Attachment.deleted_at.is_(None),
            )
            .values(question_id=question_id, for_agents=True)
        )


def _readers_among(session: Session, space_id: int, user_ids: Collection[int]) -> Collection[int]:
    visibility = session.scalar(select(Space.visibility).where(Space.id == space_id))
    if visibility != Visibility.PRIVATE:
        return user_ids
    groups = session.scalars(select(SpaceGroup.group_id).where(SpaceGroup.space_id == space_id)).all()
    return members_among(session, user_ids, groups)


def _already(session: Session, question_id: int, answer_id: int | None, comment_id: int | None, user_id: int) -> bool:
    known = select(Mention.id).where(
        Mention.question_id == question_id,
        Mention.answer_id.is_not_distinct_from(answer_id),
        Mention.comment_id.is_not_distinct_from(comment_id),
        Mention.user_id == user_id,
    )
    return session.scalar(known) is not None

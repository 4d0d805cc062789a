"""What the audit trail needs to name posts and tags: only what the reader may see has a name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.forum.access import known_to, visible_to
from app.forum.models.answer import Answer, Comment
from app.forum.models.question import Question
from app.forum.models.space import Tag
from app.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class PlaceOfPost:
    """The question that an answer or a comment belongs to."""

    id: int
    question_id: int
    title: str


def places_of_answers(session: Session, actor: Actor, ids: Collection[int]) -> list[PlaceOfPost]:
    """Return where these answers stand, in one statement."""
    return _places(session, actor, Answer, ids)


def places_of_comments(session: Session, actor: Actor, ids: Collection[int]) -> list[PlaceOfPost]:
    """Return where these comments stand, in one statement."""
    return _places(session, actor, Comment, ids)


def tag_slugs(session: Session, actor: Actor, ids: Collection[int]) -> dict[int, str]:
    """Map tags that the actor may know of to their words, in one statement."""
    return {
        row.id: row.slug for row in session.execute(select(Tag.id, Tag.slug).where(Tag.id.in_(ids), known_to(actor)))
    }


def _places(session: Session, actor: Actor, post: type[Answer | Comment], ids: Collection[int]) -> list[PlaceOfPost]:
    query = select(post.id, Question.id, Question.title).join(Question, Question.id == post.question_id)
    return [PlaceOfPost(*row) for row in session.execute(query.where(post.id.in_(ids), visible_to(actor)))]

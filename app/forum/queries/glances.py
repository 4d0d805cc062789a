"""Small looks at questions from elsewhere: their tags, and what else somebody asked lately."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.forum.access import visible_to
from app.forum.models.question import Question, QuestionTag
from app.forum.models.space import Space, Tag
from app.kernel.actor import Actor
from app.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class AskedLately:
    """A question by its title."""

    id: int
    title: str
    language: str
    asked_at: datetime
    solved: bool


def tags_by_question(session: Session, question_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Map questions to their tags in order, in one statement; those without any map to nothing at all."""
    found: dict[int, tuple[str, ...]] = defaultdict(tuple)
    if question_ids:
        rows = session.execute(
            select(QuestionTag.question_id, Tag.slug)
            .join(Tag, Tag.id == QuestionTag.tag_id)
            .where(QuestionTag.question_id.in_(question_ids))
            .order_by(QuestionTag.position, Tag.id)
        )
        for question_id, slug in rows:
            found[question_id] += (slug,)
    return found


def asked_lately(
    session: Session, actor: Actor, asker_id: int, *, without_id: int, limit: int = 3
) -> tuple[AskedLately, ...]:
    """Return somebody's newest other questions that this actor may read, by ``ix_questions_asker``."""
    query = (
        select(Question.id, Question.title, Question.language, Question.asked_at, Question.accepted_answer_id)
        .where(Question.asker_id == asker_id, Question.id != without_id, visible_to(actor))
        .order_by(Question.asked_at.desc(), Question.id.desc())
        .limit(limit)
    )
    return tuple(AskedLately(*row[:4], row.accepted_answer_id is not None) for row in session.execute(query))


def unanswered_count(session: Session, actor: Actor) -> int:
    """Return how many open questions without an answer this actor may read, by ``ix_questions_unanswered``."""
    query = select(func.count()).select_from(Question)
    query = query.where(visible_to(actor), Question.answer_count == 0, Question.closed_at.is_(None))
    return session.scalar(query.where(Question.merged_at.is_(None))) or 0


def unanswered_since(session: Session, space_slug: str, since: datetime) -> list[int]:
    """Return the open questions of a space that were asked since then and have no answer, oldest first.

    Raises:
        NotFound: when no space has this address.

    """
    if session.scalar(select(Space.id).where(Space.slug == space_slug)) is None:
        raise NotFound
    query = (
        select(Question.id)
        .join(Space, Space.id == Question.space_id)
        .where(Space.slug == space_slug, Question.asked_at >= since, Question.answer_count == 0)
        .where(Question.closed_at.is_(None), Question.deleted_at.is_(None))
        .order_by(Question.asked_at, Question.id)
    )
    return list(session.scalars(query))

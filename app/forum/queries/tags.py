"""Tags: the list, one tag's page, and which to suggest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.forum.access import known_to, used_where_read, visible_to
from app.forum.models.answer import Answer
from app.forum.models.question import Question, QuestionTag
from app.forum.models.space import Space, SpaceTag, Tag, TagFollow, TagSynonym
from app.forum.permissions import can_edit_tag
from app.identity.contract import Person, people
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.permissions import Decision

MOST_TAGS = 200
MOST_SUGGESTED = 8
MOST_EXPERTS = 5
RECENT_QUESTIONS = 500
"""How many of the tag's newest questions decide who knows about it; bounds the work on a large tag."""


@dataclass(frozen=True, slots=True)
class TagLine:
    """One tag in the list, with the number of questions that the reader may read."""

    slug: str
    description: str
    question_count: int


@dataclass(frozen=True, slots=True)
class TagPage:
    """One tag."""

    id: int
    slug: str
    description: str
    synonyms: tuple[str, ...]
    following: bool
    experts: tuple[Person, ...]
    may_edit: Decision


def tag_list(session: Session, actor: Actor) -> list[TagLine]:
    """Return the tags that are used most where the actor may read, in one statement.

    The kept count less what is hidden from the actor: most of a site is hidden from nobody who reads its tags.
    """
    elsewhere = select(Space.id).where(Space.id.not_in(actor.space_ids))
    hidden = (
        select(QuestionTag.tag_id, func.count().label("count"))
        .join(Question, Question.id == QuestionTag.question_id)
        .where(Question.space_id.in_(elsewhere), Question.deleted_at.is_(None))
        .group_by(QuestionTag.tag_id)
        .subquery()
    )
    count = Tag.question_count - func.coalesce(hidden.c.count, 0)
    rows = session.execute(
        select(Tag.slug, Tag.description, count.label("question_count"))
        .outerjoin(hidden, hidden.c.tag_id == Tag.id)
        .where(count > 0, used_where_read(actor))
        .order_by(count.desc(), Tag.slug)
        .limit(MOST_TAGS)
    )
    return [TagLine(*row) for row in rows]


def tag_id_of(session: Session, actor: Actor, slug: str) -> tuple[int, str] | None:
    """Return id and slug of the tag that a word stands for, a synonym included; None for what the actor cannot know."""
    known = select(Tag.id, Tag.slug).where(known_to(actor))
    row = session.execute(known.where(Tag.slug == slug)).first()
    row = (
        row
        or session.execute(known.join(TagSynonym, TagSynonym.tag_id == Tag.id).where(TagSynonym.slug == slug)).first()
    )
    return (row.id, row.slug) if row else None


def tag_page(session: Session, actor: Actor, tag_id: int) -> TagPage:
    """Load one tag in five statements.

    Raises:
        NotFound: when there is no such tag.

    """
    tag = session.get(Tag, tag_id)
    if tag is None:
        raise NotFound
    synonyms = session.scalars(select(TagSynonym.slug).where(TagSynonym.tag_id == tag_id).order_by(TagSynonym.slug))
    following = actor.id is not None and session.get(TagFollow, (tag_id, actor.id)) is not None
    return TagPage(
        tag.id,
        tag.slug,
        tag.description,
        tuple(synonyms),
        following,
        _experts(session, actor, tag_id),
        can_edit_tag(actor),
    )


def suggested_tags(session: Session, space_id: int, similar_ids: Sequence[int]) -> tuple[str, ...]:
    """Return tags of similar questions, then the ones the space suggests."""
    similar = select(Tag.slug).join(QuestionTag, QuestionTag.tag_id == Tag.id)
    found = session.scalars(similar.where(QuestionTag.question_id.in_(similar_ids))).all() if similar_ids else ()
    own = session.scalars(
        select(Tag.slug)
        .join(SpaceTag, SpaceTag.tag_id == Tag.id)
        .where(SpaceTag.space_id == space_id)
        .order_by(Tag.question_count.desc())
    ).all()
    return tuple(dict.fromkeys([*found, *own]))[:MOST_SUGGESTED]


def tags_beginning(session: Session, actor: Actor, typed: str, limit: int = 6) -> list[str]:
    """Return tags the actor can know that begin with what was typed, most used first."""
    pattern = typed.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return list(
        session.scalars(
            select(Tag.slug)
            .where(Tag.slug.like(pattern, escape="\\"), known_to(actor))
            .order_by(Tag.question_count.desc())
            .limit(limit)
        )
    )


def _experts(session: Session, actor: Actor, tag_id: int) -> tuple[Person, ...]:
    """Return who wrote the most helpful answers to the tag's newest questions."""
    newest = (
        select(QuestionTag.question_id)
        .join(Question, Question.id == QuestionTag.question_id)
        .where(QuestionTag.tag_id == tag_id, visible_to(actor))
        .order_by(QuestionTag.question_id.desc())
        .limit(RECENT_QUESTIONS)
    )
    helped = func.count(Answer.accepted_at) * 3 + func.sum(Answer.score)
    rows = session.execute(
        select(Answer.author_id)
        .where(Answer.question_id.in_(newest), Answer.deleted_at.is_(None))
        .group_by(Answer.author_id)
        .having(helped > 0)
        .order_by(helped.desc(), Answer.author_id)
        .limit(MOST_EXPERTS)
    ).all()
    who = people(session, [row.author_id for row in rows])
    return tuple(who[row.author_id] for row in rows)

"""Lists of questions: newest, active, unanswered, somebody's own, by tag, by space; keyset pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select
from sqlalchemy.orm import Session

from app.forum.access import visible_to
from app.forum.models.answer import Answer
from app.forum.models.question import Question, QuestionTag
from app.forum.models.space import Space, Tag, TagFollow
from app.identity.contract import Person, people
from app.kernel.actor import Actor
from app.kernel.among import among
from app.kernel.database import fetch
from app.kernel.paging import Slice, cut, decode_position, encode_position

PAGE_SIZE = 20
MOST_LINKS = 12
"""Ways to spaces beside a list."""


class Sort(StrEnum):
    """How a list is ordered, or what it is narrowed to."""

    ACTIVE = "active"
    NEWEST = "newest"
    UNANSWERED = "unanswered"
    MINE = "mine"


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """One question in a list."""

    id: int
    title: str
    language: str
    asker: Person
    space_id: int
    space_name: str
    space_slug: str
    asked_at: datetime
    active_at: datetime
    score: int
    answer_count: int
    me_too_count: int
    solved_by: Person | None
    solved_at: datetime | None
    waiting_for_asker: bool
    closed: bool
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Narrow:
    """What a list is narrowed to."""

    space_id: int | None = None
    tag_id: int | None = None
    asker_id: int | None = None
    question_ids: tuple[int, ...] | None = None


_COLUMNS = (
    Question.id, Question.title, Question.language, Question.asker_id, Question.space_id, Question.asked_at,
    Question.active_at, Question.score, Question.answer_count, Question.me_too_count,
    Answer.author_id.label("solver_id"), Question.solved_at, Question.waiting_for_asker_since, Question.closed_at,
    Question.version,
)  # fmt: skip


_TAGS = (
    select(QuestionTag.question_id, Tag.slug)
    .join(Tag, Tag.id == QuestionTag.tag_id)
    .where(among(QuestionTag.question_id, "question_ids"))
    .order_by(QuestionTag.position)
)
_SPACES = select(Space.id, Space.name, Space.slug).where(among(Space.id, "space_ids"))
_READABLE = (
    select(Space)
    .where(among(Space.id, "space_ids"))
    .order_by(Space.archived_at.is_not(None), Space.position, Space.name)
)
_LINKS = _READABLE.with_only_columns(Space.slug, Space.name).limit(MOST_LINKS)
# built once: putting a statement together costs more than running it


def question_list(session: Session, rows: Slice[Row[*tuple[Any, ...]]]) -> Slice[QuestionLine]:
    """Return one page of a list, ready to print, in three statements besides that of its rows."""
    return Slice(question_lines(session, rows.items), rows.next_cursor)


def question_rows(
    session: Session,
    actor: Actor,
    sort: Sort,
    narrow: Narrow = Narrow(),
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Slice[Row[*tuple[Any, ...]]]:
    """Return which questions are on a page, with the columns of their own that a list shows, in one statement.

    Their version is among them: whatever else a list shows of a thread has changed only when it has.

    Served by the indexes ``ix_questions_all_newest``, ``_all_active``, ``_unanswered``, ``_asker`` and
    ``ix_question_tags_tag``.

    Raises:
        NotFound: when the cursor is not one of ours.

    """
    by = Question.active_at if sort is Sort.ACTIVE else Question.asked_at
    query = _first_page(actor, sort, narrow, size)
    if cursor:
        at, last_id = decode_position(cursor)
        query = query.where(or_(by < at, and_(by == at, Question.id < last_id)))
    rows = fetch(session, query).all()
    return cut(rows, size, lambda row: encode_position(getattr(row, by.key), row.id))


def readable_spaces(session: Session, actor: Actor) -> list[Space]:
    """Return the spaces an actor may read, in their order, archived ones last."""
    return list(session.scalars(_READABLE, {"space_ids": list(actor.space_ids)}))


@dataclass(frozen=True, slots=True)
class SpaceLink:
    """What leads to a space."""

    slug: str
    name: str


def space_links(session: Session, actor: Actor) -> tuple[SpaceLink, ...]:
    """Return the ways to the first spaces that an actor may read, in their order."""
    return tuple(SpaceLink(*row) for row in fetch(session, _LINKS, {"space_ids": list(actor.space_ids)}))


def could_help_ids(session: Session, actor: Actor, limit: int = 5) -> tuple[int, ...]:
    """Return open questions of others about tags the actor follows, newest first."""
    followed = select(TagFollow.tag_id).where(TagFollow.user_id == actor.user_id)
    tagged = select(QuestionTag.question_id).where(QuestionTag.tag_id.in_(followed))
    rows = session.scalars(
        select(Question.id)
        .where(visible_to(actor), Question.id.in_(tagged), Question.answer_count == 0, Question.closed_at.is_(None))
        .where(Question.asker_id != actor.user_id)
        .order_by(Question.asked_at.desc())
        .limit(limit)
    )
    return tuple(rows)


def needs_me_ids(session: Session, actor: Actor, limit: int = 5) -> tuple[int, ...]:
    """Return the actor's own questions that wait for them."""
    rows = session.scalars(
        select(Question.id)
        .where(Question.asker_id == actor.user_id, visible_to(actor), Question.waiting_for_asker_since.is_not(None))
        .order_by(Question.waiting_for_asker_since.desc())
        .limit(limit)
    )
    return tuple(rows)


@lru_cache(maxsize=512)
def _first_page(actor: Actor, sort: Sort, narrow: Narrow, size: int) -> Select[*tuple[Any, ...]]:
    """Build the statement of a first page once for each reader and list that are asked for again and again."""
    by = Question.active_at if sort is Sort.ACTIVE else Question.asked_at
    query = select(*_COLUMNS).outerjoin(Answer, Answer.id == Question.accepted_answer_id)
    query = query.where(visible_to(actor), *_conditions(actor, sort, narrow))
    return query.order_by(by.desc(), Question.id.desc()).limit(size + 1)


def _conditions(actor: Actor, sort: Sort, narrow: Narrow) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Question.merged_at.is_(None)]
    if sort is Sort.UNANSWERED:
        found += [Question.answer_count == 0, Question.closed_at.is_(None)]
    if sort is Sort.MINE:
        found.append(Question.asker_id == actor.user_id)
    if narrow.space_id is not None:
        found.append(Question.space_id == narrow.space_id)
    if narrow.asker_id is not None:
        found.append(Question.asker_id == narrow.asker_id)
    if narrow.question_ids is not None:
        found.append(Question.id.in_(narrow.question_ids))
    if narrow.tag_id is not None:
        found.append(Question.id.in_(_tagged(narrow.tag_id)))
    return found


def _tagged(tag_id: int) -> Select[int]:
    return select(QuestionTag.question_id).where(QuestionTag.tag_id == tag_id)


def question_lines(session: Session, rows: Collection[Any]) -> tuple[QuestionLine, ...]:
    """Complete the rows of a list with names, tags and spaces, in three statements."""
    found = list(rows)
    who = people(session, {i for r in found for i in (r.asker_id, r.solver_id) if i is not None})
    ids = [r.id for r in found]
    tags = _tags(session, ids)
    spaces = _spaces(session, {r.space_id for r in found})
    return tuple(
        QuestionLine(
            r.id,
            r.title,
            r.language,
            who[r.asker_id],
            r.space_id,
            *spaces[r.space_id],
            r.asked_at,
            r.active_at,
            r.score,
            r.answer_count,
            r.me_too_count,
            who.get(r.solver_id),
            r.solved_at,
            r.waiting_for_asker_since is not None,
            r.closed_at is not None,
            tuple(tags[r.id]),
        )
        for r in found
    )


def _tags(session: Session, question_ids: Collection[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    if question_ids:
        rows = fetch(session, _TAGS, {"question_ids": list(question_ids)})
        for question_id, slug in rows:
            found[question_id].append(slug)
    return found


def _spaces(session: Session, space_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    rows = fetch(session, _SPACES, {"space_ids": list(space_ids)})
    return {row.id: (row.name, row.slug) for row in rows}

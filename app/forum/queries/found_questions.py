"""Read what hits of a search show, and only those that the reader may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.forum.models.answer import Answer
from app.forum.models.question import Question, QuestionTag
from app.forum.models.space import Tag
from app.forum.permissions import can_see_space
from app.identity.contract import Person, people
from app.kernel.actor import Actor
from app.kernel.among import among
from app.kernel.database import fetch
from app.search.highlighting import Highlighter
from app.search.plain import plain_text

EXCERPT_HTML = 1500
"""Characters of an answer's HTML that an excerpt is cut from."""


@dataclass(frozen=True, slots=True)
class FoundQuestion:
    """One hit. ``excerpt`` is of the accepted or else the best answer; empty when there is none."""

    id: int
    title: Markup
    language: str
    space_id: int
    asker: Person
    asked_at: datetime
    answer_count: int
    solved_by: Person | None
    waiting_for_asker: bool
    closed: bool
    excerpt: Markup
    excerpt_language: str
    working_count: int
    tags: tuple[str, ...]


def _select_hits() -> Select[Any]:
    """Select questions with their accepted answer, or else the best liked one."""
    question, answer = Question.__table__, Answer.__table__
    liked = answer.alias()
    best = (
        select(liked.c.id)
        .where(liked.c.question_id == question.c.id, liked.c.deleted_at.is_(None))
        .order_by(liked.c.score.desc(), liked.c.working_count.desc(), liked.c.id)
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(
            question.c.id,
            question.c.title,
            question.c.language,
            question.c.space_id,
            question.c.asker_id,
            question.c.asked_at,
            question.c.answer_count,
            question.c.accepted_answer_id,
            question.c.waiting_for_asker_since,
            question.c.closed_at,
            question.c.deleted_at,
            answer.c.author_id,
            answer.c.working_count,
            answer.c.language.label("answer_language"),
            func.substr(answer.c.body_html, 1, EXCERPT_HTML).label("answer_html"),
        )
        .select_from(question.outerjoin(answer, answer.c.id == func.coalesce(question.c.accepted_answer_id, best)))
        .where(among(question.c.id, "ids"), question.c.merged_at.is_(None))
    )


def _select_tags() -> Select[Any]:
    link, tag = QuestionTag.__table__, Tag.__table__
    return (
        select(link.c.question_id, tag.c.slug)
        .select_from(link.join(tag, tag.c.id == link.c.tag_id))
        .where(among(link.c.question_id, "ids"))
        .order_by(link.c.position, tag.c.id)
    )


HITS, TAGS = _select_hits(), _select_tags()
"""Built once: on a page this small, building a statement costs more than running it."""


def read_hits(session: Session, actor: Actor, ids: Sequence[int], marker: Highlighter) -> tuple[FoundQuestion, ...]:
    """Read what the hits show, in the engine's order; whatever this actor may not see falls out here."""
    if not ids:
        return ()
    found = fetch(session, HITS, {"ids": list(ids)})
    rows = {row.id: row for row in found if row.deleted_at is None and can_see_space(actor, row.space_id)}
    tags: dict[int, list[str]] = defaultdict(list)
    for question_id, slug in fetch(session, TAGS, {"ids": list(rows)}):
        tags[question_id].append(slug)
    named_people = people(session, {p for row in rows.values() for p in (row.asker_id, row.author_id) if p is not None})
    return tuple(_found(rows[i], named_people, tuple(tags[i]), marker) for i in ids if i in rows)


def _found(row: Any, named: dict[int, Person], tags: tuple[str, ...], marker: Highlighter) -> FoundQuestion:
    return FoundQuestion(
        id=row.id,
        title=marker.mark(row.title),
        language=row.language,
        space_id=row.space_id,
        asker=named[row.asker_id],
        asked_at=row.asked_at,
        answer_count=row.answer_count,
        solved_by=named[row.author_id] if row.accepted_answer_id is not None else None,
        waiting_for_asker=row.waiting_for_asker_since is not None,
        closed=row.closed_at is not None,
        excerpt=marker.snippet(plain_text(row.answer_html)) if row.answer_html else Markup(),
        excerpt_language=row.answer_language or row.language,
        working_count=row.working_count or 0,
        tags=tags,
    )

"""Who has which badge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from app.forum.contract import visible_titles
from app.identity.contract import Person, people
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.paging import cut, decode_position, encode_position
from app.reputation.badges import BADGES, BY_CODE, Badge
from app.reputation.models import BadgeAward

PAGE = 50


@dataclass(frozen=True, slots=True)
class BadgeCount:
    """A badge, how many people have it, and since when the reader does."""

    badge: Badge
    count: int
    mine_since: datetime | None


@dataclass(frozen=True, slots=True)
class Award:
    """Somebody has a badge; ``title`` is None where the reader may not read what earned it."""

    person: Person
    at: datetime
    question_id: int | None
    answer_id: int | None
    title: str | None


@dataclass(frozen=True, slots=True)
class BadgePage:
    """One badge with those who have it, newest first."""

    badge: Badge
    awards: tuple[Award, ...]
    next_cursor: str | None


def badges_page(session: Session, actor: Actor) -> list[BadgeCount]:
    """Return every badge in two statements."""
    counts = dict(session.execute(select(BadgeAward.code, func.count()).group_by(BadgeAward.code)).all())
    mine = badges_of(session, actor.id) if actor.id is not None else {}
    return [BadgeCount(badge, counts.get(badge.code, 0), mine.get(badge.code)) for badge in BADGES]


def badges_of(session: Session, user_id: int) -> dict[str, datetime]:
    """Map the codes of a person's badges to when they were earned, oldest first, in one statement."""
    query = select(BadgeAward.code, BadgeAward.awarded_at).where(BadgeAward.user_id == user_id)
    return dict(session.execute(query.order_by(BadgeAward.awarded_at, BadgeAward.code)).all())


def badge_page(session: Session, actor: Actor, code: str, cursor: str | None) -> BadgePage:
    """Return who has one badge in three statements; index ``ix_badge_awards_code``.

    Raises:
        NotFound: when there is no such badge or page.

    """
    if code not in BY_CODE:
        raise NotFound
    query = (
        select(BadgeAward.user_id, BadgeAward.awarded_at, BadgeAward.question_id, BadgeAward.answer_id)
        .where(BadgeAward.code == code)
        .order_by(BadgeAward.awarded_at.desc(), BadgeAward.user_id.desc())
        .limit(PAGE + 1)
    )
    if cursor is not None:
        query = query.where(tuple_(BadgeAward.awarded_at, BadgeAward.user_id) < tuple_(*decode_position(cursor)))
    rows = session.execute(query).all()
    page = cut(rows, PAGE, lambda row: encode_position(row.awarded_at, row.user_id))
    persons = people(session, [row.user_id for row in page.items])
    titles = visible_titles(session, actor, {row.question_id for row in page.items if row.question_id is not None})
    awards = tuple(
        Award(persons[row.user_id], row.awarded_at, row.question_id, row.answer_id, titles.get(row.question_id or 0))
        for row in page.items
    )
    return BadgePage(BY_CODE[code], awards, page.next_cursor)

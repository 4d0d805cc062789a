"""What higher domains may use of the forum."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.forum.models.question import Question
from app.forum.models.space import Space, SpaceGroup, Visibility
from app.kernel.actor import Actor


def readable_space_ids(
    session: Session, *, signed_in: bool, group_ids: Collection[int], everything: bool
) -> frozenset[int]:
    """Return the ids of all spaces somebody with these groups may read, public ones included, in one statement."""
    query = select(Space.id)
    if not everything:
        open_to_all = Space.visibility == Visibility.PUBLIC
        if not signed_in:
            query = query.where(open_to_all)
        else:
            by_group = Space.id.in_(select(SpaceGroup.space_id).where(SpaceGroup.group_id.in_(group_ids)))
            query = query.where(or_(open_to_all, Space.visibility == Visibility.INTERNAL, by_group))
    return frozenset(session.scalars(query))


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the SQL twin of ``can_see_question`` for lists: readable space, not deleted."""
    return Question.space_id.in_(actor.space_ids) & Question.deleted_at.is_(None)

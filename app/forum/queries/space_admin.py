"""What administrators see of spaces."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.forum.access import access_space
from app.forum.models.space import Space, SpaceGroup, SpaceTag, Tag
from app.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class SpaceEntry:
    """A space in the list."""

    id: int
    slug: str
    name: str
    purpose: str
    visibility: str
    archived: bool


@dataclass(frozen=True, slots=True)
class SpaceForEditing:
    """A space with everything that can be changed about it."""

    id: int
    slug: str
    name: str
    purpose: str
    rules: str
    visibility: str
    position: int
    archived: bool
    group_ids: tuple[int, ...]
    tags: tuple[str, ...]


def all_spaces(session: Session, actor: Actor) -> tuple[SpaceEntry, ...]:
    """Return the spaces this actor may read, archived ones last, in one statement."""
    columns = (Space.id, Space.slug, Space.name, Space.purpose, Space.visibility, Space.archived_at.is_not(None))
    query = select(*columns).where(Space.id.in_(actor.space_ids))
    rows = session.execute(query.order_by(Space.archived_at.is_not(None), Space.position, Space.name))
    return tuple(SpaceEntry(*row) for row in rows)


def space_for_editing(session: Session, actor: Actor, space_id: int) -> SpaceForEditing:
    """Return one space, in three statements.

    Raises:
        NotFound: when it is absent or hidden.

    """
    space = access_space(session, actor, space_id)
    groups = session.scalars(select(SpaceGroup.group_id).where(SpaceGroup.space_id == space_id))
    tags = session.scalars(
        select(Tag.slug).join(SpaceTag, SpaceTag.tag_id == Tag.id).where(SpaceTag.space_id == space_id)
    )
    return SpaceForEditing(
        id=space.id,
        slug=space.slug,
        name=space.name,
        purpose=space.purpose,
        rules=space.rules,
        visibility=space.visibility,
        position=space.position,
        archived=space.archived_at is not None,
        group_ids=tuple(groups),
        tags=tuple(sorted(tags)),
    )

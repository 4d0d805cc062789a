"""Lay out the house: create and change spaces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select

from app.forum.access import access_space
from app.forum.models.space import Space, SpaceGroup, SpaceTag, Visibility
from app.forum.permissions import can_create_space
from app.forum.services.checking import check_note, check_slug, check_tag
from app.forum.services.rows import add_once
from app.forum.services.tagging import resolve_tags
from app.kernel.actor import Actor
from app.kernel.errors import Invalid
from app.kernel.permissions import ensure
from app.kernel.unit_of_work import UnitOfWork

NAME_MAX = 60


@dataclass(frozen=True, slots=True)
class CreateSpace:
    """A new room; ``group_ids`` say who may enter when it is private, ``tags`` are the ones it suggests."""

    slug: str
    name: str
    purpose: str = ""
    rules: str = ""
    visibility: str = Visibility.INTERNAL
    group_ids: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    position: int = 0


@dataclass(frozen=True, slots=True)
class EditSpace:
    """What a room shall be; an archived one takes no new questions, its old ones are still answered."""

    space_id: int
    name: str
    purpose: str
    rules: str
    visibility: str
    group_ids: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    position: int = 0
    archived: bool = False


def create_space(uow: UnitOfWork, actor: Actor, command: CreateSpace) -> Space:
    """Open a room.

    Raises:
        Invalid: fields ``slug``, ``name``, ``purpose``, ``rules``, ``visibility``, ``group_ids``, ``tags``.

    """
    ensure(can_create_space(actor))
    slug = check_slug("slug", command.slug)
    if uow.session.scalar(select(Space.id).where(Space.slug == slug)) is not None:
        raise Invalid("slug", "forum.slug_taken")
    space = Space(slug=slug, created_at=uow.now)
    uow.session.add(space)
    _furnish(uow, space, command)
    uow.audit(actor, "space.created", "space", space.id, visibility=space.visibility)
    return space


def edit_space(uow: UnitOfWork, actor: Actor, command: EditSpace) -> Space:
    """Change a room.

    Raises:
        Invalid: fields ``name``, ``purpose``, ``rules``, ``visibility``, ``group_ids``, ``tags``.

    """
    space = access_space(uow.session, actor, command.space_id, lock=True)
    ensure(can_create_space(actor))
    _furnish(uow, space, command)
    if command.archived != (space.archived_at is not None):
        space.archived_at = uow.now if command.archived else None
    uow.audit(actor, "space.edited", "space", space.id, visibility=space.visibility, archived=command.archived)
    return space


def _furnish(uow: UnitOfWork, space: Space, command: CreateSpace | EditSpace) -> None:
    space.name = check_note("name", command.name, required=True)
    if len(space.name) > NAME_MAX:
        raise Invalid("name", "forum.note_too_long", maximum=NAME_MAX)
    if command.visibility not in set(Visibility):
        raise Invalid("visibility", "forum.visibility_unknown")
    if command.visibility == Visibility.PRIVATE and not command.group_ids:
        raise Invalid("group_ids", "forum.private_needs_group")
    space.purpose = check_note("purpose", command.purpose)
    space.rules = check_note("rules", command.rules)
    space.visibility, space.position = command.visibility, command.position
    uow.session.flush()
    _open_to(uow, space, command.group_ids if command.visibility == Visibility.PRIVATE else ())
    _suggest(uow, space, command.tags)


def _open_to(uow: UnitOfWork, space: Space, group_ids: Sequence[int]) -> None:
    uow.session.execute(
        delete(SpaceGroup).where(SpaceGroup.space_id == space.id, SpaceGroup.group_id.not_in(group_ids))
    )
    add_once(uow.session, SpaceGroup, [{"space_id": space.id, "group_id": i} for i in sorted(set(group_ids))])


def _suggest(uow: UnitOfWork, space: Space, tags: Sequence[str]) -> None:
    tag_ids = resolve_tags(uow, [slug for typed in tags if (slug := check_tag("tags", typed))])
    uow.session.execute(delete(SpaceTag).where(SpaceTag.space_id == space.id, SpaceTag.tag_id.not_in(tag_ids)))
    add_once(uow.session, SpaceTag, [{"space_id": space.id, "tag_id": i} for i in tag_ids])

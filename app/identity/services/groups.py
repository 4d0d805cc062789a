"""Groups: named sets of people that private spaces are open to."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.identity.addresses import plain_address
from app.identity.events import AccessChanged
from app.identity.models import Group, GroupMember, User
from app.identity.permissions import can_administer
from app.kernel.actor import Actor
from app.kernel.errors import Invalid, NotFound
from app.kernel.permissions import ensure
from app.kernel.unit_of_work import UnitOfWork

LONGEST_GROUP_NAME = 60


@dataclass(frozen=True, slots=True)
class SetMembership:
    """Put a person into a group, or take them out."""

    group_id: int
    user_id: int
    on: bool


def make_group(uow: UnitOfWork, actor: Actor, name: str) -> Group:
    """Make an empty group.

    Raises:
        Invalid: when the name is missing, too long or taken.

    """
    ensure(can_administer(actor))
    name = _clean(name)
    slug = _slug(name)
    if uow.session.scalar(select(Group.id).where(Group.slug == slug)) is not None:
        raise Invalid("name", "identity.group_exists")
    group = Group(slug=slug, name=name)
    try:
        with uow.session.begin_nested():
            uow.session.add(group)
    except IntegrityError as error:  # somebody made it since we looked
        raise Invalid("name", "identity.group_exists") from error
    uow.audit(actor, "identity.group_made", "group", group.id)
    return group


def rename_group(uow: UnitOfWork, actor: Actor, group_id: int, name: str) -> None:
    """Give a group another name; its slug stays, because links and imports use it.

    Raises:
        NotFound: when there is no such group.
        Invalid: when the name is missing or too long.

    """
    ensure(can_administer(actor))
    _group(uow, group_id).name = _clean(name)
    uow.audit(actor, "identity.group_renamed", "group", group_id)


def set_membership(uow: UnitOfWork, actor: Actor, command: SetMembership) -> None:
    """Put a person into a group, or take them out.

    Raises:
        NotFound: when there is no such group or person.

    """
    ensure(can_administer(actor))
    group, person = _group(uow, command.group_id), uow.session.get(User, command.user_id)
    if person is None or person.erased_at is not None:
        raise NotFound
    row = uow.session.get(GroupMember, (group.id, person.id))
    if (row is not None) == command.on:
        return
    if row is None:
        uow.session.add(GroupMember(group_id=group.id, user_id=person.id))
    else:
        uow.session.delete(row)
    uow.record(AccessChanged(occurred_at=uow.now, user_id=person.id))
    action = "identity.group_joined" if command.on else "identity.group_left"
    uow.audit(actor, action, "group", group.id, person_id=person.id)


def add_member(uow: UnitOfWork, actor: Actor, group_id: int, typed: str) -> None:
    """Put the person of an e-mail address or handle into a group.

    Raises:
        Invalid: when nobody has it.

    """
    ensure(can_administer(actor))
    wanted = plain_address(typed).removeprefix("@")
    person_id = uow.session.scalar(
        select(User.id).where((User.email == wanted) | (User.handle == wanted), User.erased_at.is_(None))
    )
    if person_id is None:
        raise Invalid("person", "identity.person_unknown")
    set_membership(uow, actor, SetMembership(group_id, person_id, on=True))


def _group(uow: UnitOfWork, group_id: int) -> Group:
    group = uow.session.get(Group, group_id, with_for_update=True)
    if group is None:
        raise NotFound
    return group


def _clean(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Invalid("name", "identity.group_name_missing")
    if len(name) > LONGEST_GROUP_NAME:
        raise Invalid("name", "identity.text_too_long", longest=LONGEST_GROUP_NAME)
    return name


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or name.casefold()

"""People and groups, as administrators see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from app.identity.addresses import plain_address
from app.identity.models import Group, GroupMember, RoleGrant, SignIn, User
from app.identity.permissions import can_administer
from app.kernel.actor import Actor, Role
from app.kernel.errors import NotFound
from app.kernel.paging import Slice, cut, decode_id, encode_cursor
from app.kernel.permissions import ensure

PAGE = 50


@dataclass(frozen=True, slots=True)
class Account:
    """One person in the list."""

    id: int
    handle: str
    name: str
    place: str
    avatar_key: str | None
    email: str | None
    is_verified: bool
    created_at: datetime
    deactivated_at: datetime | None
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class AccountPage:
    """One person with everything an administrator decides about."""

    person: Account
    groups: tuple[tuple[int, str], ...]
    open_browsers: int
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One group in the list."""

    id: int
    name: str
    slug: str
    members: int


@dataclass(frozen=True, slots=True)
class GroupPage:
    """One group and who is in it."""

    group: GroupRow
    members: tuple[Account, ...]


def people_page(session: Session, actor: Actor, search: str = "", cursor: str | None = None) -> Slice[Account]:
    """List people, the newest first, in two statements (primary key of ``users``)."""
    ensure(can_administer(actor))
    query = select(User).where(User.erased_at.is_(None)).order_by(User.id.desc()).limit(PAGE + 1)
    if search:
        match = (c.icontains(search, autoescape=True) for c in (User.name, User.handle, User.email))
        query = query.where(or_(*match))
    if cursor:
        query = query.where(User.id < decode_id(cursor))
    return cut(_accounts(session, session.scalars(query).all()), PAGE, lambda a: encode_cursor(a.id))


def person_page(session: Session, actor: Actor, user_id: int, now: datetime) -> AccountPage:
    """Show one person, in four statements.

    Raises:
        NotFound: when there is no such person, or they have left.

    """
    ensure(can_administer(actor))
    person = session.get(User, user_id)
    if person is None or person.erased_at is not None:
        raise NotFound
    groups = session.execute(
        select(Group.id, Group.name).join(GroupMember).where(GroupMember.user_id == user_id).order_by(Group.name)
    ).all()
    browsers, last_seen_at = session.execute(
        select(func.count(), func.max(SignIn.last_seen_at)).where(
            SignIn.user_id == user_id, SignIn.revoked_at.is_(None), SignIn.expires_at > now
        )
    ).one()
    account = _accounts(session, [person])[0]
    return AccountPage(account, tuple((row.id, row.name) for row in groups), browsers, last_seen_at)


def groups_page(session: Session, actor: Actor) -> tuple[GroupRow, ...]:
    """List all groups with the number of their members, in one statement."""
    ensure(can_administer(actor))
    rows = session.execute(_group_rows().order_by(Group.name))
    return tuple(GroupRow(*row) for row in rows)


def group_page(session: Session, actor: Actor, group_id: int) -> GroupPage:
    """Show one group and its members, in three statements.

    Raises:
        NotFound: when there is no such group.

    """
    ensure(can_administer(actor))
    row = session.execute(_group_rows().where(Group.id == group_id)).first()
    if row is None:
        raise NotFound
    members = session.scalars(
        select(User).join(GroupMember).where(GroupMember.group_id == group_id).order_by(User.name, User.id)
    ).all()
    return GroupPage(GroupRow(*row), _accounts(session, members))


def names_of_people(session: Session, actor: Actor, ids: Sequence[int]) -> dict[int, str]:
    """Map those who have not left to their names, in one statement."""
    ensure(can_administer(actor))
    query = select(User.id, User.name).where(User.id.in_(ids), User.erased_at.is_(None))
    return {row.id: row.name for row in session.execute(query)}


def names_of_groups(session: Session, actor: Actor, ids: Sequence[int]) -> dict[int, str]:
    """Map groups to their names, in one statement."""
    ensure(can_administer(actor))
    return {row.id: row.name for row in session.execute(select(Group.id, Group.name).where(Group.id.in_(ids)))}


def person_of(session: Session, actor: Actor, typed: str) -> int | None:
    """Return who has an e-mail address or a handle, in one statement."""
    ensure(can_administer(actor))
    wanted = plain_address(typed).removeprefix("@")
    return session.scalar(select(User.id).where((User.email == wanted) | (User.handle == wanted)))


def _group_rows() -> Select[int, str, str, int]:
    return (
        select(Group.id, Group.name, Group.slug, func.count(GroupMember.user_id))
        .outerjoin(GroupMember)
        .group_by(Group.id, Group.name, Group.slug)
    )


def _accounts(session: Session, people: Sequence[User]) -> tuple[Account, ...]:
    roles: dict[int, list[Role]] = {}
    if people:
        ids = [person.id for person in people]
        grants = select(RoleGrant.user_id, RoleGrant.role).where(RoleGrant.user_id.in_(ids)).order_by(RoleGrant.role)
        for user_id, role in session.execute(grants):
            roles.setdefault(user_id, []).append(Role(role))
    return tuple(
        Account(
            id=person.id,
            handle=person.handle,
            name=person.name,
            place=person.place,
            avatar_key=person.avatar_key,
            email=person.email,
            is_verified=person.email_verified_at is not None,
            created_at=person.created_at,
            deactivated_at=person.deactivated_at,
            roles=tuple(roles.get(person.id, ())),
        )
        for person in people
    )

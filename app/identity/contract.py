"""What other domains may know about people."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    bindparam,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.identity.models import Group, GroupMember, RoleGrant, SignIn, User
from app.identity.services.importing import ImportedPerson, import_people
from app.identity.services.signing_in import SEEN_EVERY, touch_sign_in
from app.identity.tokens_at_rest import hash_token
from app.kernel.actor import Role
from app.kernel.among import among
from app.kernel.database import fetch
from app.kernel.joined import joined

__all__ = [
    "SEEN_EVERY", "Correspondent", "ImportedPerson", "Introduction", "Person", "SignedIn", "correspondents",
    "group_names", "groups_of", "ids_in", "import_people", "introduction_of", "listed_people", "may_sign_in",
    "open_sign_ins", "people", "people_with_role", "roles_and_groups", "sign_in_reader", "touch_sign_in",
    "trusted_among",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as other people see them."""

    id: int
    handle: str
    name: str
    place: str
    avatar_key: str | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whoever holds a valid sign-in token."""

    user_id: int
    name: str
    interface_language: str | None
    time_zone: str | None
    theme: str
    shortcuts: bool
    sign_in_id: int
    last_seen_at: datetime
    roles: frozenset[Role]
    group_ids: frozenset[int]
    beside: tuple[Any, ...]
    """What other domains know of the person, as they asked for it."""


Beside = Callable[[InstrumentedAttribute[int]], ColumnElement[Any]]
"""From the column of a person's id to one value of theirs."""


def groups_of(user_id: InstrumentedAttribute[int]) -> Select[int]:
    """Return the group ids of a person of the statement around, as a statement for ``IN``."""
    return select(GroupMember.group_id).where(GroupMember.user_id == user_id).correlate(User)


_SIGNED_IN = (
    select(
        User.id,
        User.name,
        User.interface_language,
        User.time_zone,
        User.theme,
        User.shortcuts,
        SignIn.id,
        SignIn.last_seen_at,
        select(joined(RoleGrant.role)).where(RoleGrant.user_id == User.id).scalar_subquery(),
        select(joined(cast(GroupMember.group_id, String))).where(GroupMember.user_id == User.id).scalar_subquery(),
    )
    .join(SignIn, SignIn.user_id == User.id)
    .where(
        SignIn.token_hash == bindparam("token_hash"),
        SignIn.revoked_at.is_(None),
        SignIn.expires_at > bindparam("now", type_=SignIn.expires_at.type),
        User.deactivated_at.is_(None),
    )
)
_KNOWN = len(_SIGNED_IN.selected_columns)
_ROLES_AND_GROUPS: CompoundSelect[Any] = union_all(
    select(RoleGrant.role.label("role"), literal(0).label("group_id")).where(RoleGrant.user_id == bindparam("user_id")),
    select(literal("").label("role"), GroupMember.group_id).where(GroupMember.user_id == bindparam("user_id")),
)
_PEOPLE = select(User.id, User.handle, User.name, User.place, User.avatar_key).where(among(User.id, "user_ids"))
# built once: every page asks these, and putting a statement together costs more than running it


def sign_in_reader(*beside: Beside) -> Callable[[Session, str, datetime], SignedIn | None]:
    """Return what tells who holds a sign-in token, with their roles and groups, in one statement.

    It gives None when the token is unknown, revoked or expired, or the person is deactivated.

    Args:
        beside: what else every request has to know of the person; read in the same statement.

    """
    statement = _SIGNED_IN.add_columns(*(value(User.id) for value in beside))

    def read(session: Session, token: str, now: datetime) -> SignedIn | None:
        row = fetch(session, statement, {"token_hash": hash_token(token), "now": now}).first()
        if row is None:
            return None
        *facts, roles, groups = row[:_KNOWN]
        held = frozenset(Role(role) for role in roles.split(",")) if roles else frozenset()
        return SignedIn(*(*facts, held, ids_in(groups), tuple(row[_KNOWN:])))

    return read


def ids_in(joined: str | None) -> frozenset[int]:
    """Return the ids that a statement joined with commas; None stands for no id."""
    return frozenset(map(int, joined.split(","))) if joined else frozenset()


def may_sign_in(session: Session, user_id: int) -> bool:
    """Tell whether somebody has an account and has not left."""
    return session.scalar(select(User.id).where(User.id == user_id, User.deactivated_at.is_(None))) is not None


def open_sign_ins(session: Session, sign_in_ids: Collection[int], now: datetime) -> frozenset[int]:
    """Return which of these sign-ins still count, by the rule of ``signed_in``, in one statement."""
    query = select(SignIn.id).join(User, User.id == SignIn.user_id)
    still = (SignIn.revoked_at.is_(None), SignIn.expires_at > now, User.deactivated_at.is_(None))
    return frozenset(session.scalars(query.where(SignIn.id.in_(sign_in_ids), *still)))


def trusted_among(session: Session, user_ids: Collection[int], roles: Collection[Role]) -> frozenset[int]:
    """Return which of these people are trusted with one of the roles, in one statement."""
    query = select(RoleGrant.user_id).where(RoleGrant.user_id.in_(user_ids), RoleGrant.role.in_(roles))
    return frozenset(session.scalars(query))


def roles_and_groups(session: Session, user_id: int) -> tuple[frozenset[Role], frozenset[int]]:
    """Return the roles and group ids of a person, in one statement."""
    rows = fetch(session, _ROLES_AND_GROUPS, {"user_id": user_id}).all()
    return frozenset(Role(r.role) for r in rows if r.role), frozenset(r.group_id for r in rows if not r.role)


@dataclass(frozen=True, slots=True)
class Correspondent:
    """Somebody who can be written to: their address is verified and they have not left."""

    user_id: int
    name: str
    email: str
    language: str | None
    time_zone: str | None


def correspondents(session: Session, user_ids: Collection[int]) -> dict[int, Correspondent]:
    """Map those of the ids that can be written to, in one statement."""
    if not user_ids:
        return {}
    rows = session.execute(
        select(User.id, User.name, User.email, User.interface_language, User.time_zone).where(
            User.id.in_(user_ids),
            User.email.is_not(None),
            User.email_verified_at.is_not(None),
            User.deactivated_at.is_(None),
        )
    )
    return {row.id: Correspondent(row.id, row.name, row.email or "", row[3], row[4]) for row in rows}


def listed_people() -> Select[int]:
    """Return the ids of those who agree to be in rankings and have not left, as a statement for ``IN``."""
    return select(User.id).where(User.on_leaderboard, User.deactivated_at.is_(None), User.erased_at.is_(None))


def people(session: Session, user_ids: Collection[int]) -> dict[int, Person]:
    """Map ids to people, in one statement."""
    if not user_ids:
        return {}
    rows = fetch(session, _PEOPLE, {"user_ids": list(user_ids)})
    return {row.id: Person(*row) for row in rows}


@dataclass(frozen=True, slots=True)
class Introduction:
    """What helps a colleague to help somebody; nothing that their profile does not show."""

    pronouns: str
    languages: str
    ask_me_about: str
    time_zone: str | None


def introduction_of(session: Session, user_id: int) -> Introduction:
    """Return how somebody introduces themselves, in one statement."""
    columns = (User.pronouns, User.languages, User.ask_me_about, User.time_zone)
    return Introduction(*session.execute(select(*columns).where(User.id == user_id)).one())


def people_with_role(session: Session, role: Role) -> list[Person]:
    """Return everybody who is trusted with a role and has not left, by name, in one statement."""
    rows = session.execute(
        select(User.id, User.handle, User.name, User.place, User.avatar_key)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(RoleGrant.role == role, User.deactivated_at.is_(None))
        .order_by(User.name, User.id)
    )
    return [Person(*row) for row in rows]


def group_names(session: Session) -> dict[int, str]:
    """Map the ids of all groups to their names, by name, in one statement."""
    return {row.id: row.name for row in session.execute(select(Group.id, Group.name).order_by(Group.name, Group.id))}


def people_named(session: Session, typed: str, limit: int = 6) -> list[Person]:
    """Return people whose handle or name begins with what was typed, for suggestions after an at sign."""
    pattern = typed.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    by_name = func.lower(User.name).like(pattern, escape="\\")
    matches = or_(User.handle.like(pattern, escape="\\"), by_name)
    query = select(User.id, User.handle, User.name, User.place, User.avatar_key)
    rows = session.execute(
        query.where(User.deactivated_at.is_(None), User.email.is_not(None), matches).order_by(User.name).limit(limit)
    )
    return [Person(*row) for row in rows]


def ids_of_handles(session: Session, handles: Collection[str]) -> dict[str, int]:
    """Map handles (in lower case) to the ids of the people who can still sign in, in one statement."""
    if not handles:
        return {}
    rows = session.execute(
        select(User.handle, User.id).where(User.handle.in_(handles), User.deactivated_at.is_(None))
    ).all()
    return {row.handle: row.id for row in rows}


def members_among(session: Session, user_ids: Collection[int], group_ids: Collection[int]) -> frozenset[int]:
    """Return which of these people belong to one of the groups, or are administrators, in one statement."""
    in_group = select(GroupMember.user_id).where(GroupMember.user_id.in_(user_ids), GroupMember.group_id.in_(group_ids))
    rulers = select(RoleGrant.user_id).where(RoleGrant.user_id.in_(user_ids), RoleGrant.role == Role.ADMINISTRATOR)
    return frozenset(session.scalars(union_all(in_group, rulers)))

"""What identity holds about a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from app.identity.events import AvatarDropped
from app.identity.models import Group, GroupMember, RoleGrant, SignIn, User
from app.kernel.models import KeptMail
from app.kernel.unit_of_work import UnitOfWork

TABLES = frozenset({"users", "role_grants", "group_members", "sign_ins"})
LEFT = "Someone who left"
"""The name that stays beside what the person wrote."""
_PROFILE = (
    "handle",
    "name",
    "email",
    "pending_email",
    "pronouns",
    "place",
    "about",
    "ask_me_about",
    "languages",
    "interface_language",
    "time_zone",
    "theme",
    "shortcuts",
    "on_leaderboard",
)


def export(session: Session, user_id: int) -> Mapping[str, Any]:
    """Return the account, its roles and groups, and where it is signed in; never a hash or a token."""
    person = session.get_one(User, user_id)
    roles = session.scalars(select(RoleGrant.role).where(RoleGrant.user_id == user_id).order_by(RoleGrant.role))
    groups = session.scalars(
        select(Group.name).join(GroupMember).where(GroupMember.user_id == user_id).order_by(Group.name)
    )
    sign_ins = session.execute(
        select(SignIn.browser, SignIn.created_at, SignIn.last_seen_at, SignIn.revoked_at)
        .where(SignIn.user_id == user_id)
        .order_by(SignIn.id)
    )
    return {
        "account": {name: getattr(person, name) for name in _PROFILE}
        | {"created_at": person.created_at.isoformat(), "picture": person.avatar_key is not None},
        "roles": list(roles),
        "groups": list(groups),
        "sign_ins": [
            {
                "browser": row.browser,
                "created_at": row.created_at.isoformat(),
                "last_seen_at": row.last_seen_at.isoformat(),
                "revoked_at": row.revoked_at.isoformat() if row.revoked_at else None,
            }
            for row in sign_ins
        ],
    }


def erase(uow: UnitOfWork, user_id: int) -> None:
    """Replace the name and remove everything else; the row stays, because what the person wrote points to it."""
    person = uow.session.get_one(User, user_id, with_for_update=True)
    addresses = [address for address in (person.email, person.pending_email) if address]
    if person.avatar_key is not None:
        uow.record(AvatarDropped(occurred_at=uow.now, key=person.avatar_key))
    person.handle, person.name = f"left-{user_id}", LEFT
    person.email = person.pending_email = person.email_verified_at = None
    person.password_hash = person.password_changed_at = None
    person.pronouns = person.place = person.about = person.ask_me_about = person.languages = person.theme = ""
    person.avatar_key = person.interface_language = person.time_zone = None
    person.shortcuts = person.on_leaderboard = False
    person.deactivated_at = person.deactivated_at or uow.now
    person.erased_at = uow.now
    uow.session.execute(delete(SignIn).where(SignIn.user_id == user_id))
    uow.session.execute(delete(GroupMember).where(GroupMember.user_id == user_id))
    uow.session.execute(delete(RoleGrant).where(RoleGrant.user_id == user_id))
    uow.session.execute(delete(KeptMail).where(or_(False, *(KeptMail.to == address for address in addresses))))

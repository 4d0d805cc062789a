"""People, groups, roles and sign-ins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import TAKEN, Base

USER = "users.id"


class User(Base):
    """Somebody who can sign in, or who wrote something before they left.

    ``email`` is stored in lower case. An imported person has neither e-mail nor password until they claim the account.
    """

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    handle: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    email: Mapped[str | None] = mapped_column(unique=True, info={TAKEN: ("email", "identity.email_taken")})
    email_verified_at: Mapped[datetime | None]
    pending_email: Mapped[str | None]
    """Where the person wants to be written to, until they open the link that was sent there."""
    password_hash: Mapped[str | None]
    password_changed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    deactivated_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]

    pronouns: Mapped[str] = mapped_column(default="")
    place: Mapped[str] = mapped_column(default="")
    about: Mapped[str] = mapped_column(default="")
    ask_me_about: Mapped[str] = mapped_column(default="")
    languages: Mapped[str] = mapped_column(default="")
    """BCP 47 tags of what the person reads, separated by spaces."""
    avatar_key: Mapped[str | None]

    interface_language: Mapped[str | None]
    time_zone: Mapped[str | None]
    theme: Mapped[str] = mapped_column(default="")
    shortcuts: Mapped[bool] = mapped_column(default=False)
    """Single-key shortcuts, off until switched on (WCAG 2.1.4)."""
    on_leaderboard: Mapped[bool] = mapped_column(default=True)


class RoleGrant(Base):
    """One role of one person."""

    __tablename__ = "role_grants"

    user_id: Mapped[int] = mapped_column(ForeignKey(USER), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    granted_at: Mapped[datetime]
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey(USER))


class Group(Base):
    """A named set of people; private spaces are open to groups."""

    __tablename__ = "groups"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True, info={TAKEN: ("name", "identity.group_exists")})
    name: Mapped[str]


class GroupMember(Base):
    """One person in one group."""

    __tablename__ = "group_members"
    __table_args__ = (Index("ix_group_members_user", "user_id"),)

    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(USER), primary_key=True)


class SignIn(Base):
    """One browser that proved who somebody is; the cookie holds a random token, the row only its SHA-256."""

    __tablename__ = "sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(USER), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    browser: Mapped[str] = mapped_column(default="")
    """What the browser calls itself, shortened for the list of sign-ins."""

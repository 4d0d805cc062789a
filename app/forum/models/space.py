"""Spaces, tags and who follows what."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import TAKEN, Base


class Visibility(StrEnum):
    """Who may read a space."""

    PUBLIC = "public"
    """Everybody, guests included."""
    INTERNAL = "internal"
    """Everybody who is signed in."""
    PRIVATE = "private"
    """Members of the space's groups, and administrators."""


class Space(Base):
    """A room with a purpose: a team, an office, a product."""

    __tablename__ = "spaces"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True, info={TAKEN: ("slug", "forum.slug_taken")})
    name: Mapped[str]
    purpose: Mapped[str] = mapped_column(default="")
    rules: Mapped[str] = mapped_column(default="")
    """House rules, one a line."""
    visibility: Mapped[str] = mapped_column(default=Visibility.INTERNAL)
    position: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]


class SpaceGroup(Base):
    """A group that may read and write in a private space."""

    __tablename__ = "space_groups"

    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"), primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"), primary_key=True)


class SpaceTag(Base):
    """A tag that a space suggests."""

    __tablename__ = "space_tags"

    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id"), primary_key=True, index=True)


class Tag(Base):
    """What a question is about, in one word; ``slug`` is lower case and what people type."""

    __tablename__ = "tags"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str] = mapped_column(default="")
    question_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class TagSynonym(Base):
    """Another word for a tag; typing it gives the tag."""

    __tablename__ = "tag_synonyms"

    slug: Mapped[str] = mapped_column(primary_key=True, info={TAKEN: ("slug", "forum.synonym_taken")})
    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id"), index=True)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class TagFollow(Base):
    """Somebody who wants to hear of new questions with a tag."""

    __tablename__ = "tag_follows"

    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    since: Mapped[datetime]

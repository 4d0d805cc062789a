"""What was agreed: calendars, desks and policies. A version is never edited: a change adds the next one."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import TAKEN, Base

USER = "users.id"
CURRENT = text("superseded_at IS NULL")


class Definition(StrEnum):
    """What must be missing for a question to count as unanswered."""

    NO_REPLY = "no_reply_by_another"
    NO_SCORE = "no_answer_with_score"
    NO_ACCEPTED = "no_accepted_answer"


class BusinessCalendar(Base):
    """A calendar by its name; its times are in the newest version."""

    __tablename__ = "business_calendars"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True, info={TAKEN: ("name", "escalation.name_taken")})
    created_at: Mapped[datetime]


class CalendarVersion(Base):
    """When a calendar is open, from ``created_at`` until the next version."""

    __tablename__ = "calendar_versions"
    __table_args__ = (
        UniqueConstraint("calendar_id", "version"),
        Index(
            "ix_calendar_versions_current", "calendar_id", unique=True, sqlite_where=CURRENT, postgresql_where=CURRENT
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    calendar_id: Mapped[int] = mapped_column(ForeignKey("business_calendars.id"))
    version: Mapped[int] = mapped_column(default=1)
    zone: Mapped[str]
    """IANA name."""
    windows: Mapped[list[list[int]]] = mapped_column(JSON)
    """Lists of weekday (Monday 0), start and end in minutes from midnight."""
    country: Mapped[str] = mapped_column(default="")
    """ISO 3166-1 code whose public holidays are closed; empty for none."""
    subdivision: Mapped[str] = mapped_column(default="")
    own_holidays: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Local dates as ISO 8601 on which it is closed too."""
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey(USER))
    superseded_at: Mapped[datetime | None]


class Desk(Base):
    """A team that people reach when peers could not help."""

    __tablename__ = "desks"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True, info={TAKEN: ("name", "escalation.name_taken")})
    calendar_id: Mapped[int] = mapped_column(ForeignKey("business_calendars.id"))
    """Its opening hours."""
    created_at: Mapped[datetime]


class DeskAgent(Base):
    """Somebody who works at a desk."""

    __tablename__ = "desk_agents"

    desk_id: Mapped[int] = mapped_column(ForeignKey("desks.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(USER), primary_key=True, index=True)
    since: Mapped[datetime]


class Policy(Base):
    """One version of what a space promises."""

    __tablename__ = "policies"
    __table_args__ = (
        UniqueConstraint("space_id", "version"),
        Index("ix_policies_current", "space_id", unique=True, sqlite_where=CURRENT, postgresql_where=CURRENT),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"))
    version: Mapped[int] = mapped_column(default=1)
    definition: Mapped[str] = mapped_column(default=Definition.NO_REPLY)
    min_score: Mapped[int] = mapped_column(default=1)
    """What an answer's score must reach under ``no_answer_with_score``."""
    minutes: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Impact to the business minutes peers have; null: a desk never takes it by itself."""
    reply_minutes: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Impact to the business minutes in which the desk replies."""
    calendar_id: Mapped[int] = mapped_column(ForeignKey("business_calendars.id"))
    """Whose time peers' minutes are counted in."""
    desk_id: Mapped[int] = mapped_column(ForeignKey("desks.id"), index=True)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey(USER))
    superseded_at: Mapped[datetime | None]

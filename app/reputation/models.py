"""The ledger, what is derived from it, and what people were given once."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base
from app.kernel.models import BigId

USER = "users.id"
ORIGINAL, REVERSAL = text("reverses_id IS NULL"), text("reverses_id IS NOT NULL")
"""Both indexes are partial, so that SQLite never takes the second one to look for originals: all of them."""


class Entry(Base):
    """One line of the ledger; rows are only ever added.

    The fact named by ``key`` may begin to hold several times (a vote given again, a post restored): ``occurrence``
    counts them, so that the database refuses a fact that is already in force. A reversal carries the key, the day and
    the negated points of the row it takes back, and a row can be taken back once.

    Every vote writes a row, and into each index: statements are written for these few, with the day or the question
    first.
    """

    __tablename__ = "reputation_entries"
    __table_args__ = (
        Index(
            "uq_reputation_entries_reversal",
            "reverses_id",
            unique=True,
            sqlite_where=REVERSAL,
            postgresql_where=REVERSAL,
        ),
        Index(
            "uq_reputation_entries_fact",
            "key",
            "occurrence",
            unique=True,
            sqlite_where=ORIGINAL,
            postgresql_where=ORIGINAL,
        ),
        Index("ix_reputation_entries_page", "user_id", "occurred_at", "id"),
        Index("ix_reputation_entries_day", "day", "user_id"),
        Index("ix_reputation_entries_post", "question_id", "answer_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(USER))
    key: Mapped[str]
    occurrence: Mapped[int]
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("reputation_entries.id"))
    points: Mapped[int]
    """Nominal: what the rule says, before any limit."""
    rule: Mapped[str]
    """A ``rules.Rule``."""
    version: Mapped[int]
    """Number of the rule version that was valid when the fact happened."""
    reason: Mapped[str]
    """Why the row was written: a ``services.ledger.Reason``."""
    occurred_at: Mapped[datetime]
    """When what caused the row happened; of a reversal, when the fact ended."""
    day: Mapped[date] = mapped_column(Date)
    """The UTC day of the fact, also on its reversals: limits are counted by it."""
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("answers.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey(USER))
    """Who voted, accepted or confirmed; never shown for votes."""


class Cap(Base):
    """What a limit takes back on one UTC day.

    Kept in a table of its own and updated in place: it says nothing that the entries don't say, and its history would
    only repeat theirs.
    """

    __tablename__ = "reputation_caps"

    user_id: Mapped[int] = mapped_column(ForeignKey(USER), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    """A ``caps.CapKind``."""
    subject: Mapped[str] = mapped_column(primary_key=True)
    """The voter's id, the post's name, or nothing."""
    points: Mapped[int]


class Score(Base):
    """The kept sum of one person; its row is also the lock that puts concurrent changes of a ledger in order."""

    __tablename__ = "reputation_scores"
    __table_args__ = (Index("ix_reputation_scores_sum", "score_sum", "user_id"),)

    user_id: Mapped[int] = mapped_column(ForeignKey(USER), primary_key=True)
    score_sum: Mapped[int] = mapped_column(default=0)
    """Entries and caps, not clamped; shown is ``max(1, 1 + score_sum)``."""


class Board(Base):
    """Who leads in one space and period: counted anew every few minutes from entries and caps, never the truth."""

    __tablename__ = "reputation_boards"

    space_id: Mapped[int] = mapped_column(primary_key=True)
    """0 stands for all spaces, so this points nowhere."""
    period: Mapped[str] = mapped_column(primary_key=True)
    """A ``periods.Period``."""
    counted_at: Mapped[datetime]
    standings: Mapped[list[Any]] = mapped_column(JSON)
    """Pairs of a person's id and points, best first."""


class StoredRules(Base):
    """A rule version after the first, which is in the code; rows are only ever added."""

    __tablename__ = "reputation_rule_versions"

    number: Mapped[int] = mapped_column(primary_key=True)
    valid_from: Mapped[datetime]
    rules: Mapped[dict[str, Any]] = mapped_column(JSON)
    written_at: Mapped[datetime]
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey(USER), index=True)


class DeskConfirmation(Base):
    """An asker was back to work with an answer after a hand-over: a raw fact, told by whoever runs the desk."""

    __tablename__ = "desk_confirmations"

    answer_id: Mapped[int] = mapped_column(ForeignKey("answers.id"), primary_key=True)
    confirmed_by_id: Mapped[int] = mapped_column(ForeignKey(USER), index=True)
    confirmed_at: Mapped[datetime]


class BadgeAward(Base):
    """A badge somebody was given; it stays, whatever happens to the post."""

    __tablename__ = "badge_awards"
    __table_args__ = (Index("ix_badge_awards_code", "code", "awarded_at", "user_id"),)

    user_id: Mapped[int] = mapped_column(ForeignKey(USER), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    awarded_at: Mapped[datetime]
    question_id: Mapped[int | None] = mapped_column(ForeignKey("questions.id"), index=True)
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("answers.id"), index=True)

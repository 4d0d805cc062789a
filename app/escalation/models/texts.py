"""What a desk writes again and again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base

USER = "users.id"
ASKER, AGENT = "{asker}", "{agent}"
"""What a text says where the names of the two people go."""


class ReadyText(Base):
    """A text that agents of a desk put into a message and may change there; ``version`` grows with every edit."""

    __tablename__ = "ready_texts"
    __table_args__ = (UniqueConstraint("desk_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    desk_id: Mapped[int] = mapped_column(ForeignKey("desks.id"))
    name: Mapped[str]
    body: Mapped[str]
    """Markdown, with ``ASKER`` and ``AGENT`` where names go."""
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int] = mapped_column(ForeignKey(USER), index=True)

"""What people looked for in vain."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base


class SearchMiss(Base):
    """Words that found nothing on one day, and how often; neither who looked nor from where nor when exactly."""

    __tablename__ = "search_misses"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    words: Mapped[str] = mapped_column(primary_key=True)
    """Plain words only, folded and sorted: no address, number or code that could point to a person or a device."""
    count: Mapped[int] = mapped_column(default=1)

"""What was brought in from where, and how far an import got."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base
from app.kernel.models import BigId


class ImportLink(Base):
    """One thing of another community and what it became here; so a second import knows it and old links can be found.

    ``kind`` is space, person, question, answer, comment, vote, acceptance or duplicate; ``local_id`` is the id of that
    row, or 0 where the thing has none.
    """

    __tablename__ = "import_links"

    source: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(primary_key=True)
    local_id: Mapped[int] = mapped_column(BigId)


class ImportCursor(Base):
    """How far one step of a running import got; the rows go when the import ends."""

    __tablename__ = "import_cursors"

    source: Mapped[str] = mapped_column(primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    rows_read: Mapped[int]
    """Rows of the file that are dealt with; a resumed import skips them."""
    fingerprint: Mapped[str]
    """Name and size of the file; another file begins from its first row."""
    saved_at: Mapped[datetime]

"""What was imported before, and how far an interrupted import got."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.importers.models import ImportCursor, ImportLink
from app.kernel.unit_of_work import UnitOfWork

PART = 500


def find_links(session: Session, source: str, kind: str, keys: Collection[str]) -> dict[str, int]:
    """Map the keys that were imported to their ids here."""
    wanted, found = sorted(set(keys)), dict[str, int]()
    for start in range(0, len(wanted), PART):
        query = select(ImportLink.external_id, ImportLink.local_id).where(
            ImportLink.source == source,
            ImportLink.kind == kind,
            ImportLink.external_id.in_(wanted[start : start + PART]),
        )
        found.update((key, local_id) for key, local_id in session.execute(query))
    return found


def save_links(uow: UnitOfWork, source: str, kind: str, ids: Mapping[str, int]) -> None:
    """Remember what these keys became."""
    rows = [{"source": source, "kind": kind, "external_id": k, "local_id": i} for k, i in ids.items()]
    if rows:
        uow.session.execute(insert(ImportLink), rows)


def rows_read(session: Session, source: str, step: str, fingerprint: str) -> int:
    """Return how many rows of the same file an interrupted import dealt with."""
    cursor = session.get(ImportCursor, (source, step))
    return cursor.rows_read if cursor is not None and cursor.fingerprint == fingerprint else 0


def save_cursor(uow: UnitOfWork, source: str, step: str, fingerprint: str, rows: int) -> None:
    """Note how far a step got, in the transaction that stores its rows."""
    cursor = uow.session.get(ImportCursor, (source, step))
    if cursor is None:
        cursor = ImportCursor(source=source, step=step)
        uow.session.add(cursor)
    cursor.rows_read, cursor.fingerprint, cursor.saved_at = rows, fingerprint, uow.now


def forget_cursors(uow: UnitOfWork, source: str) -> None:
    """Let the next import of this source begin from the first rows."""
    uow.session.execute(delete(ImportCursor).where(ImportCursor.source == source))

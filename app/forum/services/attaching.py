"""Keep files that people add to their texts, and forget those that no text ever named."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from sqlalchemy import delete, exists, func, select, update

from app.forum.models.answer import Attachment
from app.forum.models.question import Draft
from app.forum.ports import FileStore
from app.forum.sniffing import SniffedFile
from app.kernel.actor import Actor
from app.kernel.errors import Invalid
from app.kernel.unit_of_work import UnitOfWork

FILES_PER_DAY = 60
BYTES_PER_DAY = 150 * 1024 * 1024
"""What one person may upload in a UTC day."""
LOOSE_FOR = timedelta(days=1)
"""How long a file waits for the text that names it."""

FILES_AT_A_TIME = 500
"""Keys that are looked up in one statement."""


@dataclass(frozen=True, slots=True)
class AttachFile:
    """A file as ``sniffing.sniff_file`` returned it."""

    file: SniffedFile


def attach_file(uow: UnitOfWork, actor: Actor, command: AttachFile, store: FileStore) -> Attachment:
    """Keep a file; until a text of the same person names its key, only they can open it.

    Raises:
        Invalid: field ``file``, when the person has uploaded too much today.

    """
    file, user_id = command.file, actor.user_id
    _refuse_too_much(uow, user_id, len(file.data))
    attachment = Attachment(
        key=secrets.token_urlsafe(18),
        uploader_id=user_id,
        name=file.name,
        media_type=file.media_type,
        size_bytes=len(file.data),
        sha256=hashlib.sha256(file.data).hexdigest(),
        width=file.width,
        height=file.height,
        uploaded_at=uow.now,
    )
    store.save(attachment.key, file.data)  # before the row: a row without its file would be a broken link
    uow.session.add(attachment)
    uow.session.flush()
    return attachment


def forget_loose_files(units: Callable[[], AbstractContextManager[UnitOfWork]], store: FileStore) -> int:
    """Delete files older than a day that no text and no draft names; safe to be cut off at any point. Return how many.

    What a draft of the uploader names waits as long as the draft does.
    """
    loose = (Attachment.question_id.is_(None),)
    drafted = exists().where(Draft.user_id == Attachment.uploader_id, Draft.fields.contains(Attachment.key))
    with units() as uow:
        old = Attachment.uploaded_at < uow.now - LOOSE_FOR
        uow.session.execute(
            update(Attachment).where(*loose, old, Attachment.deleted_at.is_(None), ~drafted).values(deleted_at=uow.now)
        )
        keys = uow.session.scalars(select(Attachment.key).where(*loose, Attachment.deleted_at.is_not(None))).all()
    for key in keys:
        store.delete(key)
    with units() as uow:
        uow.session.execute(delete(Attachment).where(*loose, Attachment.key.in_(keys)))
    return len(keys)


def forget_lost_files(units: Callable[[], AbstractContextManager[UnitOfWork]], store: FileStore) -> int:
    """Delete files older than a day that have no row, as a crash between the two leaves them. Return how many."""
    with units() as uow:
        before = uow.now - LOOSE_FOR
    keys, count = store.keys(before), 0
    while part := set(islice(keys, FILES_AT_A_TIME)):
        with units() as uow:
            known = set(uow.session.scalars(select(Attachment.key).where(Attachment.key.in_(part))))
        for key in part - known:
            store.delete(key)
        count += len(part - known)
    return count


def _refuse_too_much(uow: UnitOfWork, user_id: int, size: int) -> None:
    midnight = uow.now.replace(hour=0, minute=0, second=0, microsecond=0)
    today = select(func.count(), func.coalesce(func.sum(Attachment.size_bytes), 0)).where(
        Attachment.uploader_id == user_id, Attachment.uploaded_at >= midnight
    )
    count, total = uow.session.execute(today).one()
    if count >= FILES_PER_DAY or total + size > BYTES_PER_DAY:
        raise Invalid("file", "forum.too_many_files")

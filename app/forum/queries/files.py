"""Open an attachment for somebody who may read the thread it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy.orm import Session

from app.forum.access import access_attachment
from app.forum.ports import FileStore
from app.kernel.actor import Actor
from app.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file to send; ``inline`` only for pictures that we drew ourselves, all others are downloads."""

    name: str
    media_type: str
    size_bytes: int
    sha256: str
    inline: bool
    stream: BinaryIO


def open_file(session: Session, actor: Actor, key: str, store: FileStore) -> OpenFile:
    """Open a file; the caller closes its stream.

    Raises:
        NotFound: when it is absent, deleted or in a thread that this actor may not read.

    """
    attachment = access_attachment(session, actor, key)
    stream = store.open(attachment.key)
    if stream is None:
        raise NotFound
    return OpenFile(
        attachment.name,
        attachment.media_type,
        attachment.size_bytes,
        attachment.sha256,
        attachment.media_type.startswith("image/"),
        stream,
    )

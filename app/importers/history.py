"""``PostHistory.xml`` of a Stack Exchange dump: what posts said, edit by edit.

One edit is several neighbouring rows with one ``RevisionGUID``: its title, its text and its tags. A post that was never
edited has no history here, and what is no text (closing, protecting, bounties) stays out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from app.importers.records import Author, Markup, Record, RevisionRecord, Skipped, SourceText

TITLES, BODIES, TAGS = frozenset("147"), frozenset("258"), frozenset("369")
EDITS = frozenset("456789")
NEVER_EDITED = "the first text of a post that was never edited"
NO_TEXT = "an event in a post's history that is no text"

Row = dict[str, str]
_WORDS = re.compile(r"[^<>|\s]+")


@dataclass(slots=True)
class _Edited:
    """What a first reading finds: the number of the newest row for each edited post."""

    last: dict[str, str] = field(default_factory=dict)
    edited: set[str] = field(default_factory=set)


def revisions(
    rows: Callable[[], Iterator[Row]], author: Callable[[Row], Author], instant: Callable[[str], datetime]
) -> Iterator[Record]:
    """Give the texts of edited posts in their order; reads the file twice and keeps a number for each post.

    Args:
        rows: streams the file.
        author: tells who wrote a row.
        instant: reads a time.

    """
    known = _look_through(rows())
    for guid, group in groupby(rows(), key=lambda row: row.get("RevisionGUID") or row["Id"]):
        parts = list(group)
        texts = [row for row in parts if row.get("PostHistoryTypeId") in TITLES | BODIES | TAGS]
        if not texts:
            yield Skipped(NO_TEXT)
        elif texts[0].get("PostId", "") not in known.edited:
            yield Skipped(NEVER_EDITED)
        else:
            yield _revision(guid, texts, author(texts[0]), instant(texts[0]["CreationDate"]), known)


def _look_through(rows: Iterable[Row]) -> _Edited:
    known = _Edited()
    for row in rows:
        kind, post = row.get("PostHistoryTypeId", ""), row.get("PostId", "")
        if kind in BODIES:
            known.last[post] = row["Id"]
        if kind in EDITS:
            known.edited.add(post)
    return known


def _revision(guid: str, texts: list[Row], author: Author, at: datetime, known: _Edited) -> RevisionRecord:
    found = {_part(row): row for row in texts}
    title, body, tags = found.get("title"), found.get("body"), found.get("tags")
    post = texts[0].get("PostId", "")
    return RevisionRecord(
        key=guid,
        post_key=post,
        author=author,
        at=at,
        title=" ".join(title.get("Text", "").split()) if title else None,
        body=SourceText(body.get("Text", ""), Markup.MARKDOWN) if body else None,
        tags=tuple(_WORDS.findall(tags.get("Text", ""))) if tags else None,
        summary=" ".join(next((row["Comment"] for row in texts if row.get("Comment")), "").split()),
        is_last=body is not None and known.last.get(post) == body["Id"],
    )


def _part(row: Row) -> str:
    kind = row.get("PostHistoryTypeId", "")
    return "title" if kind in TITLES else "body" if kind in BODIES else "tags"

"""What storing any kind of record needs: what was imported before, whom rows name, and the tally."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from app.forum.contract import questions_of_answers
from app.identity.contract import ImportedPerson, import_people
from app.importers.links import find_links, save_links
from app.importers.records import (
    AcceptanceRecord,
    AnswerRecord,
    CommentRecord,
    DuplicateRecord,
    FollowRecord,
    MeToosRecord,
    PersonRecord,
    QuestionRecord,
    Record,
    RevisionRecord,
    Skipped,
    TagRecord,
    VotesRecord,
)
from app.kernel.unit_of_work import UnitOfWork

KINDS: Mapping[type, str] = {
    PersonRecord: "person",
    QuestionRecord: "question",
    AnswerRecord: "answer",
    CommentRecord: "comment",
    VotesRecord: "vote",
    MeToosRecord: "me_too",
    AcceptanceRecord: "acceptance",
    DuplicateRecord: "duplicate",
    RevisionRecord: "revision",
    FollowRecord: "follow",
    TagRecord: "tag",
}
NO_QUESTION = "its question is missing"
NO_POST = "its post is missing"

WithText = QuestionRecord | AnswerRecord | CommentRecord
Written = WithText | RevisionRecord


class Tally(Protocol):
    """Counts what became of the rows."""

    stored: int
    known: int
    skipped: Counter[str]


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where things of a source go."""

    source: str
    space_id: int

    def known(self, session: Session, records: Sequence[Record]) -> set[tuple[str, str]]:
        """Return (kind, key) of those that were imported before."""
        keys: dict[str, set[str]] = {}
        for record in records:
            if not isinstance(record, Skipped):
                keys.setdefault(kind_of(record), set()).add(record.key)
        return {(kind, key) for kind, some in keys.items() for key in find_links(session, self.source, kind, some)}


def kind_of(record: Record) -> str:
    """Return the kind under which a record is linked."""
    return KINDS[type(record)]


class Keeping:
    """One batch in one unit of work: what all kinds of records share."""

    def __init__(self, uow: UnitOfWork, shelf: Shelf, tally: Tally) -> None:
        self._uow, self._shelf, self._tally = uow, shelf, tally

    def _links(self, kind: str, keys: Sequence[str]) -> dict[str, int]:
        return find_links(self._uow.session, self._shelf.source, kind, keys)

    def _keep(self, kind: str, keys: Sequence[str], ids: Sequence[int]) -> None:
        save_links(self._uow, self._shelf.source, kind, dict(zip(keys, ids, strict=True)))
        self._tally.stored += len(keys)

    def _has(self, truth: bool, otherwise: str) -> bool:
        if not truth:
            self._tally.skipped[otherwise] += 1
        return truth

    def _posts(self, keys: Sequence[str]) -> dict[str, tuple[int, int | None]]:
        """Map keys of questions and answers to (question id, answer id or None)."""
        questions, answers = self._links("question", keys), self._links("answer", keys)
        threads = questions_of_answers(self._uow.session, answers.values())
        posts: dict[str, tuple[int, int | None]] = {key: (threads[i], i) for key, i in answers.items()}
        return posts | {key: (i, None) for key, i in questions.items()}

    def _authors(self, posts: Sequence[tuple[Written, datetime]]) -> dict[str, int]:
        """Map author keys to people; whoever the source lists nowhere is made from the name on the post."""
        known = self._links("person", [post.author.key for post, _ in posts])
        lacking = {p.author.key: (p.author, at) for p, at in reversed(posts) if p.author.key not in known}
        rows = [ImportedPerson(author.name, author.key, at) for author, at in lacking.values()]
        made = dict(zip(lacking, import_people(self._uow, rows), strict=True))
        save_links(self._uow, self._shelf.source, "person", made)
        return known | made

    def _voters(self, count: int) -> list[int]:
        """Return the first ``count`` numbered voters of the source, in order."""
        keys = [f"voter-{number}" for number in range(1, count + 1)]
        ids = self._hidden(keys)
        return [ids[key] for key in keys]

    def _hidden(self, keys: Sequence[str]) -> dict[str, int]:
        """Map keys of accounts that stand for nobody in particular to their ids, made when first needed."""
        known = self._links("person", keys)
        lacking = [key for key in keys if key not in known]
        names = {key: f"{self._shelf.source} {key.replace('-', ' ')}" for key in lacking}
        rows = [ImportedPerson(names[key], key, self._uow.now, hidden=True) for key in lacking]
        made = dict(zip(lacking, import_people(self._uow, rows), strict=True))
        save_links(self._uow, self._shelf.source, "person", made)
        return known | made

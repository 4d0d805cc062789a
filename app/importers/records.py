"""What every outside community is reduced to before it is stored. Keys are the community's own ids, as text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Markup(Enum):
    """How a text of the source is written."""

    HTML = "html"
    MARKDOWN = "markdown"


@dataclass(frozen=True, slots=True)
class SourceText:
    """A text as the source has it; ``base`` is the address that its relative links start from."""

    text: str
    markup: Markup = Markup.HTML
    base: str = ""


@dataclass(frozen=True, slots=True)
class Author:
    """Whoever wrote something; ``name`` is used when the source has no record of the person."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """Somebody; ``hidden`` for the community's own machinery."""

    key: str
    name: str
    created_at: datetime
    place: str = ""
    about: SourceText | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class QuestionRecord:
    """A question; ``closing_note`` says why, when ``closed_at`` is set."""

    key: str
    author: Author
    title: str
    text: SourceText
    asked_at: datetime
    language: str = "en"
    tags: tuple[str, ...] = ()
    view_count: int = 0
    closed_at: datetime | None = None
    closing_note: str = ""


@dataclass(frozen=True, slots=True)
class AnswerRecord:
    """An answer to a question."""

    key: str
    question_key: str
    author: Author
    text: SourceText
    posted_at: datetime
    language: str = "en"


@dataclass(frozen=True, slots=True)
class CommentRecord:
    """A remark on the post with ``post_key``, which is a question's or an answer's."""

    key: str
    post_key: str
    author: Author
    text: SourceText
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class VotesRecord:
    """Votes on one post whose voters the source does not name, all given at one time."""

    key: str
    post_key: str
    up: int
    down: int
    cast_at: datetime


@dataclass(frozen=True, slots=True)
class MeToosRecord:
    """How many unnamed people had the same trouble."""

    key: str
    question_key: str
    count: int
    since: datetime


@dataclass(frozen=True, slots=True)
class AcceptanceRecord:
    """The asker chose this answer."""

    key: str
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class DuplicateRecord:
    """One question repeats another."""

    key: str
    question_key: str
    original_key: str
    linked_at: datetime


@dataclass(frozen=True, slots=True)
class RevisionRecord:
    """One text that a post had. What an edit left as it was is None; ``is_last`` when the post still has it."""

    key: str
    post_key: str
    author: Author
    at: datetime
    title: str | None
    body: SourceText | None
    tags: tuple[str, ...] | None
    summary: str = ""
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class FollowRecord:
    """Somebody the source names keeps an eye on a post."""

    key: str
    post_key: str
    person_key: str
    since: datetime


@dataclass(frozen=True, slots=True)
class TagRecord:
    """What a tag is about, in plain words; the key is the tag."""

    key: str
    description: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that is not taken over, and why, in the report's words."""

    reason: str


Record = (
    PersonRecord
    | QuestionRecord
    | AnswerRecord
    | CommentRecord
    | VotesRecord
    | MeToosRecord
    | AcceptanceRecord
    | DuplicateRecord
    | RevisionRecord
    | FollowRecord
    | TagRecord
    | Skipped
)

"""The facts this domain publishes. Ids and plain values only; ``by_id`` is who did it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from app.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadEvent(Event):
    """Something happened in the thread of one question."""

    kind: ClassVar[str] = "forum.thread_event.1"
    question_id: int
    space_id: int
    asker_id: int
    by_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerEvent(ThreadEvent):
    """Something happened to one answer."""

    kind: ClassVar[str] = "forum.answer_event.1"
    answer_id: int
    author_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAsked(ThreadEvent):
    """Somebody asked; ``impact`` is a ``models.question.Impact``."""

    kind: ClassVar[str] = "forum.question_asked.1"
    impact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionEdited(ThreadEvent):
    """Title, text, tags or impact changed."""

    kind: ClassVar[str] = "forum.question_edited.1"
    revision: int
    impact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionMoved(ThreadEvent):
    """The question went to another space; ``space_id`` is the new one."""

    kind: ClassVar[str] = "forum.question_moved.1"
    from_space_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionClosed(ThreadEvent):
    """The question takes no more answers."""

    kind: ClassVar[str] = "forum.question_closed.1"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionReopened(ThreadEvent):
    """The question takes answers again."""

    kind: ClassVar[str] = "forum.question_reopened.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionDeleted(ThreadEvent):
    """The whole thread is hidden."""

    kind: ClassVar[str] = "forum.question_deleted.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionRestored(ThreadEvent):
    """The thread is back."""

    kind: ClassVar[str] = "forum.question_restored.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateLinked(ThreadEvent):
    """The question is the same as an older one; ``merged`` when it now redirects there and its people were moved."""

    kind: ClassVar[str] = "forum.duplicate_linked.1"
    original_id: int
    merged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateUnlinked(ThreadEvent):
    """The question stands for itself again."""

    kind: ClassVar[str] = "forum.duplicate_unlinked.1"
    original_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MeTooChanged(ThreadEvent):
    """Somebody has the same trouble, or no longer."""

    kind: ClassVar[str] = "forum.me_too_changed.1"
    me_too_count: int
    added: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedBack(ThreadEvent):
    """Somebody needs something from the asker; the question waits for them."""

    kind: ClassVar[str] = "forum.asked_back.1"
    comment_id: int
    answer_id: int | None = None
    """The answer that the comment stands under; None for the question itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskerReplied(ThreadEvent):
    """The asker replied, so the question no longer waits for them."""

    kind: ClassVar[str] = "forum.asker_replied.1"
    comment_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskBackDropped(ThreadEvent):
    """The last comment that asked the asker back was taken away, perhaps with its answer: nobody waits for them."""

    kind: ClassVar[str] = "forum.ask_back_dropped.1"
    comment_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPosted(AnswerEvent):
    """Somebody answered; ``from_desk`` when an agent did from the ticket."""

    kind: ClassVar[str] = "forum.answer_posted.1"
    from_desk: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerEdited(AnswerEvent):
    """The text of an answer changed."""

    kind: ClassVar[str] = "forum.answer_edited.1"
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerDeleted(AnswerEvent):
    """An answer is hidden; ``became_id`` is the question of its own that it is now, if so."""

    kind: ClassVar[str] = "forum.answer_deleted.1"
    became_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRestored(AnswerEvent):
    """An answer is back."""

    kind: ClassVar[str] = "forum.answer_restored.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerAccepted(AnswerEvent):
    """The answer solved it; ``by_id`` is the asker, or staff in the asker's place."""

    kind: ClassVar[str] = "forum.answer_accepted.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceWithdrawn(AnswerEvent):
    """It did not solve it after all; ``accepted_by_id`` is who had accepted."""

    kind: ClassVar[str] = "forum.acceptance_withdrawn.1"
    accepted_by_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingMarkChanged(AnswerEvent):
    """Somebody said that an answer worked for them too, or took it back."""

    kind: ClassVar[str] = "forum.working_mark_changed.1"
    working_count: int
    added: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteCast(ThreadEvent):
    """Somebody voted; switching is a withdrawal and a cast. ``answer_id`` is None for a vote on the question."""

    kind: ClassVar[str] = "forum.vote_cast.1"
    vote_id: int
    answer_id: int | None
    author_id: int
    value: int
    score: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteWithdrawn(ThreadEvent):
    """Somebody took a vote back; ``cast_at`` is when they had given it, as an ISO 8601 instant."""

    kind: ClassVar[str] = "forum.vote_withdrawn.1"
    vote_id: int
    answer_id: int | None
    author_id: int
    value: int
    score: int
    cast_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentPosted(ThreadEvent):
    """Somebody commented; ``answer_id`` is None for a comment on the question."""

    kind: ClassVar[str] = "forum.comment_posted.1"
    comment_id: int
    answer_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentEdited(ThreadEvent):
    """The text of a comment changed."""

    kind: ClassVar[str] = "forum.comment_edited.1"
    comment_id: int
    answer_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentDeleted(ThreadEvent):
    """A comment is hidden; ``became_id`` as for an answer."""

    kind: ClassVar[str] = "forum.comment_deleted.1"
    comment_id: int
    answer_id: int | None
    became_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentRestored(ThreadEvent):
    """A comment is back."""

    kind: ClassVar[str] = "forum.comment_restored.1"
    comment_id: int
    answer_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonMentioned(ThreadEvent):
    """Somebody was named in a text they may read; ``user_id`` is who."""

    kind: ClassVar[str] = "forum.person_mentioned.1"
    user_id: int
    answer_id: int | None
    comment_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionSplitOff(ThreadEvent):
    """Staff made an answer or a comment this question of its own; ``from_question_id`` is where it stood."""

    kind: ClassVar[str] = "forum.question_split_off.1"
    from_question_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TagChanged(Event):
    """A tag's description or synonyms changed, or it was merged into another."""

    kind: ClassVar[str] = "forum.tag_changed.1"
    tag_id: int
    by_id: int


THREAD_FACTS: tuple[type[ThreadEvent], ...] = (
    QuestionAsked, QuestionEdited, QuestionMoved, QuestionClosed, QuestionReopened, QuestionDeleted, QuestionRestored,
    DuplicateLinked, DuplicateUnlinked, MeTooChanged, AskedBack, AskerReplied, AskBackDropped, AnswerPosted,
    AnswerEdited, AnswerDeleted, AnswerRestored, AnswerAccepted, AcceptanceWithdrawn, WorkingMarkChanged, VoteCast,
    VoteWithdrawn, CommentPosted, CommentEdited, CommentDeleted, CommentRestored, PersonMentioned,
    QuestionSplitOff,
)  # fmt: skip
"""Every fact about a thread, for those who listen to all of them: search and live updates."""

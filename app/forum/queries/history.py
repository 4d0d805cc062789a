"""How a text became what it is: one sentence for each change, with the words that went and came."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.forum.access import access_answer, access_question
from app.forum.models.answer import Answer, Comment, Deletion, Revision
from app.forum.models.question import Closure, Question, QuestionTag
from app.forum.models.space import Tag
from app.forum.permissions import (
    can_edit_answer,
    can_edit_question,
    can_restore_answer,
    can_restore_comment,
    can_restore_question,
)
from app.identity.contract import Person, people
from app.kernel.actor import Actor
from app.kernel.permissions import Decision

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
MOST_COMPARISONS = 250_000
"""Pairs of words, or of lines, that are compared: a tenth of a second at worst, for texts with few words in common."""


@dataclass(frozen=True, slots=True)
class Change:
    """One text of a post, compared with the one before it."""

    number: int
    by: Person
    at: datetime
    summary: str
    title: Markup | None
    body: Markup
    tags: Markup | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class Shut:
    """A time during which the question was closed."""

    by: Person
    at: datetime
    reason: str
    note: str
    reopened_at: datetime | None


@dataclass(frozen=True, slots=True)
class TakenAway:
    """A post of the thread that is hidden; ``kind`` is question, answer or comment, ``text`` for who may restore it."""

    kind: str
    id: int
    by: Person
    at: datetime
    reason: str
    text: str
    may_restore: Decision


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """The history of one post, newest first."""

    question_id: int
    answer_id: int | None
    title: str
    changes: tuple[Change, ...]
    closures: tuple[Shut, ...]
    taken_away: tuple[TakenAway, ...]
    may_roll_back: Decision

    @property
    def current(self) -> int:
        """Number of the text that stands."""
        return max(change.number for change in self.changes)


@dataclass(frozen=True, slots=True)
class _Text:
    number: int
    author_id: int
    at: datetime
    title: str | None
    body: str
    tags: str | None
    summary: str


def question_history(session: Session, actor: Actor, question_id: int) -> HistoryPage:
    """Load the history of a question, its closures, and what was taken away of its thread."""
    question = access_question(session, actor, question_id)
    texts = _texts(session, Revision.question_id == question_id) or [
        _Text(1, question.asker_id, question.asked_at, question.title, question.body, _slugs(session, question_id), "")
    ]
    closures = session.scalars(
        select(Closure).where(Closure.question_id == question_id).order_by(Closure.id.desc())
    ).all()
    gone = _deletions(session, question)
    named = {text.author_id for text in texts} | {closure.closed_by_id for closure in closures}
    who = people(session, named | {deletion.deleted_by_id for _, deletion in gone})
    return HistoryPage(
        question_id,
        None,
        question.title,
        _changes(texts, who, question.revision),
        tuple(Shut(who[c.closed_by_id], c.closed_at, c.reason, c.note, c.reopened_at) for c in closures),
        tuple(_taken_away(actor, post, deletion, who[deletion.deleted_by_id]) for post, deletion in gone),
        can_edit_question(actor, question),
    )


def answer_history(session: Session, actor: Actor, answer_id: int) -> HistoryPage:
    """Load the history of an answer."""
    question, answer = access_answer(session, actor, answer_id)
    texts = _texts(session, Revision.answer_id == answer_id) or [
        _Text(1, answer.author_id, answer.posted_at, None, answer.body, None, "")
    ]
    who = people(session, {t.author_id for t in texts})
    changes = _changes(texts, who, answer.revision)
    return HistoryPage(question.id, answer_id, question.title, changes, (), (), can_edit_answer(actor, answer))


def _deletions(session: Session, question: Question) -> list[tuple[Question | Answer | Comment, Deletion]]:
    """Return what is hidden of a thread, the latest first."""
    found: list[tuple[Question | Answer | Comment, Deletion]] = []
    kinds: tuple[tuple[Any, ColumnElement[bool], InstrumentedAttribute[int | None]], ...]
    kinds = (
        (Question, Question.id == question.id, Deletion.question_id),
        (Answer, Answer.question_id == question.id, Deletion.answer_id),
        (Comment, Comment.question_id == question.id, Deletion.comment_id),
    )
    for model, here, column in kinds:
        hidden = select(model, Deletion).join(Deletion, column == model.id)
        standing = hidden.where(here, model.deleted_at.is_not(None), Deletion.restored_at.is_(None))
        rows: Sequence[Any] = session.execute(standing).all()
        found += [(post, deletion) for post, deletion in rows]
    return sorted(found, key=lambda pair: pair[1].id, reverse=True)


def _taken_away(actor: Actor, post: Question | Answer | Comment, deletion: Deletion, by: Person) -> TakenAway:
    if isinstance(post, Question):
        may_restore = can_restore_question(actor, post, deletion.deleted_by_id)
    elif isinstance(post, Answer):
        may_restore = can_restore_answer(actor, post, deletion.deleted_by_id)
    else:
        may_restore = can_restore_comment(actor, post, deletion.deleted_by_id)
    text = "" if isinstance(post, Question) or not (may_restore or post.author_id == actor.id) else post.body
    kind = type(post).__name__.lower()
    return TakenAway(kind, post.id, by, deletion.deleted_at, deletion.reason, text, may_restore)


def word_diff(old: str, new: str) -> Markup:
    """Mark the words that went with ``<del>`` and those that came with ``<ins>``."""
    start, end = _common_ends(left := _TOKEN.findall(old), right := _TOKEN.findall(new))
    before, after = right[:start], right[len(right) - end :]
    middle = _middle("".join(left[start : len(left) - end]), "".join(right[start : len(right) - end]))
    return escape("".join(before)) + Markup("").join(middle) + escape("".join(after))


def _common_ends(left: Sequence[str], right: Sequence[str]) -> tuple[int, int]:
    """Return how many tokens two texts share at their start, and how many of the rest at their end."""
    shorter = min(len(left), len(right))
    start = next((i for i in range(shorter) if left[i] != right[i]), shorter)
    rest = shorter - start
    end = next((i for i in range(rest) if left[-1 - i] != right[-1 - i]), rest)
    return start, end


def _middle(old: str, new: str) -> Iterator[Markup]:
    """Yield what became of the part that changed: by words, by lines, or as a whole when even that takes too long."""
    left, right = _TOKEN.findall(old), _TOKEN.findall(new)
    if len(left) * len(right) > MOST_COMPARISONS:
        left, right = old.splitlines(keepends=True), new.splitlines(keepends=True)
    if len(left) * len(right) > MOST_COMPARISONS:
        left, right = [old], [new]
    for kind, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        gone, came = "".join(left[a:b]), "".join(right[c:d])
        if kind == "equal":
            yield escape(came)
            continue
        if gone:
            yield Markup("<del>{}</del>").format(gone)
        if came:
            yield Markup("<ins>{}</ins>").format(came)


def _texts(session: Session, which: object) -> list[_Text]:
    rows = session.scalars(select(Revision).where(which).order_by(Revision.number))  # type: ignore[arg-type]  # a comparison of columns
    return [_Text(r.number, r.author_id, r.at, r.title, r.body, r.tags, r.summary) for r in rows]


def _changes(texts: list[_Text], who: dict[int, Person], current: int) -> tuple[Change, ...]:
    before = [None, *texts[:-1]]
    made = [
        Change(
            new.number,
            who[new.author_id],
            new.at,
            new.summary,
            word_diff(old.title or "" if old else new.title, new.title) if new.title is not None else None,
            word_diff(old.body if old else new.body, new.body),
            word_diff(old.tags or "" if old else new.tags, new.tags) if new.tags is not None else None,
            new.number == current,
        )
        for old, new in zip(before, texts, strict=True)
    ]
    return tuple(reversed(made))


def _slugs(session: Session, question_id: int) -> str:
    tagged = select(Tag.slug).join(QuestionTag, QuestionTag.tag_id == Tag.id)
    return " ".join(
        session.scalars(tagged.where(QuestionTag.question_id == question_id).order_by(QuestionTag.position))
    )


def text_of(session: Session, post: Question | Answer, number: int) -> str | None:
    """Return the Markdown of text ``number`` of a post, None when there is none."""
    which = Revision.question_id == post.id if isinstance(post, Question) else Revision.answer_id == post.id
    return session.scalar(select(Revision.body).where(which, Revision.number == number))

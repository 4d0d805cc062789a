"""The forum's rows as search documents: one for each question, with all of its answers.

What was deleted or merged into another question is not found. The version is a fingerprint of exactly what is indexed,
so that a vote, which changes nothing of it, costs the index nothing.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, sessionmaker

from app.forum.events import (
    AcceptanceWithdrawn,
    AnswerAccepted,
    AnswerDeleted,
    AnswerEdited,
    AnswerPosted,
    AnswerRestored,
    DuplicateLinked,
    DuplicateUnlinked,
    QuestionAsked,
    QuestionDeleted,
    QuestionEdited,
    QuestionMoved,
    QuestionRestored,
    TagChanged,
)
from app.forum.models.answer import Answer
from app.forum.models.question import Question, QuestionTag
from app.forum.models.space import Tag
from app.kernel.database import ReadSession
from app.kernel.events import Event
from app.kernel.jobs import PeriodicJob
from app.kernel.relay import Message, Subscription
from app.kernel.unit_of_work import UnitOfWorkFactory
from app.search.analysis import base_language
from app.search.contract import Document, DocumentSource, SearchEngine
from app.search.maintenance import COPIED_AT_ONCE, copy_changed, copy_documents, heal
from app.search.misses import forget_misses
from app.search.plain import plain_text

BATCH = 200
INDEXED_FACTS: tuple[type[Event], ...] = (
    QuestionAsked, QuestionEdited, QuestionMoved, QuestionDeleted, QuestionRestored, DuplicateLinked, DuplicateUnlinked,
    AnswerPosted, AnswerEdited, AnswerDeleted, AnswerRestored, AnswerAccepted, AcceptanceWithdrawn, TagChanged,
)  # fmt: skip
"""The facts that change what can be found."""


def index_threads(engine: SearchEngine, source: QuestionSource) -> Subscription:
    """Return the reaction that keeps the index up with the forum."""

    def handle(messages: Sequence[Message]) -> None:
        ids: set[int] = set()
        for message in messages:
            if isinstance(message.event, TagChanged):
                copy_changed(engine, source, source.ids_with_tag(message.event.tag_id))
            else:
                ids.add(message.event.question_id)  # type: ignore[attr-defined]  # every other indexed fact has one
        wanted = sorted(ids)
        for start in range(0, len(wanted), COPIED_AT_ONCE):
            copy_documents(engine, source, wanted[start : start + COPIED_AT_ONCE])

    return Subscription("search.index", INDEXED_FACTS, handle, batch=BATCH)


def search_jobs(engine: SearchEngine, source: QuestionSource, units: UnitOfWorkFactory) -> list[PeriodicJob]:
    """Return the nightly work: heal what drifted, forget old searches in vain.

    The first run after an installation, or after another engine was chosen, fills the index.
    """

    def forget() -> None:
        with units() as uow:
            forget_misses(uow)

    return [
        PeriodicJob("search.heal", timedelta(days=1), lambda: heal(engine, source), limit=timedelta(hours=2)),
        PeriodicJob("search.forget_misses", timedelta(days=1), forget),
    ]


class QuestionSource(DocumentSource):
    """Reads documents from the database, each call in a short session of its own."""

    def __init__(self, reads: sessionmaker[ReadSession]) -> None:
        self._reads = reads

    def highest_id(self) -> int:
        """Return the largest question id; 0 when there is none."""
        with self._reads() as session:
            return session.scalar(select(func.max(Question.id))) or 0

    def versions(self, first_id: int, last_id: int) -> Mapping[int, int]:
        """Return id and version of the questions that should be findable, in two statements."""
        with self._reads() as session:
            return _versions(session, Question.id.between(first_id, last_id))

    def documents(self, ids: Collection[int]) -> Sequence[Document]:
        """Return the documents of the questions that should be findable, in three statements."""
        with self._reads() as session:
            return question_documents(session, ids)

    def ids_with_tag(self, tag_id: int) -> Sequence[int]:
        """Return the questions that carry a tag."""
        with self._reads() as session:
            return session.scalars(select(QuestionTag.question_id).where(QuestionTag.tag_id == tag_id)).all()


@dataclass(slots=True)
class _Parts:
    """What belongs to one question, as it is read: rows of answers, and the id and slug of tags."""

    answers: list[Any] = field(default_factory=list)
    tags: list[tuple[int, str]] = field(default_factory=list)


def question_documents(session: Session, ids: Collection[int]) -> list[Document]:
    """Build the documents of the findable ones among these questions, in three statements."""
    questions = session.execute(
        select(
            Question.id, Question.space_id, Question.asker_id, Question.title, Question.body_html, Question.language,
            Question.asked_at, Question.revision, Question.accepted_answer_id,
        ).where(Question.id.in_(ids), _findable())
    ).all()  # fmt: skip
    parts: dict[int, _Parts] = defaultdict(_Parts)
    answers = select(Answer.question_id, Answer.id, Answer.author_id, Answer.revision, Answer.body_html).where(
        Answer.question_id.in_(ids), Answer.deleted_at.is_(None)
    )
    for answer in session.execute(answers.order_by(Answer.id)):
        parts[answer.question_id].answers.append(answer)
    tags = select(QuestionTag.question_id, Tag.id, Tag.slug).join(Tag, Tag.id == QuestionTag.tag_id)
    for tag in session.execute(tags.where(QuestionTag.question_id.in_(ids)).order_by(QuestionTag.position, Tag.id)):
        parts[tag.question_id].tags.append((tag.id, tag.slug))
    return [_document(question, parts[question.id]) for question in questions]


def _document(question: Any, parts: _Parts) -> Document:
    answers = sorted(parts.answers, key=lambda a: a.id != question.accepted_answer_id)
    texts = [question.body_html, *(answer.body_html for answer in answers)]
    authors = dict.fromkeys([question.asker_id, *(answer.author_id for answer in answers)])
    return Document(
        id=question.id,
        space_id=question.space_id,
        version=_fingerprint(
            question.revision,
            question.space_id,
            question.accepted_answer_id or 0,
            len(answers),
            sum(answer.revision for answer in answers),
            sum(answer.id for answer in answers),
            sum(tag_id for tag_id, _ in parts.tags),
        ),
        title=question.title,
        body="\n".join(plain_text(text) for text in texts),
        created=question.asked_at,
        language=base_language(question.language),
        tags=tuple(slug for _, slug in parts.tags),
        authors=tuple(str(author) for author in authors),
        has_answer=bool(answers),
        has_accepted=question.accepted_answer_id is not None,
    )


def _versions(session: Session, which: ColumnElement[bool]) -> dict[int, int]:
    answered = (
        select(
            Question.id,
            Question.revision,
            Question.space_id,
            func.coalesce(Question.accepted_answer_id, 0),
            func.count(Answer.id),
            func.coalesce(func.sum(Answer.revision), 0),
            func.coalesce(func.sum(Answer.id), 0),
        )
        .outerjoin(Answer, (Answer.question_id == Question.id) & Answer.deleted_at.is_(None))
        .where(which, _findable())
        .group_by(Question.id)
    )
    tagged = (
        select(QuestionTag.question_id, func.sum(QuestionTag.tag_id))
        .join(Question, Question.id == QuestionTag.question_id)
        .where(which)
        .group_by(QuestionTag.question_id)
    )
    tags = {question_id: int(total) for question_id, total in session.execute(tagged)}
    return {
        row[0]: _fingerprint(*(int(value) for value in row[1:]), tags.get(row[0], 0))
        for row in session.execute(answered)
    }


def _fingerprint(*parts: int) -> int:
    return zlib.crc32(",".join(map(str, parts)).encode())


def _findable() -> ColumnElement[bool]:
    return Question.deleted_at.is_(None) & Question.merged_at.is_(None)

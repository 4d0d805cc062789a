"""Take over what people wrote elsewhere: many rows at once, with their own times, announced to nobody.

No fact is recorded: nobody wants ten thousand messages about an old community, and no promise is made for it. Whoever
imports rebuilds the search index and the reputation afterwards. Counters are set by ``recount_space`` at the end.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.forum.models.answer import Answer, Comment, Vote
from app.forum.models.question import Closure, ClosureReason, DuplicateLink, MeToo, Question, QuestionTag
from app.forum.models.space import Space, Visibility
from app.forum.services.checking import check_tag
from app.forum.services.duplicating import end_of_chain
from app.forum.services.facts import changed
from app.forum.services.rows import add_once
from app.forum.services.tagging import resolve_tags
from app.kernel.errors import Invalid
from app.kernel.unit_of_work import UnitOfWork
from app.text.contract import RichText


@dataclass(frozen=True, slots=True)
class ImportedQuestion:
    """A question of another community; ``closed_by_id`` is whoever stands for its moderators."""

    space_id: int
    asker_id: int
    title: str
    body: RichText
    language: str
    asked_at: datetime
    tags: tuple[str, ...] = ()
    view_count: int = 0
    closed_at: datetime | None = None
    closed_by_id: int | None = None
    closing_note: str = ""


@dataclass(frozen=True, slots=True)
class ImportedAnswer:
    """An answer to an imported question."""

    question_id: int
    author_id: int
    body: RichText
    language: str
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class ImportedComment:
    """A remark on an imported question, or on one of its answers."""

    question_id: int
    answer_id: int | None
    author_id: int
    body: RichText
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class ImportedVote:
    """One vote; exactly one of the two ids is set."""

    question_id: int | None
    answer_id: int | None
    voter_id: int
    value: int
    cast_at: datetime


@dataclass(frozen=True, slots=True)
class ImportedAcceptance:
    """The asker said that this answer solved it."""

    answer_id: int
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class ImportedDuplicate:
    """Somebody said that one question is the same as another."""

    question_id: int
    original_id: int
    linked_by_id: int
    linked_at: datetime


def import_space(uow: UnitOfWork, slug: str, name: str, purpose: str) -> int:
    """Make a public space and return its id.

    Raises:
        Invalid: field ``slug``, when another space has it.

    """
    if find_space(uow.session, slug) is not None:
        raise Invalid("slug", "forum.slug_taken")
    space = Space(slug=slug, name=name, purpose=purpose, visibility=Visibility.PUBLIC, created_at=uow.now)
    uow.session.add(space)
    uow.session.flush()
    return space.id


def find_space(session: Session, slug: str) -> int | None:
    """Return the id of the space with this slug, whoever may read it; None when there is none."""
    return session.scalar(select(Space.id).where(Space.slug == slug))


def import_questions(uow: UnitOfWork, questions: Sequence[ImportedQuestion]) -> list[int]:
    """Store questions with their tags and closings; return their ids in the given order."""
    rows = [
        {
            "space_id": q.space_id, "asker_id": q.asker_id, "title": q.title, "language": q.language,
            "asked_at": q.asked_at, "active_at": q.asked_at, "view_count": q.view_count, "closed_at": q.closed_at,
            **_text(q.body),
        }
        for q in questions
    ]  # fmt: skip
    ids = _insert(uow.session, Question.id, rows)
    _tag(uow, ids, questions)
    closings = [
        {
            "question_id": question_id, "reason": "outdated", "note": q.closing_note,
            "closed_by_id": q.closed_by_id, "closed_at": q.closed_at, "reopen_note": "",
        }
        for question_id, q in zip(ids, questions, strict=True)
        if q.closed_at is not None
    ]  # fmt: skip
    if closings:
        uow.session.execute(insert(Closure), closings)
    return ids


def import_answers(uow: UnitOfWork, answers: Sequence[ImportedAnswer]) -> list[int]:
    """Store answers; return their ids in the given order."""
    rows = [
        {
            "question_id": a.question_id, "author_id": a.author_id, "language": a.language, "posted_at": a.posted_at,
            **_text(a.body),
        }
        for a in answers
    ]  # fmt: skip
    return _insert(uow.session, Answer.id, rows)


def import_comments(uow: UnitOfWork, comments: Sequence[ImportedComment]) -> list[int]:
    """Store comments; return their ids in the given order."""
    rows = [
        {
            "question_id": c.question_id, "answer_id": c.answer_id, "author_id": c.author_id,
            "posted_at": c.posted_at, **_text(c.body),
        }
        for c in comments
    ]  # fmt: skip
    return _insert(uow.session, Comment.id, rows)


def import_votes(uow: UnitOfWork, votes: Sequence[ImportedVote]) -> int:
    """Store votes; one that the same person already gave is left out. Return how many were new."""
    rows = [
        {
            "user_id": v.voter_id, "question_id": v.question_id, "answer_id": v.answer_id, "value": v.value,
            "cast_at": v.cast_at,
        }
        for v in votes
    ]  # fmt: skip
    return sum(add_once(uow.session, Vote, part) for part in _parts(rows))


def import_me_toos(uow: UnitOfWork, people: Sequence[tuple[int, int, datetime]]) -> int:
    """Store (question id, user id, since): these people had the same trouble. Return how many were new."""
    rows = [{"question_id": question_id, "user_id": user_id, "since": at} for question_id, user_id, at in people]
    return sum(add_once(uow.session, MeToo, part) for part in _parts(rows))


def import_acceptances(uow: UnitOfWork, acceptances: Sequence[ImportedAcceptance]) -> int:
    """Mark answers as accepted by their askers; a question that has an accepted answer keeps it."""
    done = 0
    for acceptance in acceptances:
        question = uow.session.execute(
            select(Question.id, Question.asker_id, Question.accepted_answer_id)
            .join(Answer, Answer.question_id == Question.id)
            .where(Answer.id == acceptance.answer_id)
        ).one()
        if question.accepted_answer_id is not None:
            continue
        at = acceptance.accepted_at
        uow.session.execute(
            update(Question).where(Question.id == question.id).values(
                accepted_answer_id=acceptance.answer_id, solved_at=at)
        )  # fmt: skip
        uow.session.execute(
            update(Answer).where(Answer.id == acceptance.answer_id).values(
                accepted_at=at, accepted_by_id=question.asker_id)
        )  # fmt: skip
        done += 1
    return done


def import_duplicates(uow: UnitOfWork, duplicates: Sequence[ImportedDuplicate]) -> set[int]:
    """Link questions to the ones they repeat and close them; a question that is linked keeps its link.

    What repeats a duplicate repeats what that one is the same as. A closing that came from the same moderators is the
    link's own, so that taking back the link opens the question again.

    Returns:
        The ids of the questions that are duplicates now; one that would repeat itself through others is not.

    """
    linked = set[int]()
    for duplicate in duplicates:
        question = uow.session.get_one(Question, duplicate.question_id)
        original_id = end_of_chain(uow.session, duplicate.original_id)
        if question.duplicate_of_id is None and original_id != question.id:
            question.duplicate_of_id = original_id
            uow.session.add(
                DuplicateLink(
                    question_id=question.id, original_id=original_id,
                    linked_by_id=duplicate.linked_by_id, linked_at=duplicate.linked_at,
                )
            )  # fmt: skip
            _close_as_duplicate(uow, question, duplicate)
            changed(question)
            uow.session.flush()
        if question.duplicate_of_id is not None:
            linked.add(question.id)
    return linked


def _close_as_duplicate(uow: UnitOfWork, question: Question, duplicate: ImportedDuplicate) -> None:
    if question.closed_at is None:
        question.closed_at = max(duplicate.linked_at, question.asked_at)
        uow.session.add(
            Closure(
                question_id=question.id, reason=ClosureReason.DUPLICATE,
                closed_by_id=duplicate.linked_by_id, closed_at=question.closed_at,
            )
        )  # fmt: skip
        return
    theirs = update(Closure).where(
        Closure.question_id == question.id,
        Closure.reopened_at.is_(None),
        Closure.closed_by_id == duplicate.linked_by_id,
    )
    uow.session.execute(theirs.values(reason=ClosureReason.DUPLICATE))


def vote_counts(
    session: Session, question_ids: Collection[int], answer_ids: Collection[int]
) -> tuple[dict[int, int], dict[int, int]]:
    """Return how many votes each question and each answer has, in two statements."""
    return _votes(session, Vote.question_id, question_ids), _votes(session, Vote.answer_id, answer_ids)


def questions_of_answers(session: Session, answer_ids: Collection[int]) -> dict[int, int]:
    """Map answers to their questions, in one statement."""
    rows = session.execute(select(Answer.id, Answer.question_id).where(Answer.id.in_(answer_ids)))
    return {row.id: row.question_id for row in rows}


def _votes(session: Session, post: InstrumentedAttribute[int | None], ids: Collection[int]) -> dict[int, int]:
    if not ids:
        return {}
    rows = session.execute(select(post, func.count()).where(post.in_(ids)).group_by(post))
    return {post_id: count for post_id, count in rows if post_id is not None}


def _text(body: RichText) -> dict[str, Any]:
    return {"body": body.source, "body_html": body.html, "renderer": body.renderer}


def _insert(session: Session, key: InstrumentedAttribute[int], rows: Sequence[dict[str, Any]]) -> list[int]:
    if not rows:
        return []
    statement = insert(key.class_).returning(key, sort_by_parameter_order=True)
    return list(session.scalars(statement, rows))


def _parts(rows: Sequence[dict[str, Any]], size: int = 500) -> Iterable[Sequence[dict[str, Any]]]:
    """Cut a list so that one statement stays below SQLite's limit of bound values."""
    return (rows[start : start + size] for start in range(0, len(rows), size))


def _tag(uow: UnitOfWork, ids: Sequence[int], questions: Sequence[ImportedQuestion]) -> None:
    usable = {word: slug for q in questions for word in q.tags if (slug := usable_slug(word))}
    slugs = sorted(set(usable.values()))
    tag_ids = {slug: resolve_tags(uow, [slug])[0] for slug in slugs}
    rows = []
    for question_id, question in zip(ids, questions, strict=True):
        wanted = dict.fromkeys(tag_ids[usable[word]] for word in question.tags if word in usable)
        rows += [{"question_id": question_id, "tag_id": t, "position": n} for n, t in enumerate(wanted)]
    if rows:
        uow.session.execute(insert(QuestionTag), rows)


def usable_slug(word: str) -> str:
    """Return the tag that a word of the source gives; empty when it gives none."""
    try:
        return check_tag("tags", word)
    except Invalid:
        return ""

"""Take over what posts said earlier, who follows them, and what tags are about; announced to nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from app.forum.models.answer import Answer, Revision
from app.forum.models.question import Question, QuestionFollow
from app.forum.models.space import Tag
from app.forum.services.checking import NOTE_MAX
from app.forum.services.importing import usable_slug
from app.forum.services.rows import add_once
from app.kernel.unit_of_work import UnitOfWork
from app.text.contract import RichText

PART = 200


@dataclass(frozen=True, slots=True)
class ImportedRevision:
    """One text of an imported post; what is None is as in the one before. ``current`` is what the post says now."""

    question_id: int
    answer_id: int | None
    author_id: int
    at: datetime
    title: str | None
    body: str | None
    tags: tuple[str, ...] | None
    summary: str = ""
    current: RichText | None = None

    @property
    def post(self) -> tuple[int, int | None]:
        """Name the post."""
        return self.question_id, self.answer_id


@dataclass(frozen=True, slots=True)
class _Text:
    """What the newest revision of a post says, since when, and its number."""

    number: int
    at: datetime
    title: str | None
    body: str
    tags: str | None


def import_revisions(uow: UnitOfWork, revisions: Sequence[ImportedRevision]) -> list[int]:
    """Add revisions, oldest first, after those that a post has already; return their ids in the given order.

    What somebody changed here since stays: an older text gets the id 0 and changes nothing.
    """
    newest = _newest(uow.session, {r.post for r in revisions})
    rows: list[Revision | None] = []
    for revision in revisions:
        is_question = revision.answer_id is None
        empty = "" if is_question else None
        before = newest.get(revision.post, _Text(0, revision.at, empty, "", empty))
        if before.at > revision.at:
            rows.append(None)
            continue
        text = _after(before, revision, is_question)
        newest[revision.post] = text
        rows.append(
            Revision(
                question_id=revision.question_id if is_question else None, answer_id=revision.answer_id,
                number=text.number, author_id=revision.author_id, at=revision.at, title=text.title, body=text.body,
                tags=text.tags, summary=revision.summary[:NOTE_MAX],
            )
        )  # fmt: skip
        _keep_current(uow.session, revision, text.number)
    uow.session.add_all(row for row in rows if row is not None)
    uow.session.flush()
    return [row.id if row is not None else 0 for row in rows]


def import_follows(uow: UnitOfWork, people: Sequence[tuple[int, int, datetime]]) -> int:
    """Store (question id, user id, since); return how many were new."""
    rows = [{"question_id": question_id, "user_id": user_id, "since": at} for question_id, user_id, at in people]
    return sum(add_once(uow.session, QuestionFollow, rows[i : i + PART]) for i in range(0, len(rows), PART))


def import_descriptions(uow: UnitOfWork, descriptions: Mapping[str, str]) -> dict[str, int]:
    """Describe tags that are here and say nothing yet; return the ids of those that are here, by the given word."""
    slugs = {word: slug for word in descriptions if (slug := usable_slug(word))}
    found = {tag.slug: tag for tag in uow.session.scalars(select(Tag).where(Tag.slug.in_(set(slugs.values()))))}
    for word, slug in slugs.items():
        if slug in found and not found[slug].description:
            found[slug].description = " ".join(descriptions[word].split())[:NOTE_MAX]
    return {word: found[slug].id for word, slug in slugs.items() if slug in found}


def _after(before: _Text, revision: ImportedRevision, is_question: bool) -> _Text:
    text = replace(before, number=before.number + 1, at=revision.at)
    if revision.current is not None:
        text = replace(text, body=revision.current.source)
    elif revision.body is not None:
        text = replace(text, body=revision.body)
    if is_question and revision.title is not None:
        text = replace(text, title=revision.title)
    if is_question and revision.tags is not None:
        text = replace(text, tags=" ".join(slug for word in revision.tags if (slug := usable_slug(word))))
    return text


def _keep_current(session: Session, revision: ImportedRevision, number: int) -> None:
    post = Question if revision.answer_id is None else Answer
    values: dict[str, object] = {"revision": number}
    if (body := revision.current) is not None:
        values |= {"body": body.source, "body_html": body.html, "renderer": body.renderer}
    session.execute(update(post).where(post.id == (revision.answer_id or revision.question_id)).values(**values))


def _newest(session: Session, posts: set[tuple[int, int | None]]) -> dict[tuple[int, int | None], _Text]:
    """Return what the newest revisions of these posts say, where they have any."""
    questions = {q: (q, a) for q, a in posts if a is None}
    answers = {a: (q, a) for q, a in posts if a is not None}
    of_these = or_(Revision.question_id.in_(questions), Revision.answer_id.in_(answers))
    last = (
        select(Revision.question_id, Revision.answer_id, func.max(Revision.number).label("number"))
        .where(of_these)
        .group_by(Revision.question_id, Revision.answer_id)
        .subquery()
    )
    same = or_(Revision.question_id == last.c.question_id, Revision.answer_id == last.c.answer_id)
    found = session.scalars(select(Revision).join(last, and_(same, Revision.number == last.c.number)))
    newest: dict[tuple[int, int | None], _Text] = {}
    for row in found:
        post = answers[row.answer_id] if row.answer_id is not None else questions[row.question_id or 0]
        newest[post] = _Text(row.number, row.at, row.title, row.body, row.tags)
    return newest

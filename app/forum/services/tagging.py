"""Tags: typed words become tags, through synonyms; descriptions and synonyms are kept by trusted people."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app.forum.access import access_tag, known_to
from app.forum.events import TagChanged
from app.forum.models.question import Question, QuestionTag
from app.forum.models.space import SpaceTag, Tag, TagFollow, TagSynonym
from app.forum.permissions import can_edit_tag
from app.forum.services.checking import check_note, check_tag
from app.forum.services.rows import add_once
from app.kernel.actor import Actor
from app.kernel.errors import Busy, Invalid, NotFound
from app.kernel.permissions import ensure
from app.kernel.unit_of_work import UnitOfWork

TRIES = 5
"""How often a tag may be joined into another between our look at it and our lock of it."""


@dataclass(frozen=True, slots=True)
class EditTag:
    """Say in one or two sentences what a tag is about."""

    tag_id: int
    description: str


@dataclass(frozen=True, slots=True)
class AddSynonym:
    """Let another word give this tag; an existing tag of that name is joined into it."""

    tag_id: int
    slug: str


@dataclass(frozen=True, slots=True)
class RemoveSynonym:
    """Let a word stand for itself again that gave this tag."""

    tag_id: int
    slug: str


def edit_tag(uow: UnitOfWork, actor: Actor, command: EditTag) -> Tag:
    """Change a tag's description."""
    tag = access_tag(uow.session, command.tag_id, lock=True)
    ensure(can_edit_tag(actor))
    description = check_note("description", command.description)
    if description != tag.description:
        tag.description = description
        uow.record(TagChanged(occurred_at=uow.now, tag_id=tag.id, by_id=actor.user_id))
    return tag


def add_synonym(uow: UnitOfWork, actor: Actor, command: AddSynonym) -> Tag:
    """Make a word a synonym; questions, followers and spaces of a tag with that name move to this tag.

    Raises:
        Invalid: field ``slug``, when the word is the tag itself or already a synonym of another, or a tag of
            spaces that the actor cannot read.

    """
    ensure(can_edit_tag(actor))
    slug = check_tag("slug", command.slug)
    tag, old = _lock_both(uow.session, command.tag_id, slug)
    if not slug or slug == tag.slug:
        raise Invalid("slug", "forum.synonym_of_itself")
    known = uow.session.get(TagSynonym, slug)
    if known is not None:
        if known.tag_id != tag.id:
            raise Invalid("slug", "forum.synonym_taken")
        return tag
    if old is not None:
        if uow.session.scalar(select(Tag.id).where(Tag.id == old.id, known_to(actor))) is None:
            raise Invalid("slug", "forum.synonym_taken")
        _join_tags(uow, old, tag)
    uow.session.add(TagSynonym(slug=slug, tag_id=tag.id, created_at=uow.now, created_by_id=actor.user_id))
    uow.audit(actor, "tag.synonym_added", "tag", tag.id, joined=old is not None)
    uow.record(TagChanged(occurred_at=uow.now, tag_id=tag.id, by_id=actor.user_id))
    return tag


def remove_synonym(uow: UnitOfWork, actor: Actor, command: RemoveSynonym) -> None:
    """Forget a synonym; questions keep the tag they have.

    Raises:
        NotFound: when the word is no synonym of this tag.

    """
    ensure(can_edit_tag(actor))
    synonym = uow.session.get(TagSynonym, command.slug)
    if synonym is None or synonym.tag_id != command.tag_id:
        raise NotFound
    uow.session.delete(synonym)
    uow.audit(actor, "tag.synonym_removed", "tag", synonym.tag_id)
    uow.record(TagChanged(occurred_at=uow.now, tag_id=synonym.tag_id, by_id=actor.user_id))


def resolve_tags(uow: UnitOfWork, slugs: Sequence[str]) -> list[int]:
    """Return the ids of the tags that these words give, in order and without doubles; unknown ones are created.

    Until the transaction ends nobody joins these tags into others.

    Raises:
        Busy: when they were joined into others again and again while we looked.

    """
    for _ in range(TRIES if slugs else 0):
        found = _found_or_made(uow, slugs)
        held = select(Tag.id).where(Tag.id.in_(found)).order_by(Tag.id).with_for_update(key_share=True)
        if len(uow.session.scalars(held).all()) == len(found):
            return found
    if slugs:
        raise Busy
    return []


def _found_or_made(uow: UnitOfWork, slugs: Sequence[str]) -> list[int]:
    known = _known(uow.session, slugs)
    if missing := sorted(set(slugs) - known.keys()):
        rows = [{"slug": s, "description": "", "question_count": 0, "created_at": uow.now} for s in missing]
        add_once(uow.session, Tag, rows)
        known = _known(uow.session, slugs)
    return list(dict.fromkeys(known[slug] for slug in slugs))


def tags_of(session: Session, question_id: int) -> list[Tag]:
    """Return the tags of a question in its order."""
    query = select(Tag).join(QuestionTag, QuestionTag.tag_id == Tag.id).where(QuestionTag.question_id == question_id)
    return list(session.scalars(query.order_by(QuestionTag.position, Tag.id)))


def set_tags(session: Session, question: Question, tag_ids: Sequence[int]) -> bool:
    """Give a question these tags and keep the tags' counts; tell whether anything changed."""
    query = select(QuestionTag.tag_id).where(QuestionTag.question_id == question.id).order_by(QuestionTag.position)
    before = list(session.scalars(query))
    if before == list(tag_ids):
        return False
    if question.deleted_at is None:
        count_tags(session, set(tag_ids) - set(before), +1)
        count_tags(session, set(before) - set(tag_ids), -1)
    if before:
        session.execute(delete(QuestionTag).where(QuestionTag.question_id == question.id))
    if tag_ids:
        rows = [{"question_id": question.id, "tag_id": t, "position": p} for p, t in enumerate(tag_ids)]
        session.execute(insert(QuestionTag), rows)
    return True


def count_tags(session: Session, tag_ids: Collection[int], step: int) -> None:
    """Add ``step`` to the number of questions of these tags, locking them in the order of their ids."""
    if not tag_ids:
        return
    if len(tag_ids) > 1:
        session.execute(select(Tag.id).where(Tag.id.in_(tag_ids)).order_by(Tag.id).with_for_update(key_share=True))
    session.execute(update(Tag).where(Tag.id.in_(tag_ids)).values(question_count=Tag.question_count + step))


def _known(session: Session, slugs: Sequence[str]) -> dict[str, int]:
    tags = select(Tag.slug, Tag.id).where(Tag.slug.in_(slugs))
    synonyms = select(TagSynonym.slug, TagSynonym.tag_id).where(TagSynonym.slug.in_(slugs))
    return {row[0]: row[1] for row in session.execute(tags.union_all(synonyms))}


def _lock_both(session: Session, tag_id: int, slug: str) -> tuple[Tag, Tag | None]:
    """Lock the tag and the one named ``slug``, if any, in the order of their ids."""
    old_id = session.scalar(select(Tag.id).where(Tag.slug == slug))
    rows = {i: access_tag(session, i, lock=True) for i in sorted({tag_id} | ({old_id} if old_id else set()))}
    return rows[tag_id], rows[old_id] if old_id and old_id != tag_id else None


def _join_tags(uow: UnitOfWork, old: Tag, into: Tag) -> None:
    """Move everything from one tag to another, without doubles, and drop the empty tag."""
    session = uow.session
    both = select(QuestionTag.question_id).where(QuestionTag.tag_id == into.id)
    session.execute(
        update(QuestionTag)
        .where(QuestionTag.tag_id == old.id, QuestionTag.question_id.not_in(both))
        .values(tag_id=into.id)
    )
    session.execute(delete(QuestionTag).where(QuestionTag.tag_id == old.id))
    followers = session.scalars(select(TagFollow.user_id).where(TagFollow.tag_id == old.id)).all()
    add_once(session, TagFollow, [{"tag_id": into.id, "user_id": u, "since": uow.now} for u in followers])
    session.execute(delete(TagFollow).where(TagFollow.tag_id == old.id))
    spaces = session.scalars(select(SpaceTag.space_id).where(SpaceTag.tag_id == old.id)).all()
    add_once(session, SpaceTag, [{"space_id": s, "tag_id": into.id} for s in spaces])
    session.execute(delete(SpaceTag).where(SpaceTag.tag_id == old.id))
    session.execute(update(TagSynonym).where(TagSynonym.tag_id == old.id).values(tag_id=into.id))
    session.delete(old)
    session.flush()
    into.question_count = _count_questions(session, into.id)


def _count_questions(session: Session, tag_id: int) -> int:
    alive = (
        select(QuestionTag.question_id)
        .join(Question, Question.id == QuestionTag.question_id)
        .where(QuestionTag.tag_id == tag_id, Question.deleted_at.is_(None))
    )
    return len(session.scalars(alive).all())

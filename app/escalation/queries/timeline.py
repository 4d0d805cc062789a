"""Everything that was said and done about one ticket, in one order: the thread, private notes, the desk's own acts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escalation.models.tickets import PrivateNote, TicketEvent
from app.forum.contract import Thread, ThreadAnswer, ThreadComment
from app.identity.contract import Person, people

TOLD_BY_THE_THREAD = ("replied", "asked_back", "asker_replied")
"""Acts whose text stands in the thread anyway."""
ABOUT_PEOPLE = ("assigned", "claimed")
ABOUT_DESKS = ("handed_over", "moved")
ABOUT_ANSWERS = ("solved", "confirmed", "cancelled")


class Kind(StrEnum):
    """What an entry of the timeline is."""

    QUESTION = "question"
    ANSWER = "answer"
    COMMENT = "comment"
    NOTE = "note"
    ACT = "act"
    SPLIT = "split"


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry. ``html`` is safe to print; ``by`` is None for the clock.

    ``act`` is the kind of a ``TicketEvent``, ``about`` the name of the person or desk it concerns, ``detail`` what
    somebody said about it, ``until`` when what was put aside comes back,
    ``subject_id`` what it concerns by kind. The ``id`` of what was split is that of the question it became.
    """

    kind: Kind
    at: datetime
    by: Person | None
    id: int
    html: str = ""
    language: str = ""
    solved: bool = False
    from_desk: bool = False
    asks_back: bool = False
    act: str = ""
    about: str = ""
    detail: str = ""
    until: datetime | None = None
    subject_id: int | None = None
    may_split: bool = False


def timeline(session: Session, ticket_id: int, thread: Thread, desks: Mapping[int, str]) -> tuple[Moment, ...]:
    """Return all entries, oldest first, in three statements."""
    events = session.scalars(
        select(TicketEvent)
        .where(TicketEvent.ticket_id == ticket_id, TicketEvent.kind.not_in(TOLD_BY_THE_THREAD))
        .order_by(TicketEvent.id)
    ).all()
    notes = session.scalars(
        select(PrivateNote).where(PrivateNote.ticket_id == ticket_id).order_by(PrivateNote.id)
    ).all()
    who = people(session, _people_in(events, notes))
    moments = [*_said(thread), *_done(events, who, thread, desks), *_noted(notes, who)]
    moments.sort(key=lambda moment: (moment.kind != Kind.QUESTION, moment.at))  # what was split has older comments
    return tuple(moments)  # the order is stable: the thread comes first within an instant


def _people_in(events: Sequence[TicketEvent], notes: Sequence[PrivateNote]) -> set[int]:
    by = {event.by_id for event in events} | {note.author_id for note in notes}
    given = {event.subject_id for event in events if event.kind in ABOUT_PEOPLE}
    return {user_id for user_id in by | given if user_id is not None}


def _said(thread: Thread) -> Iterator[Moment]:
    question = thread.question
    yield Moment(Kind.QUESTION, question.asked_at, thread.asker, question.id, thread.html, thread.language)
    yield from map(_comment, thread.comments)
    for answer in thread.answers:
        yield _answer(answer)
        yield from map(_comment, answer.comments)
    for went in thread.split_off:
        yield Moment(Kind.SPLIT, went.posted_at, went.author, went.became_id)


def _answer(answer: ThreadAnswer) -> Moment:
    return Moment(
        Kind.ANSWER,
        answer.posted_at,
        answer.author,
        answer.id,
        answer.html,
        answer.language,
        solved=answer.accepted_at is not None,
        from_desk=answer.from_desk,
        may_split=bool(answer.may_split),
    )


def _comment(comment: ThreadComment) -> Moment:
    return Moment(
        Kind.COMMENT,
        comment.posted_at,
        comment.author,
        comment.id,
        comment.html,
        asks_back=comment.asks_back,
        may_split=bool(comment.may_split),
    )


def _noted(notes: Sequence[PrivateNote], who: Mapping[int, Person]) -> Iterator[Moment]:
    for note in notes:
        yield Moment(Kind.NOTE, note.written_at, who[note.author_id], note.id, note.body_html)


def _done(
    events: Sequence[TicketEvent], who: Mapping[int, Person], thread: Thread, desks: Mapping[int, str]
) -> Iterator[Moment]:
    authors = {answer.id: answer.author.name for answer in thread.answers}
    for event in events:
        about = ""
        if event.subject_id is not None:
            if event.kind in ABOUT_PEOPLE:
                about = who[event.subject_id].name
            elif event.kind in ABOUT_DESKS:
                about = desks.get(event.subject_id, "")
            elif event.kind in ABOUT_ANSWERS:
                about = authors.get(event.subject_id, "")
        by = who[event.by_id] if event.by_id is not None else None
        yield Moment(
            Kind.ACT,
            event.at,
            by,
            event.id,
            act=event.kind,
            about=about,
            detail=event.detail,
            until=event.until,
            subject_id=event.subject_id,
        )

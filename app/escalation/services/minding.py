"""Two accidents of writing that are noticed before they happen: an answer beside the point, and a secret said aloud."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.escalation.models.tickets import PrivateNote, Ticket
from app.escalation.quoting import quoted_words
from app.escalation.services.recording import StaleTicket
from app.forum.contract import Thread, ThreadComment, thread_of
from app.kernel.actor import Actor
from app.kernel.errors import Invalid
from app.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Care:
    """What the agent knows: the thread until ``seen``, and whether they quote a private note ``knowingly``."""

    seen: datetime | None = None
    knowingly: bool = False


TRUSTED = Care(knowingly=True)
"""For what no person typed into a page."""


class QuotesNote(Invalid):
    """What was written for everybody repeats a note that only agents see; asked once."""


def mind(uow: UnitOfWork, actor: Actor, ticket: Ticket, said: str, care: Care) -> None:
    """Let an agent look again before the words are out.

    Raises:
        StaleTicket: when somebody else said something after ``care.seen``.
        QuotesNote: when a private note is quoted, unless knowingly.

    """
    if care == TRUSTED:
        return
    thread = thread_of(uow.session, actor, ticket.question_id)
    notes = uow.session.scalars(select(PrivateNote).where(PrivateNote.ticket_id == ticket.id)).all()
    if care.seen is not None:
        heard = [*_said_by_others(thread, actor), *(n.written_at for n in notes if n.author_id != actor.id)]
        if any(at > care.seen for at in heard):
            raise StaleTicket("escalation.stale")
    if not care.knowingly:
        words = quoted_words(said, [note.body for note in notes], _public(thread))
        if words:
            raise QuotesNote("body", "escalation.quotes_note", words=words)


def _said_by_others(thread: Thread, actor: Actor) -> list[datetime]:
    answers = [answer.posted_at for answer in thread.answers if answer.author.id != actor.id]
    return answers + [comment.posted_at for comment in _comments(thread) if comment.author.id != actor.id]


def _public(thread: Thread) -> list[str]:
    answers = [answer.body for answer in thread.answers]
    return [thread.question.title, thread.body, *answers, *(comment.body for comment in _comments(thread))]


def _comments(thread: Thread) -> list[ThreadComment]:
    return [*thread.comments, *(comment for answer in thread.answers for comment in answer.comments)]

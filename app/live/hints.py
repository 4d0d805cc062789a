"""Which fact is worth telling to whom: pure rules, no database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.escalation.events import DESK_FACTS, TICKET_FACTS, TicketFact, TicketMoved
from app.forum import events as forum
from app.kernel.events import Event

ANSWER, COMMENT, STATE, COUNT, INBOX, QUEUE = "answer", "comment", "state", "count", "inbox", "queue"


@dataclass(frozen=True, slots=True)
class Draft:
    """A hint before it has an id."""

    room: str
    kind: str
    place: str
    by_id: int | None
    count: int | None = None


Rule = Callable[[Any], Sequence[Draft]]


def question_room(question_id: int) -> str:
    """Name the room of a question's readers."""
    return f"q:{question_id}"


def person_room(user_id: int) -> str:
    """Name the room of one person's open pages."""
    return f"u:{user_id}"


def _about_thread(kind: str) -> Rule:
    def rule(event: forum.ThreadEvent) -> Sequence[Draft]:
        return (Draft(question_room(event.question_id), kind, f"q{event.question_id}", event.by_id),)

    return rule


def _about_answer(kind: str) -> Rule:
    def rule(event: forum.AnswerEvent) -> Sequence[Draft]:
        return (Draft(question_room(event.question_id), kind, f"a{event.answer_id}", event.by_id),)

    return rule


def _about_comment(
    event: forum.CommentPosted | forum.CommentEdited | forum.CommentDeleted | forum.CommentRestored,
) -> Sequence[Draft]:
    place = f"q{event.question_id}" if event.answer_id is None else f"a{event.answer_id}"
    return (Draft(question_room(event.question_id), COMMENT, place, event.by_id),)


def _votes(event: forum.VoteCast | forum.VoteWithdrawn) -> Sequence[Draft]:
    place = f"q{event.question_id}" if event.answer_id is None else f"a{event.answer_id}"
    return (Draft(question_room(event.question_id), COUNT, place, None, event.score),)  # who voted is nobody's business


def _me_toos(event: forum.MeTooChanged) -> Sequence[Draft]:
    place = f"m{event.question_id}"
    return (Draft(question_room(event.question_id), COUNT, place, event.by_id, event.me_too_count),)


def _working_marks(event: forum.WorkingMarkChanged) -> Sequence[Draft]:
    place = f"w{event.answer_id}"
    return (Draft(question_room(event.question_id), COUNT, place, event.by_id, event.working_count),)


def desk_room(desk_id: int) -> str:
    """Name the room of a desk's queue."""
    return f"desk:{desk_id}"


def ticket_room(ticket_id: int) -> str:
    """Name the room of a ticket's page."""
    return f"ticket:{ticket_id}"


def _at_the_desk(event: TicketFact) -> Sequence[Draft]:
    """Tell the question's readers, the queue, and whoever has the ticket open."""
    return (
        Draft(question_room(event.question_id), STATE, f"q{event.question_id}", event.by_id),
        *_among_agents(event),
    )


def _among_agents(event: TicketFact) -> Sequence[Draft]:
    """Tell the queue, and whoever has the ticket open."""
    return (
        Draft(desk_room(event.desk_id), QUEUE, f"t{event.ticket_id}", event.by_id),
        Draft(ticket_room(event.ticket_id), STATE, f"t{event.ticket_id}", event.by_id),
    )


def _at_both_desks(event: TicketMoved) -> Sequence[Draft]:
    """Tell the queue that it left, too."""
    left = Draft(desk_room(event.from_desk_id), QUEUE, f"t{event.ticket_id}", event.by_id)
    return (*_among_agents(event), *((left,) if event.from_desk_id != event.desk_id else ()))


def told(event: Any) -> Sequence[Draft]:
    """Tell a person's open pages that something is in the inbox; for any fact with ``user_id`` and ``by_id``."""
    return (Draft(person_room(event.user_id), INBOX, "inbox", event.by_id),)


RULES: Mapping[type[Event], Rule] = {
    forum.AnswerPosted: _about_answer(ANSWER),
    forum.AnswerRestored: _about_answer(ANSWER),
    forum.AnswerEdited: _about_answer(STATE),
    forum.AnswerDeleted: _about_answer(STATE),
    forum.AnswerAccepted: _about_answer(STATE),
    forum.AcceptanceWithdrawn: _about_answer(STATE),
    forum.QuestionEdited: _about_thread(STATE),
    forum.QuestionClosed: _about_thread(STATE),
    forum.QuestionReopened: _about_thread(STATE),
    forum.QuestionDeleted: _about_thread(STATE),
    forum.QuestionRestored: _about_thread(STATE),
    forum.QuestionMoved: _about_thread(STATE),
    forum.DuplicateLinked: _about_thread(STATE),
    forum.DuplicateUnlinked: _about_thread(STATE),
    forum.AskedBack: _about_thread(STATE),
    forum.AskerReplied: _about_thread(STATE),
    forum.AskBackDropped: _about_thread(STATE),
    forum.CommentPosted: _about_comment,
    forum.CommentEdited: _about_comment,
    forum.CommentDeleted: _about_comment,
    forum.CommentRestored: _about_comment,
    forum.VoteCast: _votes,
    forum.VoteWithdrawn: _votes,
    forum.MeTooChanged: _me_toos,
    forum.WorkingMarkChanged: _working_marks,
    **dict.fromkeys(TICKET_FACTS, _at_the_desk),
    **dict.fromkeys(DESK_FACTS, _among_agents),
    TicketMoved: _at_both_desks,
}
"""The facts of forum and desk; wiring adds those of domains that live must not know."""

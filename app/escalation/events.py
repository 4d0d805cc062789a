"""The facts this domain publishes; ``by_id`` is who did it, None for the sweeper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from app.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFact(Event):
    """Something happened to the ticket of a question."""

    kind: ClassVar[str] = "escalation.ticket_fact.1"
    ticket_id: int
    question_id: int
    space_id: int
    asker_id: int
    desk_id: int
    by_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionEscalated(TicketFact):
    """A desk has the question now; ``opened_by`` is sweeper, moderator or asker."""

    kind: ClassVar[str] = "escalation.question_escalated.1"
    opened_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketAssigned(TicketFact):
    """An agent took the ticket, or somebody gave it to them; None when nobody has it."""

    kind: ClassVar[str] = "escalation.ticket_assigned.1"
    assignee_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketReplied(TicketFact):
    """An agent replied in the open; None when the reply was asking back."""

    kind: ClassVar[str] = "escalation.ticket_replied.1"
    answer_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketSolved(TicketFact):
    """The desk believes it is solved and asks the asker; ``answer_id`` is what solved it."""

    kind: ClassVar[str] = "escalation.ticket_solved.1"
    answer_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketConfirmed(TicketFact):
    """The asker is back to work."""

    kind: ClassVar[str] = "escalation.ticket_confirmed.1"
    answer_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketReopened(TicketFact):
    """It did not help after all, or ``solution_gone``: the answer was taken away. The promise starts again."""

    kind: ClassVar[str] = "escalation.ticket_reopened.1"
    assignee_id: int | None
    solution_gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketCancelled(TicketFact):
    """Nothing is left for the desk to do; ``reason`` is a ``models.tickets.Ending``."""

    kind: ClassVar[str] = "escalation.ticket_cancelled.1"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketPutAside(TicketFact):
    """Agents need not look at it for a while; nothing changes for the asker."""

    kind: ClassVar[str] = "escalation.ticket_put_aside.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketCameBack(TicketFact):
    """It lies before its agents again: by itself, or because the asker said something or somebody took it up.

    ``assignee_id`` is who has it.
    """

    kind: ClassVar[str] = "escalation.ticket_came_back.1"
    assignee_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketJoined(TicketFact):
    """Another ticket about the same was joined with this one, which goes on for both."""

    kind: ClassVar[str] = "escalation.ticket_joined.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketMoved(TicketFact):
    """Its question went to another space; ``desk_id`` looks after that one, ``from_desk_id`` after the old one."""

    kind: ClassVar[str] = "escalation.ticket_moved.1"
    from_desk_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteWritten(TicketFact):
    """An agent told the others something."""

    kind: ClassVar[str] = "escalation.note_written.1"


TICKET_FACTS: tuple[type[TicketFact], ...] = (
    QuestionEscalated, TicketAssigned, TicketReplied, TicketSolved, TicketConfirmed, TicketReopened, TicketCancelled,
)  # fmt: skip
"""Every fact of this domain that the asker may see something of."""
DESK_FACTS: tuple[type[TicketFact], ...] = (
    TicketPutAside, TicketCameBack, TicketJoined, TicketMoved, NoteWritten,
)  # fmt: skip
"""Those that only agents see something of."""

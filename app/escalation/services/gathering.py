"""Give a new ticket what was solved before and looks much like it, so that whoever opens it need not search."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy.orm import sessionmaker

from app.escalation.access import access_ticket
from app.escalation.events import QuestionEscalated
from app.escalation.models.tickets import SIMILAR
from app.forum.contract import readable_space_ids, similar_solved
from app.kernel.actor import Actor
from app.kernel.database import ReadSession
from app.kernel.errors import NotFound
from app.kernel.unit_of_work import UnitOfWorkFactory
from app.search.contract import SearchEngine

GATHERER = Actor(name="Peerdesk", is_system=True)
MOST_CARRIED = 10
"""More than a page shows, because not every agent may see each of them."""


def gather_similar(
    units: UnitOfWorkFactory, reads: sessionmaker[ReadSession], engine: SearchEngine, event: QuestionEscalated
) -> None:
    """Write down, once, which solved questions were like this one; nothing when there are none or it went away.

    The ids come from all spaces; every reader is shown those that they may see.
    """
    with suppress(NotFound):
        with reads() as session:
            everywhere = readable_space_ids(session, signed_in=True, group_ids=frozenset(), everything=True)
            found = similar_solved(session, Actor(space_ids=everywhere), engine, event.question_id, MOST_CARRIED)
        if not found:
            return
        with units() as uow:
            ticket = access_ticket(uow.session, GATHERER, event.ticket_id, lock=True)
            if SIMILAR not in ticket.rule:
                ticket.rule = {**ticket.rule, SIMILAR: [question.id for question in found]}

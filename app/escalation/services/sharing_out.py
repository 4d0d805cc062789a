"""Give several people who wait to one agent at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.escalation.services.recording import StaleTicket
from app.escalation.services.working import AGENT_BLIND, AssignTicket, assign_ticket
from app.kernel.actor import Actor
from app.kernel.errors import Denied, Invalid, NotFound
from app.kernel.unit_of_work import UnitOfWork

MOST_AT_ONCE = 50
"""More than one page of the queue has."""


@dataclass(frozen=True, slots=True)
class ShareOut:
    """Tickets by id with the version that the agent saw; ``assignee_id`` None gives them back to their desks."""

    versions: Mapping[int, int]
    assignee_id: int | None


@dataclass(frozen=True, slots=True)
class Shared:
    """How many were given, and how many were left alone because somebody was faster or they are over."""

    given: int
    left: int


def share_out(uow: UnitOfWork, actor: Actor, command: ShareOut) -> Shared:
    """Give what still is as the agent saw it, always in one order, so that two who do this at once never block.

    Raises:
        Invalid: field ``tickets``, when none or too many are chosen; field ``assignee_id``, when that is no agent.

    """
    if not 0 < len(command.versions) <= MOST_AT_ONCE:
        raise Invalid("tickets", "escalation.nobody_chosen")
    given = sum(_gave(uow, actor, command, ticket_id) for ticket_id in sorted(command.versions))
    return Shared(given, len(command.versions) - given)


def _gave(uow: UnitOfWork, actor: Actor, command: ShareOut, ticket_id: int) -> bool:
    try:
        assign_ticket(uow, actor, AssignTicket(ticket_id, command.assignee_id, command.versions[ticket_id]))
    except (StaleTicket, Denied, NotFound):
        return False
    except Invalid as error:
        if error.reason != AGENT_BLIND:
            raise
        return False
    return True

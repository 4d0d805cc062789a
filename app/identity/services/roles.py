"""Grant and take away what people are trusted with."""

from __future__ import annotations

from dataclasses import dataclass

from app.identity.events import AccessChanged
from app.identity.models import RoleGrant, User
from app.identity.permissions import can_administer
from app.identity.services.leaving import administrator_count
from app.kernel.actor import Actor, Role
from app.kernel.errors import Conflict, NotFound
from app.kernel.permissions import ensure
from app.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class SetRole:
    """Give a person a role, or take it away; asking for what is so already changes nothing."""

    user_id: int
    role: Role
    on: bool


def set_role(uow: UnitOfWork, actor: Actor, command: SetRole) -> None:
    """Give a person a role, or take it away.

    Raises:
        NotFound: when there is no such person.
        Conflict: when nobody would administer the site.

    """
    ensure(can_administer(actor))
    person = uow.session.get(User, command.user_id, with_for_update=True)
    if person is None or (command.on and person.deactivated_at is not None):
        raise NotFound
    grant = uow.session.get(RoleGrant, (command.user_id, command.role))
    if (grant is not None) == command.on:
        return
    if grant is None:
        uow.session.add(
            RoleGrant(user_id=person.id, role=command.role, granted_at=uow.now, granted_by_id=actor.id),
        )
    else:
        _ensure_administrated(uow, command.role)
        uow.session.delete(grant)
    uow.record(AccessChanged(occurred_at=uow.now, user_id=person.id))
    action = "identity.role_granted" if command.on else "identity.role_withdrawn"
    uow.audit(actor, action, "person", person.id, role=str(command.role))


def _ensure_administrated(uow: UnitOfWork, role: Role) -> None:
    if role is Role.ADMINISTRATOR and administrator_count(uow) == 1:
        raise Conflict("identity.last_administrator")

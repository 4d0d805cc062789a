"""Delete an account: the person goes, what they wrote for others stays."""

from __future__ import annotations

from sqlalchemy import select

from app.identity.events import PersonLeft
from app.identity.models import RoleGrant, User
from app.kernel.actor import Actor, Role
from app.kernel.errors import Conflict
from app.kernel.personal_data import Estate
from app.kernel.unit_of_work import UnitOfWork


def leave(uow: UnitOfWork, actor: Actor, estate: Estate, proved_hash: str) -> None:
    """Delete the actor's account in every domain.

    Raises:
        Conflict: when the password was changed since it was proved, or nobody would administer the site.

    """
    person = uow.session.get_one(User, actor.user_id, with_for_update=True)
    if person.password_hash != proved_hash:
        raise Conflict("identity.password_wrong")
    if actor.is_administrator and administrator_count(uow) == 1:
        raise Conflict("identity.last_administrator")
    estate.erase(uow, actor.user_id)
    uow.record(PersonLeft(occurred_at=uow.now, user_id=actor.user_id))
    uow.audit(actor, "identity.left", "person", actor.user_id)


def administrator_count(uow: UnitOfWork) -> int:
    """Return how many people run the site and can sign in; locks their grants, so that no two leave at once."""
    active = select(RoleGrant.user_id).join(User, User.id == RoleGrant.user_id).where(User.deactivated_at.is_(None))
    rows = uow.session.execute(active.where(RoleGrant.role == Role.ADMINISTRATOR).with_for_update(of=RoleGrant)).all()
    return len(rows)

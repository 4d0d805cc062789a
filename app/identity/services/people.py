"""What administrators do with accounts: make one for somebody, switch one off and on."""

from __future__ import annotations

from dataclasses import dataclass

from app.identity.addresses import checked_address
from app.identity.events import AccessChanged, PersonInvited
from app.identity.models import User
from app.identity.permissions import can_administer, can_switch_off
from app.identity.profile_rules import clean_name
from app.identity.services.adding import add_person
from app.identity.services.signing_in import revoke_sign_ins
from app.kernel.actor import Actor
from app.kernel.errors import Invalid, NotFound
from app.kernel.permissions import ensure
from app.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class InvitePerson:
    """Somebody who should have an account; they choose their password by the link that is sent to them."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class SetSwitchedOff:
    """Keep a person out, or let them in again."""

    user_id: int
    on: bool


def invite_person(uow: UnitOfWork, actor: Actor, command: InvitePerson) -> User:
    """Make an account for somebody and send them the link to choose a password.

    Raises:
        Invalid: when name or address won't do, or the address has an account.

    """
    ensure(can_administer(actor))
    name, email = clean_name(command.name), checked_address(command.email)
    person = add_person(uow, name, email)
    if person is None:
        raise Invalid("email", "identity.email_taken")
    uow.record(PersonInvited(occurred_at=uow.now, user_id=person.id))
    uow.audit(actor, "identity.person_invited", "person", person.id)
    return person


def set_switched_off(uow: UnitOfWork, actor: Actor, command: SetSwitchedOff) -> None:
    """Keep a person out and sign them out everywhere, or let them in again.

    Raises:
        NotFound: when there is no such person, or they have left for good.

    """
    ensure(can_switch_off(actor, command.user_id))
    person = uow.session.get(User, command.user_id, with_for_update=True)
    if person is None or person.erased_at is not None:
        raise NotFound
    if (person.deactivated_at is not None) == command.on:
        return
    person.deactivated_at = uow.now if command.on else None
    if command.on:
        revoke_sign_ins(uow, person.id)
    uow.record(AccessChanged(occurred_at=uow.now, user_id=person.id))
    action = "identity.person_switched_off" if command.on else "identity.person_switched_on"
    uow.audit(actor, action, "person", person.id)

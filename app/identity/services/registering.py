"""Make an account, and verify its address."""

from __future__ import annotations

from dataclasses import dataclass

from app.identity.addresses import checked_address
from app.identity.events import EmailVerificationAsked, KnownAddressRegistered, PersonRegistered
from app.identity.models import User
from app.identity.profile_rules import clean_name
from app.identity.services.adding import add_person, owner_of
from app.identity.tokens import Purpose, Tokens
from app.kernel.actor import Actor
from app.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Register:
    """``password_hash`` comes from ``passwords.hash_password``, made before the transaction was opened.

    ``tell_owner``: whether the owner of a known address gets another letter; not when they have just had many.
    """

    name: str
    email: str
    password_hash: str
    interface_language: str | None = None
    tell_owner: bool = True


def register(uow: UnitOfWork, _actor: Actor, command: Register) -> None:
    """Make an account, or tell the owner of a known address; whoever asks cannot see which."""
    name, email = clean_name(command.name), checked_address(command.email)
    person = add_person(
        uow,
        name,
        email,
        password_hash=command.password_hash,
        password_changed_at=uow.now,
        interface_language=command.interface_language,
        languages=command.interface_language or "",
    )
    if person is not None:
        uow.record(PersonRegistered(occurred_at=uow.now, user_id=person.id))
    elif command.tell_owner and (owner_id := owner_of(uow, email)) is not None:
        uow.record(KnownAddressRegistered(occurred_at=uow.now, user_id=owner_id))


def ask_email_verification(uow: UnitOfWork, actor: Actor) -> None:
    """Send the link that verifies the actor's address once more."""
    _send_link(uow, actor.user_id)


def ask_proved_verification(uow: UnitOfWork, _actor: Actor, user_id: int) -> None:
    """Send the link to somebody who may not come in before they open it; the password they proved is the permission."""
    _send_link(uow, user_id)


def _send_link(uow: UnitOfWork, user_id: int) -> None:
    person = uow.session.get_one(User, user_id)
    if person.email is not None and person.email_verified_at is None:
        uow.record(EmailVerificationAsked(occurred_at=uow.now, user_id=person.id))


def verify_email(uow: UnitOfWork, _actor: Actor, tokens: Tokens, token: str) -> None:
    """Believe that the address is the person's; the token is the permission.

    Raises:
        Gone: when the link is void.

    """
    person = tokens.open(uow.session, Purpose.VERIFY_EMAIL, token, lock=True)
    person.email_verified_at = uow.now

"""Make an account, and verify its address."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.identity.addresses import checked_address, free_handle
from app.identity.events import EmailVerificationAsked, KnownAddressRegistered, PersonRegistered
from app.identity.models import User
from app.identity.profile_rules import clean_name
from app.identity.tokens import Purpose, Tokens
from app.kernel.actor import Actor
from app.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Register:
    """``password_hash`` comes from ``passwords.hash_password``, made before the transaction was opened."""

    name: str
    email: str
    password_hash: str
    interface_language: str | None = None


def register(uow: UnitOfWork, _actor: Actor, command: Register) -> None:
    """Make an account, or tell the owner of a known address; whoever asks cannot see which."""
    name, email = clean_name(command.name), checked_address(command.email)
    person = _add(uow, command, name, email) if _owner_of(uow, email) is None else None
    if person is not None:
        uow.record(PersonRegistered(occurred_at=uow.now, user_id=person.id))
    elif (owner_id := _owner_of(uow, email)) is not None:
        uow.record(KnownAddressRegistered(occurred_at=uow.now, user_id=owner_id))


def _owner_of(uow: UnitOfWork, email: str) -> int | None:
    return uow.session.scalar(select(User.id).where(User.email == email))


def _add(uow: UnitOfWork, command: Register, name: str, email: str) -> User | None:
    """Store a new person; None when somebody took the address in this very moment."""
    handle = free_handle(uow.session, name)
    for chosen in (handle, f"{handle}-{secrets.token_hex(3)}"):
        person = _person(uow, command, name, email, chosen)
        try:
            with uow.session.begin_nested():
                uow.session.add(person)
        except IntegrityError:  # the address or the handle was taken since we looked
            continue
        return person
    return None


def _person(uow: UnitOfWork, command: Register, name: str, email: str, handle: str) -> User:
    return User(
        handle=handle,
        name=name,
        email=email,
        password_hash=command.password_hash,
        password_changed_at=uow.now,
        created_at=uow.now,
        interface_language=command.interface_language,
        languages=command.interface_language or "",
    )


def ask_email_verification(uow: UnitOfWork, actor: Actor) -> None:
    """Send the link that verifies the actor's address once more."""
    person = uow.session.get_one(User, actor.user_id)
    if person.email is not None and person.email_verified_at is None:
        uow.record(EmailVerificationAsked(occurred_at=uow.now, user_id=person.id))


def verify_email(uow: UnitOfWork, _actor: Actor, tokens: Tokens, token: str) -> None:
    """Believe that the address is the person's; the token is the permission.

    Raises:
        Gone: when the link is void.

    """
    person = tokens.open(uow.session, Purpose.VERIFY_EMAIL, token, lock=True)
    person.email_verified_at = uow.now

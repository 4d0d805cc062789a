"""What is compared when somebody proves who they are."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.addresses import plain_address
from app.identity.models import User
from app.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Credential:
    """A person's password hash, and what is needed to let them in."""

    user_id: int
    password_hash: str | None
    is_verified: bool
    name: str
    email: str | None
    interface_language: str | None
    theme: str


_COLUMNS = (
    User.id,
    User.password_hash,
    User.email_verified_at.is_not(None),
    User.name,
    User.email,
    User.interface_language,
    User.theme,
)


def credential_of(session: Session, email: str) -> Credential | None:
    """Return the credential of an address; None when nobody has it or the person may not come in any more."""
    row = session.execute(
        select(*_COLUMNS).where(User.email == plain_address(email), User.deactivated_at.is_(None))
    ).first()
    return Credential(*row) if row else None


def own_credential(session: Session, actor: Actor) -> Credential:
    """Return the actor's own credential."""
    return Credential(*session.execute(select(*_COLUMNS).where(User.id == actor.user_id)).one())

"""Change a password one knows, or replace one that was forgotten."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.identity.addresses import plain_address
from app.identity.events import PasswordChanged, PasswordResetAsked
from app.identity.models import User
from app.identity.passwords import NewPassword, ensure_strong
from app.identity.services.signing_in import revoke_sign_ins
from app.identity.tokens import Purpose, Tokens
from app.kernel.actor import Actor
from app.kernel.errors import Conflict
from app.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ChangePassword:
    """``proved_hash`` is the hash that the current password matched; ``keep_token`` stays signed in."""

    proved_hash: str
    new: NewPassword
    keep_token: str | None


def ask_password_reset(uow: UnitOfWork, _actor: Actor, email: str) -> None:
    """Send a link to the owner of an address, if there is one; whoever asks cannot see which."""
    owner_id = uow.session.scalar(
        select(User.id).where(User.email == plain_address(email), User.deactivated_at.is_(None))
    )
    if owner_id is not None:
        uow.record(PasswordResetAsked(occurred_at=uow.now, user_id=owner_id))


def reset_password(uow: UnitOfWork, _actor: Actor, tokens: Tokens, token: str, new: NewPassword) -> None:
    """Replace a forgotten password; the token is the permission, and proves the address too.

    Raises:
        Gone: when the link is void.
        Invalid: when the new password is easy to guess.

    """
    person = tokens.open(uow.session, Purpose.RESET_PASSWORD, token, lock=True)
    person.email_verified_at = person.email_verified_at or uow.now
    _replace(uow, person, new, keep_token=None)


def change_password(uow: UnitOfWork, actor: Actor, command: ChangePassword) -> None:
    """Replace the actor's password and sign out all their other browsers.

    Raises:
        Conflict: when it was changed since it was proved.
        Invalid: when the new password is easy to guess.

    """
    person = uow.session.get_one(User, actor.user_id, with_for_update=True)
    if person.password_hash != command.proved_hash:
        raise Conflict("identity.password_wrong")
    _replace(uow, person, command.new, command.keep_token)


def _replace(uow: UnitOfWork, person: User, new: NewPassword, keep_token: str | None) -> None:
    ensure_strong(new.plain, person.name, person.handle, person.email or "")
    person.password_hash, person.password_changed_at = new.hash, uow.now
    person.pending_email = None  # whoever knew the old password may have asked for another address
    revoke_sign_ins(uow, person.id, except_token=keep_token)
    uow.record(PasswordChanged(occurred_at=uow.now, user_id=person.id))

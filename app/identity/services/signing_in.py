"""Open, list, touch and revoke sign-ins."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, update

from app.identity.events import SignInsClosed
from app.identity.models import SignIn, User
from app.identity.tokens_at_rest import hash_token
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, NotFound
from app.kernel.unit_of_work import UnitOfWork

LASTS = timedelta(days=60)
"""How long a sign-in lasts after the browser was last seen."""
SEEN_EVERY = timedelta(minutes=5)
"""How exact ``last_seen_at`` is: more often is not worth a write."""
LONGEST_BROWSER = 200


@dataclass(frozen=True, slots=True)
class OpenSignIn:
    """A person proved who they are.

    ``proved_hash`` is the hash that their password matched; ``new_hash`` a stronger one of the same password, if any.
    ``replaces`` is the token this browser had before.
    """

    user_id: int
    proved_hash: str
    browser: str
    new_hash: str | None = None
    replaces: str | None = None


def open_sign_in(uow: UnitOfWork, _actor: Actor, command: OpenSignIn) -> str:
    """Sign a browser in; return its new token, of which the database keeps only a hash.

    Raises:
        Conflict: when the password was changed since it was proved.

    """
    person = uow.session.get_one(User, command.user_id, with_for_update=True)
    if person.password_hash != command.proved_hash or person.deactivated_at is not None:
        raise Conflict("identity.no_match")
    if command.new_hash is not None:
        person.password_hash = command.new_hash
    if command.replaces is not None:
        close_sign_in(uow, command.replaces)
    token = secrets.token_urlsafe(32)
    uow.session.add(
        SignIn(
            token_hash=hash_token(token),
            user_id=person.id,
            created_at=uow.now,
            last_seen_at=uow.now,
            expires_at=uow.now + LASTS,
            browser=command.browser[:LONGEST_BROWSER],
        )
    )
    return token


def close_sign_in(uow: UnitOfWork, token: str) -> None:
    """Sign out the browser that holds a token; the token is the permission."""
    _close(uow, SignIn.token_hash == hash_token(token))


def touch_sign_in(uow: UnitOfWork, sign_in_id: int) -> None:
    """Note that a browser was seen, and let its sign-in last longer; at most every ``SEEN_EVERY``."""
    uow.session.execute(
        update(SignIn)
        .where(SignIn.id == sign_in_id, SignIn.last_seen_at <= uow.now - SEEN_EVERY, SignIn.revoked_at.is_(None))
        .values(last_seen_at=uow.now, expires_at=uow.now + LASTS)
    )


def revoke_sign_in(uow: UnitOfWork, actor: Actor, sign_in_id: int) -> None:
    """Sign out another of the actor's own browsers; once revoked it stays so.

    Raises:
        NotFound: when the actor has no such sign-in.

    """
    sign_in = uow.session.get(SignIn, sign_in_id)
    if sign_in is None or sign_in.user_id != actor.user_id:
        raise NotFound
    _close(uow, SignIn.id == sign_in_id)


def revoke_sign_ins(uow: UnitOfWork, user_id: int, *, except_token: str | None = None) -> None:
    """Sign a person out everywhere, or everywhere but here."""
    others = (SignIn.token_hash != hash_token(except_token),) if except_token is not None else ()
    _close(uow, SignIn.user_id == user_id, *others)


def _close(uow: UnitOfWork, *which: ColumnElement[bool]) -> None:
    """Revoke what still counts of these, and say whose it was: their open pages must not hear more."""
    closed = update(SignIn).where(SignIn.revoked_at.is_(None), *which).values(revoked_at=uow.now)
    for user_id in sorted(set(uow.session.scalars(closed.returning(SignIn.user_id)))):
        uow.record(SignInsClosed(occurred_at=uow.now, user_id=user_id))

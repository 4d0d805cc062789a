"""Ask for the password again before something that somebody at an unlocked screen must not do."""

from __future__ import annotations

from app.identity.passwords import matches
from app.identity.queries.credentials import own_credential
from app.identity.routes.attempts import count_wrong, too_many
from app.kernel.errors import Invalid
from app.web.runtime import current_actor, read_session


def proved_hash(password: str) -> str:
    """Return the hash that the actor's current password matches.

    Raises:
        Invalid: when it does not match, or too many attempts were made.

    """
    credential = own_credential(read_session(), current_actor())
    account = credential.email or str(credential.user_id)
    if too_many(account):
        raise Invalid("current", "identity.too_many_attempts")
    if not matches(password, credential.password_hash):
        count_wrong(account)
        raise Invalid("current", "identity.password_wrong")
    return str(credential.password_hash)

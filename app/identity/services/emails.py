"""Change the address that one signs in with and gets mail at."""

from __future__ import annotations

from app.identity.addresses import checked_address
from app.identity.events import EmailChangeAsked
from app.identity.models import User
from app.identity.services.adding import owner_of
from app.identity.tokens import Purpose, Tokens
from app.kernel.actor import Actor
from app.kernel.errors import Gone, Invalid
from app.kernel.unit_of_work import UnitOfWork


def ask_email_change(uow: UnitOfWork, actor: Actor, email: str) -> None:
    """Remember the wanted address and send a link to it; nothing changes until the link is opened.

    An address that somebody else has is remembered too and answered alike: the link to it says nothing new.

    Raises:
        Invalid: when it is no address, or the one the actor has.

    """
    wanted = checked_address(email)
    person = uow.session.get_one(User, actor.user_id, with_for_update=True)
    if wanted == person.email:
        raise Invalid("email", "identity.email_same")
    person.pending_email = wanted
    uow.record(EmailChangeAsked(occurred_at=uow.now, user_id=person.id))


def change_email(uow: UnitOfWork, _actor: Actor, tokens: Tokens, token: str) -> None:
    """Take the wanted address over; the token, which was sent there, is the permission.

    Raises:
        Gone: when the link is void, or another account took the address meanwhile.

    """
    person = tokens.open(uow.session, Purpose.CHANGE_EMAIL, token, lock=True)
    if person.pending_email is None or owner_of(uow, person.pending_email) is not None:
        raise Gone("identity.link_void")
    person.email, person.pending_email = person.pending_email, None
    person.email_verified_at = uow.now

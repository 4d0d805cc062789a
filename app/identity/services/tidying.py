"""Let go of what nobody needs any more."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from itertools import islice

from sqlalchemy import delete, or_, select

from app.identity.models import SignIn, User
from app.identity.ports import AvatarStore
from app.kernel.models import KeptMail
from app.kernel.unit_of_work import UnitOfWork

SIGN_INS_KEPT = timedelta(days=30)
"""How long a sign-in that ended stays, for questions about who was where."""
MAILS_KEPT = timedelta(days=30)
PICTURES_WAIT = timedelta(days=1)
"""How old a picture that nobody shows must be: a younger one may belong to somebody who is sending it now."""
PICTURES_AT_A_TIME = 500
"""Keys that are looked up in one statement."""


def forget_old_sign_ins(uow: UnitOfWork) -> None:
    """Delete sign-ins that ended long ago."""
    limit = uow.now - SIGN_INS_KEPT
    uow.session.execute(delete(SignIn).where(or_(SignIn.expires_at < limit, SignIn.revoked_at < limit)))


def forget_old_mail(uow: UnitOfWork) -> None:
    """Delete kept mail that is old."""
    uow.session.execute(delete(KeptMail).where(KeptMail.kept_at < uow.now - MAILS_KEPT))


def forget_lost_pictures(units: Callable[[], AbstractContextManager[UnitOfWork]], store: AvatarStore) -> int:
    """Delete pictures older than a day that nobody shows, as a crash before the commit leaves them. Return how many."""
    with units() as uow:
        before = uow.now - PICTURES_WAIT
    keys, count = store.keys(before), 0
    while part := set(islice(keys, PICTURES_AT_A_TIME)):
        with units() as uow:
            shown = set(uow.session.scalars(select(User.avatar_key).where(User.avatar_key.in_(part))))
        for key in part - shown:
            store.delete(key)
        count += len(part - shown)
    return count

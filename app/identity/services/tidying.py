"""Let go of what nobody needs any more."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, or_

from app.identity.models import SignIn
from app.kernel.models import KeptMail
from app.kernel.unit_of_work import UnitOfWork

SIGN_INS_KEPT = timedelta(days=30)
"""How long a sign-in that ended stays, for questions about who was where."""
MAILS_KEPT = timedelta(days=30)


def forget_old_sign_ins(uow: UnitOfWork) -> None:
    """Delete sign-ins that ended long ago."""
    limit = uow.now - SIGN_INS_KEPT
    uow.session.execute(delete(SignIn).where(or_(SignIn.expires_at < limit, SignIn.revoked_at < limit)))


def forget_old_mail(uow: UnitOfWork) -> None:
    """Delete kept mail that is old."""
    uow.session.execute(delete(KeptMail).where(KeptMail.kept_at < uow.now - MAILS_KEPT))

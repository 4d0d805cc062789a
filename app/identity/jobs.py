"""Periodic work on accounts."""

from __future__ import annotations

from datetime import timedelta

from app.identity.ports import AvatarStore
from app.identity.services.tidying import forget_lost_pictures, forget_old_mail, forget_old_sign_ins
from app.kernel.jobs import PeriodicJob
from app.kernel.unit_of_work import UnitOfWorkFactory


def periodic_jobs(units: UnitOfWorkFactory, avatars: AvatarStore) -> list[PeriodicJob]:
    """Return this domain's periodic work."""

    def tidy() -> None:
        with units() as uow:
            forget_old_sign_ins(uow)
            forget_old_mail(uow)

    return [
        PeriodicJob("identity.tidy", timedelta(hours=6), tidy),
        PeriodicJob("identity.forget_lost_pictures", timedelta(days=1), lambda: forget_lost_pictures(units, avatars)),
    ]

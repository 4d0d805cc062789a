"""Give facts that could not be delivered another chance."""

from __future__ import annotations

from sqlalchemy import func, select, update

from app.identity.permissions import can_administer
from app.kernel.actor import Actor
from app.kernel.models import Delivery
from app.kernel.permissions import ensure
from app.kernel.relay import retry_delivery
from app.kernel.unit_of_work import UnitOfWork


def retry_one(uow: UnitOfWork, actor: Actor, delivery_id: int) -> None:
    """Try one dead letter again from the beginning; one that is not dead is left alone."""
    ensure(can_administer(actor))
    if retry_delivery(uow.session, delivery_id, uow.now):
        uow.audit(actor, "kernel.delivery_retried", "delivery", delivery_id)


def retry_all(uow: UnitOfWork, actor: Actor, reaction: str) -> int:
    """Try all dead letters of one reaction again; return how many there were."""
    ensure(can_administer(actor))
    dead = (Delivery.reaction == reaction, Delivery.dead_at.is_not(None))
    count = uow.session.scalar(select(func.count()).select_from(Delivery).where(*dead)) or 0
    if count:
        uow.session.execute(update(Delivery).where(*dead).values(dead_at=None, attempts=0, due_at=uow.now))
        uow.audit(actor, "kernel.deliveries_retried", "delivery", 0, reaction=reaction, count=count)
    return count

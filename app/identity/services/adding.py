"""Store somebody new, whoever else takes the same handle or address at this moment."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.identity.addresses import free_handle
from app.identity.models import User
from app.kernel.unit_of_work import UnitOfWork


def owner_of(uow: UnitOfWork, email: str) -> int | None:
    """Return who has an address, whatever became of them."""
    return uow.session.scalar(select(User.id).where(User.email == email))


def add_person(uow: UnitOfWork, name: str, email: str, **facts: Any) -> User | None:
    """Store a new person; None when somebody has the address, even if only since this very moment."""
    if owner_of(uow, email) is not None:
        return None
    handle = free_handle(uow.session, name)
    for chosen in (handle, f"{handle}-{secrets.token_hex(3)}"):
        person = User(handle=chosen, name=name, email=email, created_at=uow.now, **facts)
        try:
            with uow.session.begin_nested():
                uow.session.add(person)
        except IntegrityError:  # the address or the handle was taken since we looked
            continue
        return person
    return None

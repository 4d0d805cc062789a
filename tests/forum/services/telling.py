"""Look at the facts that a unit of work is about to publish."""

from __future__ import annotations

from typing import Any

from app.kernel.unit_of_work import UnitOfWork


def facts_of(uow: UnitOfWork) -> list[tuple[str, Any]]:
    return [(type(fact).__name__, fact) for fact in uow.pending]


def names_of(uow: UnitOfWork) -> list[str]:
    return [name for name, _ in facts_of(uow)]

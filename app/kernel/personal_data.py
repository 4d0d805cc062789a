"""What the product holds about one person, and how it lets go of it.

Each domain has a ``personal_data.py`` that fits ``PersonalData``; wiring collects them. A test walks all tables and
fails when one that points to a person is in nobody's ``TABLES``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from sqlalchemy.orm import Session

from app.kernel.unit_of_work import UnitOfWork


class PersonalData(Protocol):
    """One domain's part; a module with these three names."""

    TABLES: frozenset[str]
    """Names of the domain's tables that point to a person, those included whose rows stay when somebody leaves."""

    def export(self, session: Session, user_id: int) -> Mapping[str, Any]:
        """Return what is held about a person, as plain values that fit JSON."""
        ...

    def erase(self, uow: UnitOfWork, user_id: int) -> None:
        """Remove what is only about this person; what they wrote for others stays, without their name."""
        ...


class Estate:
    """All domains' parts together.

    Args:
        parts: domain name to its part, lower domains first.

    """

    def __init__(self, parts: Mapping[str, PersonalData]) -> None:
        self._parts = dict(parts)

    @property
    def tables(self) -> frozenset[str]:
        """Names of all tables that some domain answers for."""
        return frozenset().union(*(part.TABLES for part in self._parts.values()))

    def export(self, session: Session, user_id: int) -> dict[str, Mapping[str, Any]]:
        """Return everything that is held about a person, by domain."""
        return {domain: part.export(session, user_id) for domain, part in self._parts.items()}

    def erase(self, uow: UnitOfWork, user_id: int) -> None:
        """Let every domain forget a person, higher domains first."""
        for part in reversed(self._parts.values()):
            part.erase(uow, user_id)

"""The rules there were, are and will be."""

from __future__ import annotations

from datetime import UTC

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.reputation.models import StoredRules
from app.reputation.rules import RuleBook, RuleVersion, rules_from_json


def rule_book(session: Session) -> RuleBook:
    """Read every rule version, in one statement."""
    rows = session.execute(select(StoredRules.number, StoredRules.valid_from, StoredRules.rules))
    return RuleBook(RuleVersion(n, since.astimezone(UTC), rules_from_json(stored)) for n, since, stored in rows)

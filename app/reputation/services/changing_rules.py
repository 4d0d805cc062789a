"""Choose other numbers: for facts to come, never for facts that were."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from app.kernel.actor import Actor
from app.kernel.errors import Invalid
from app.kernel.permissions import ensure
from app.kernel.unit_of_work import UnitOfWork
from app.reputation.models import StoredRules
from app.reputation.permissions import can_change_rules
from app.reputation.rules import Rules, RuleVersion, allowed_range, next_start, rules_to_json
from app.reputation.services.facts import load_rule_book


@dataclass(frozen=True, slots=True)
class ChangeRules:
    """New numbers and why."""

    rules: Rules
    reason: str


def change_rules(uow: UnitOfWork, actor: Actor, command: ChangeRules) -> RuleVersion:
    """Write the next rule version; it is valid from the start of the next UTC day that is at least an hour away.

    Raises:
        Denied: to everybody but administrators.
        Invalid: for a number out of range, where the field is the number's name; for rules that are chosen already.

    """
    ensure(can_change_rules(actor))
    _check(command.rules)
    book = load_rule_book(uow.session)
    if command.rules == book.newest.rules:
        raise Invalid("reason", "reputation.same_rules")
    version = RuleVersion(book.newest.number + 1, next_start(uow.now), command.rules)
    uow.session.add(
        StoredRules(
            number=version.number,
            valid_from=version.valid_from,
            rules=rules_to_json(command.rules),
            written_at=uow.now,
            written_by_id=actor.id,
        )
    )
    uow.session.flush()
    uow.audit(
        actor,
        "reputation.rules_changed",
        "reputation_rules",
        version.number,
        reason=command.reason,
        valid_from=version.valid_from.isoformat(),
        **rules_to_json(command.rules),
    )
    return version


def _check(rules: Rules) -> None:
    """Points one receives for good things are not negative, for bad things not positive, limits not below nothing."""
    for name, value in asdict(rules).items():
        low, high = allowed_range(name)
        if not low <= value <= high:
            raise Invalid(name, "reputation.number_out_of_range", low=low, high=high)

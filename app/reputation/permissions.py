"""Who may do what here."""

from __future__ import annotations

from app.kernel.actor import Actor
from app.kernel.permissions import ALLOW, Decision, deny


def can_change_rules(actor: Actor) -> Decision:
    """Only whoever runs the site decides what helping is worth."""
    return ALLOW if actor.is_administrator else deny("identity.administrators_only")

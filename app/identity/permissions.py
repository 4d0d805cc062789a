"""Who may do what with other people's accounts."""

from __future__ import annotations

from app.kernel.actor import Actor
from app.kernel.permissions import ALLOW, Decision, deny


def can_administer(actor: Actor) -> Decision:
    """Administrators keep accounts, roles, groups and what runs behind the pages."""
    return ALLOW if actor.is_administrator else deny("identity.administrators_only")


def can_switch_off(actor: Actor, user_id: int) -> Decision:
    """Administrators may switch off any account but their own, so that nobody locks everybody out by mistake."""
    if actor.id == user_id:
        return deny("identity.not_yourself")
    return can_administer(actor)

"""A blueprint is a table: method, path, view, gate. A URL without a gate cannot be written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import wraps
from typing import Any

from flask import Blueprint

from app.kernel.actor import Actor
from app.kernel.errors import Denied
from app.web.limits import limiter
from app.web.runtime import current_actor

View = Callable[..., Any]


class Gate(Enum):
    """The coarse question asked before a view runs; fine rules live in services."""

    PUBLIC = "public"
    MEMBER = "member"
    STAFF = "staff"
    AGENT = "agent"
    MODERATOR = "moderator"
    ADMINISTRATOR = "administrator"


_REFUSALS: dict[Gate, tuple[Callable[[Actor], bool], str]] = {
    Gate.STAFF: (lambda a: a.is_staff, "identity.staff_only"),
    Gate.AGENT: (lambda a: a.is_agent or a.is_administrator, "identity.agents_only"),
    Gate.MODERATOR: (lambda a: a.is_moderator, "identity.moderators_only"),
    Gate.ADMINISTRATOR: (lambda a: a.is_administrator, "identity.administrators_only"),
}


@dataclass(frozen=True, slots=True)
class Route:
    """One line of a domain's URL table.

    ``limit`` is Flask-Limiter's notation ("10 per minute"), counted per person and per address.
    """

    method: str
    path: str
    view: View
    gate: Gate
    limit: str | None = None


def blueprint(name: str, routes: Sequence[Route]) -> Blueprint:
    """Build a blueprint whose every view stands behind its declared gate.

    The endpoint of ``Route("GET", …, answering.create, …)`` in ``forum`` is ``forum.answering_create``.
    """
    bp = Blueprint(name, __name__)
    for route in routes:
        short = route.view.__module__.rsplit(".", 1)[-1]
        endpoint = f"{short}_{route.view.__name__}"
        bp.add_url_rule(route.path, endpoint, _gated(route), methods=[route.method])
    return bp


def _gated(route: Route) -> View:
    @wraps(route.view)
    def view(*args: Any, **kwargs: Any) -> Any:
        if route.gate is not Gate.PUBLIC:
            _stop_at_gate(route.gate, current_actor())
        return route.view(*args, **kwargs)

    view.gate = route.gate  # type: ignore[attr-defined]  # read by the test that no URL is without one
    return limiter.limit(route.limit)(view) if route.limit else view


def _stop_at_gate(gate: Gate, actor: Actor) -> None:
    if actor.is_anonymous:
        raise Denied("identity.sign_in_required")
    if gate in _REFUSALS:
        may_pass, reason = _REFUSALS[gate]
        if not may_pass(actor):
            raise Denied(reason)

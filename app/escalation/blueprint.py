"""Every URL of the desk, on one page."""

from __future__ import annotations

from app.escalation.routes import queue, tickets
from app.web.routing import Gate, Route, blueprint

TICKET = "/waiting/<int:ticket_id>"

escalation = blueprint(
    "escalation",
    [
        Route("GET", "/waiting", queue.show, Gate.AGENT),
        Route("GET", TICKET, tickets.show, Gate.AGENT),
    ],
)

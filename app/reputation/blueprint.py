"""The URLs of reputation."""

from __future__ import annotations

from app.reputation.routes import badges, leaderboards, ledger, privileges, rules
from app.web.routing import Gate, Route, blueprint

SOME = "30 per minute"

reputation = blueprint(
    "reputation",
    [
        Route("GET", "/people/<handle>/reputation", ledger.show, Gate.PUBLIC),
        Route("GET", "/privileges", privileges.show, Gate.PUBLIC),
        Route("GET", "/leaderboard", leaderboards.show, Gate.PUBLIC),
        Route("GET", "/badges", badges.index, Gate.PUBLIC),
        Route("GET", "/badges/<code>", badges.show, Gate.PUBLIC),
        Route("GET", "/admin/reputation", rules.show, Gate.ADMINISTRATOR),
        Route("POST", "/admin/reputation", rules.save, Gate.ADMINISTRATOR, SOME),
    ],
)

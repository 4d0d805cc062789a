"""The forum's table of URLs."""

from __future__ import annotations

from app.forum.routes import finding
from app.web.routing import Gate, Route, blueprint

forum = blueprint(
    "forum",
    [
        Route("GET", "/find", finding.show, Gate.PUBLIC, limit="120 per minute"),
        Route("GET", "/similar", finding.similar, Gate.PUBLIC, limit="120 per minute"),
        Route("POST", "/similar/<int:question_id>/solved", finding.solved, Gate.PUBLIC, limit="30 per hour"),
        Route("GET", "/similar/<int:question_id>/thanks", finding.thanks, Gate.PUBLIC),
    ],
)

"""What higher domains, importers and wiring may use of reputation."""

from __future__ import annotations

from app.reputation.badges import BADGES, BY_CODE, Badge
from app.reputation.privileges import PRIVILEGES, Table, privileges_at, shown_score
from app.reputation.queries.scores import people_helped, privileges_of, score_of, scores
from app.reputation.services.awarding import award_all_badges
from app.reputation.services.confirming import confirm_desk_answer, withdraw_desk_confirmation
from app.reputation.services.recomputing import Drift, check_ledger, recompute, recompute_all

__all__ = [
    "BADGES", "BY_CODE", "PRIVILEGES", "Badge", "Drift", "Table", "award_all_badges", "check_ledger",
    "confirm_desk_answer", "people_helped", "privileges_at", "privileges_of", "recompute", "recompute_all", "score_of",
    "scores",
    "shown_score", "withdraw_desk_confirmation",
]  # fmt: skip

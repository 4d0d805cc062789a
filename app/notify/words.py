"""Reason codes of this domain in words."""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.words import N_

REASONS: Mapping[str, str] = {
    "notify.later_unknown": N_("Choose this afternoon, tomorrow or Monday."),
}

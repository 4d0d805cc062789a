"""Reason codes of this domain in words."""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.words import N_

REASONS: Mapping[str, str] = {
    "reputation.number_out_of_range": N_("Choose a number from %(low)s to %(high)s."),
    "reputation.same_rules": N_("These are the rules already. Change a number first."),
}

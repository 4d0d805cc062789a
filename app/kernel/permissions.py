"""The vocabulary of permission checks: a decision that can explain itself."""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.errors import Denied


@dataclass(frozen=True, slots=True)
class Decision:
    """Truthy when allowed; otherwise it knows the code of the translatable reason."""

    reason: str | None = None

    def __bool__(self) -> bool:
        """Read as 'is allowed', so templates can say ``{% if page.may_answer %}``."""
        return self.reason is None


ALLOW = Decision()


def deny(reason: str) -> Decision:
    """Refuse with a code such as ``forum.question_closed``."""
    return Decision(reason)


def ensure(decision: Decision) -> None:
    """Turn a refusal into the exception that the edge renders.

    Raises:
        Denied: when the decision is a refusal.

    """
    if decision.reason is not None:
        raise Denied(decision.reason)

"""The one sentence with which somebody says why."""

from __future__ import annotations

from app.kernel.errors import Invalid

LONGEST_SENTENCE = 1000
"""Characters."""


def check_sentence(field: str, typed: str, *, required: bool = False) -> str:
    """Return a sentence without blanks around it.

    Raises:
        Invalid: when it is longer than ``LONGEST_SENTENCE``, or missing though required.

    """
    sentence = typed.strip()
    if required and not sentence:
        raise Invalid(field, "escalation.reason_missing")
    if len(sentence) > LONGEST_SENTENCE:
        raise Invalid(field, "escalation.sentence_too_long", maximum=LONGEST_SENTENCE)
    return sentence

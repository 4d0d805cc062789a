"""What a score allows: one table for a small site, one for a large one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from app.kernel.words import N_

Table = Literal["small", "large"]

PRIVILEGES: Mapping[Table, Mapping[str, int]] = {
    "small": {
        "comment": 1,
        "vote_up": 5,
        "links": 10,
        "vote_down": 50,
        "edit": 200,
        "close": 200,
        "tag_wiki": 500,
    },
    "large": {
        "links": 10,
        "vote_up": 15,
        "comment": 50,
        "vote_down": 125,
        "edit": 2000,
        "close": 3000,
        "tag_wiki": 5000,
    },
}
"""Code to the score that gives it. Small: the gates of Askbot's small site; large: those of Stack Exchange."""

WORDS: Mapping[str, tuple[str, str]] = {
    "comment": (N_("Comment everywhere"), N_("On your own questions and answers you always can.")),
    "vote_up": (N_("Say «This helped»"), N_("So that good answers rise and their authors are thanked.")),
    "links": (N_("Add more than two links"), N_("New accounts are limited, because spam is mostly links.")),
    "vote_down": (N_("Say «Doesn’t work for me»"), N_("It costs you a little, so it is used with care.")),
    "edit": (N_("Improve other people’s posts"), N_("Everything stays in the history and can be rolled back.")),
    "close": (N_("Close, reopen and link questions"), N_("With a reason that everybody sees.")),
    "tag_wiki": (N_("Look after tags"), N_("Write what a tag is about, and join words that mean the same.")),
}
"""Code to what it lets a person do, and a sentence about it."""


def shown_score(score_sum: int) -> int:
    """Return what people see: nobody goes below 1, and the ledger forgets nothing for that."""
    return max(1, 1 + score_sum)


def privileges_at(score: int, table: Table) -> frozenset[str]:
    """Return the codes that a shown score gives."""
    return frozenset(code for code, needed in PRIVILEGES[table].items() if score >= needed)

"""What people can be told about, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.kernel.words import N_


class Why(StrEnum):
    """Why somebody is told."""

    WROTE = "wrote"
    FOLLOWS = "follows"
    FOLLOWS_TAG = "follows_tag"
    NAMED = "named"
    EARNED = "earned"
    AT_DESK = "at_desk"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of news.

    ``sentence`` names who and about what; it is an inbox row and the subject of a letter. ``setting`` names the kind
    where a person chooses what comes by e-mail.
    """

    sentence: str
    setting: str
    mail: bool
    """Whether it comes by e-mail until the person says otherwise."""


KINDS: Mapping[str, Kind] = {
    "answered": Kind(
        N_("%(name)s answered: %(title)s"), N_("Somebody answers a question of mine, or one I follow"), True
    ),
    "asked_back": Kind(
        N_("%(name)s needs something from you: %(title)s"), N_("Somebody needs to know more from me"), True
    ),
    "replied": Kind(N_("%(name)s replied: %(title)s"), N_("Somebody replies to me, or in a thread I follow"), True),
    "named": Kind(N_("%(name)s named you: %(title)s"), N_("Somebody names me"), True),
    "unstuck": Kind(N_("You got %(name)s unstuck: %(title)s"), N_("My answer solved it"), True),
    "solved": Kind(N_("%(name)s says this is solved: %(title)s"), N_("A thread I follow is solved"), False),
    "closed": Kind(N_("%(name)s closed: %(title)s"), N_("My question is closed"), True),
    "joined": Kind(
        N_("%(name)s linked this to the same question: %(title)s"), N_("My question is linked to another"), True
    ),
    "split_off": Kind(
        N_("%(name)s made this a question of its own: %(title)s"),
        N_("Something I wrote or follow becomes a question of its own"),
        True,
    ),
    "removed": Kind(N_("%(name)s took your answer away: %(title)s"), N_("My answer is taken away"), True),
    "removed_comment": Kind(N_("%(name)s took your comment away: %(title)s"), N_("My comment is taken away"), True),
    "removed_question": Kind(N_("%(name)s took your question away: %(title)s"), N_("My question is taken away"), True),
    "asked": Kind(N_("%(name)s asked: %(title)s"), N_("Somebody asks about a tag I follow"), False),
    "escalated": Kind(
        N_("A colleague from the service desk takes this: %(title)s"), N_("The service desk takes my question"), True
    ),
    "back_to_work": Kind(
        N_("%(name)s thinks this is solved. Back to work? %(title)s"), N_("The service desk thinks it is solved"), False
    ),
    "given": Kind(N_("%(name)s gave you this: %(title)s"), N_("Somebody gives me something at the desk"), True),
    "not_yet": Kind(N_("%(name)s is not back to work yet: %(title)s"), N_("What I solved did not help yet"), True),
    "solution_gone": Kind(
        N_("%(name)s took away what had solved this: %(title)s"),
        N_("What solved something of mine is gone"),
        True,
    ),
    "came_back": Kind(
        N_("What was put aside is back: %(title)s"), N_("Something of mine that was put aside comes back"), False
    ),
    "badge": Kind(N_("You have a new badge: %(title)s"), N_("I get a badge"), False),
}

WHY_WORDS: Mapping[Why, str] = {
    Why.WROTE: N_("because you wrote it"),
    Why.FOLLOWS: N_("because you follow it"),
    Why.FOLLOWS_TAG: N_("because you follow a tag of it"),
    Why.NAMED: N_("because you were named"),
    Why.EARNED: N_("because you earned it"),
    Why.AT_DESK: N_("because you work at the service desk"),
}
"""Why something is in the inbox, beside it."""

WHY_MAILED: Mapping[Why, str] = {
    Why.WROTE: N_("You get this mail because you wrote it."),
    Why.FOLLOWS: N_("You get this mail because you follow it."),
    Why.FOLLOWS_TAG: N_("You get this mail because you follow a tag of it."),
    Why.NAMED: N_("You get this mail because you were named."),
    Why.EARNED: N_("You get this mail because you earned it."),
    Why.AT_DESK: N_("You get this mail because you work at the service desk."),
}
"""The same as a sentence of a letter: no language can put the two together from parts."""

REMOVED_QUESTION = "removed_question"
"""The one kind that is told of a question which is away."""
REMOVALS = frozenset({"removed", "removed_comment", REMOVED_QUESTION})
"""Kinds that come with the reason why."""

"""How much each fact is worth, and since when. Numbers are points unless said otherwise.

Origin of the defaults: the early Stack Exchange values (+10, +15, +2, −2, −1, 200 a day), +5 for questions so that
answering stays attractive, and limits for what one person can do to another in one day.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any


class Rule(StrEnum):
    """Why an entry exists."""

    ANSWER_UP = "answer_up"
    QUESTION_UP = "question_up"
    ANSWER_DOWN = "answer_down"
    QUESTION_DOWN = "question_down"
    DOWN_GIVEN = "down_given"
    ACCEPTED = "accepted"
    ACCEPTING = "accepting"
    DESK_CONFIRMED = "desk_confirmed"


RECEIVED_UP = frozenset({Rule.ANSWER_UP, Rule.QUESTION_UP})
RECEIVED_DOWN = frozenset({Rule.ANSWER_DOWN, Rule.QUESTION_DOWN})


@dataclass(frozen=True, slots=True)
class Rules:
    """One set of numbers an administrator can choose."""

    answer_up: int = 10
    question_up: int = 5
    accepted: int = 15
    """For an answer that the asker, or staff in their place, accepted."""
    accepting: int = 2
    """For the asker who says which answer solved it."""
    desk_confirmed: int = 15
    """For an answer after a hand-over whose asker is back to work, unless it was accepted as well."""
    down_received: int = -2
    down_given: int = -1
    """For voting an answer down; voting a question down costs nothing."""
    daily_limit: int = 200
    """What votes can be worth to one person in one UTC day; acceptances don't count towards it."""
    pair_ups: int = 6
    """How many up votes of one person for another count in one UTC day."""
    pair_downs: int = 3
    post_limit: int = 200
    """What up votes can be worth to one post in its whole life."""

    def points(self, rule: Rule) -> int:
        """Return what one fact is worth."""
        if rule in RECEIVED_DOWN:
            return self.down_received
        return int(getattr(self, rule.value))


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """Rules with the instant they came into force: always the start of a UTC day, so that one day has one rule."""

    number: int
    valid_from: datetime
    rules: Rules


FIRST_VERSION = RuleVersion(1, datetime(1970, 1, 1, tzinfo=UTC), Rules())


class RuleBook:
    """Every version there ever was; a fact is judged by the one that was valid when it happened."""

    def __init__(self, later: Iterable[RuleVersion] = ()) -> None:
        self._versions = sorted((FIRST_VERSION, *later), key=lambda v: (v.valid_from, v.number))
        self._starts = [v.valid_from for v in self._versions]

    def at(self, instant: datetime) -> RuleVersion:
        """Return the version valid at an instant; of two with the same start the later written one."""
        return self._versions[max(0, bisect_right(self._starts, instant) - 1)]

    @property
    def smallest_post_limit(self) -> int:
        """Return the points below which no version ever limited a post."""
        return min(v.rules.post_limit for v in self._versions)

    @property
    def newest(self) -> RuleVersion:
        """Return the version written last."""
        return max(self._versions, key=lambda v: v.number)

    def on(self, day: date) -> RuleVersion:
        """Return the version valid on a UTC day."""
        return self.at(datetime.combine(day, time.min, UTC))


NOTICE = timedelta(hours=1)
"""Shortest time between a change and its coming into force, so that no fact is judged while it is being written."""
LOSSES = frozenset({"down_received", "down_given"})
LARGEST = 1000


def allowed_range(name: str) -> tuple[int, int]:
    """Return the lowest and the highest value of a number: good things cost nothing, bad things earn nothing."""
    return (-LARGEST, 0) if name in LOSSES else (0, LARGEST)


def next_start(now: datetime) -> datetime:
    """Return when a change that is made now comes into force."""
    return datetime.combine((now.astimezone(UTC) + NOTICE).date() + timedelta(days=1), time.min, UTC)


def rules_to_json(rules: Rules) -> dict[str, int]:
    """Return what the database keeps of one version."""
    return asdict(rules)


def rules_from_json(stored: Mapping[str, Any]) -> Rules:
    """Read one version back; a number that did not exist when it was written has its default."""
    known = {f.name for f in fields(Rules)}
    return Rules(**{name: int(value) for name, value in stored.items() if name in known})


def utc_day(instant: datetime) -> date:
    """Return the UTC day that an instant belongs to."""
    return instant.astimezone(UTC).date()

"""The limits, as rows derived from the ledger: same facts, same rows, whatever the order.

Three limits follow one another. Of one person's votes for another on one day only so many count (the ones worth most;
of equals, those on the oldest posts). What then counts for a post is limited over its life, day by day. What then
counts for a person is limited per UTC day. Each excess is one row with the points it takes back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from app.reputation.claims import post_name
from app.reputation.rules import RECEIVED_DOWN, RECEIVED_UP, Rule, RuleBook


class CapKind(StrEnum):
    """Which limit was reached."""

    PAIR_UPS = "pair_ups"
    PAIR_DOWNS = "pair_downs"
    POST = "post"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Gain:
    """A standing vote entry of one person's ledger."""

    day: date
    rule: Rule
    points: int
    by_id: int
    question_id: int
    answer_id: int | None

    @property
    def post(self) -> str:
        """Name the post, as keys do."""
        return post_name(self.question_id, self.answer_id)


CapKey = tuple[date, CapKind, str]
"""UTC day, limit, and what it concerns: the voter's id, the post's name, or nothing for the day itself."""
NOTHING: Mapping[CapKey, int] = MappingProxyType({})


def derive_caps(
    book: RuleBook,
    gains: Iterable[Gain],
    settled: Mapping[CapKey, int] = NOTHING,
    unsettled_posts: Collection[str] | None = None,
) -> dict[CapKey, int]:
    """Return the cap rows of one person for the days of their vote entries.

    Args:
        book: the rules.
        gains: every vote entry of the days in question.
        settled: cap rows as they stand; only those of posts outside ``unsettled_posts`` are used, and given back.
        unsettled_posts: the posts whose life-long limit is to be derived; of each that is near its limit, every day on
            which it gained something must be in question. None means all posts, and so all days.

    """
    caps: dict[CapKey, int] = {}
    counted: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for (day, by_id, ups), votes in _by_pair(gains).items():
        counting, beyond = _count_pair(book, day, ups, votes)
        if excess := sum(gain.points for gain in beyond):
            caps[day, CapKind.PAIR_UPS if ups else CapKind.PAIR_DOWNS, str(by_id)] = -excess
        for gain in counting if ups else ():
            counted[gain.post][day] += gain.points
    days: dict[date, int] = defaultdict(int)
    for post, by_day in counted.items():
        if unsettled_posts is None or post in unsettled_posts:
            _limit_post(book, post, by_day, caps, days)
        else:
            _keep_post_limit(settled, post, by_day, caps, days)
    for day, total in days.items():
        if (excess := total - book.on(day).rules.daily_limit) > 0:
            caps[day, CapKind.DAY, ""] = -excess
    return caps


def lost_by_question(book: RuleBook, gains: Iterable[Gain], caps: Mapping[CapKey, int]) -> dict[int, int]:
    """Return what the limits take of one person's gains, question by question; it adds up to what the caps say.

    A limit of a day says nothing of where the points came from: what was gained on the oldest posts counts first.

    Args:
        book: the rules.
        gains: every vote entry of the days that the caps belong to.
        caps: all cap rows of these days.

    """
    lost: dict[int, int] = defaultdict(int)
    counted: dict[date, dict[tuple[int, int], int]] = defaultdict(lambda: defaultdict(int))
    posts: dict[str, tuple[int, int]] = {}
    for (day, by_id, ups), votes in _by_pair(gains).items():
        limited = (day, CapKind.PAIR_UPS if ups else CapKind.PAIR_DOWNS, str(by_id)) in caps
        counting, beyond = _count_pair(book, day, ups, votes) if limited else (votes, [])
        for gain in beyond:
            lost[gain.question_id] += gain.points
        for gain in counting if ups else ():
            posts[gain.post] = gain.question_id, gain.answer_id or 0
            counted[day][posts[gain.post]] += gain.points
    for (day, kind, name), points in caps.items():
        if kind is CapKind.POST:
            lost[posts[name][0]] -= points
            counted[day][posts[name]] += points
    for (day, kind, _), points in caps.items():
        if kind is CapKind.DAY:
            _lose_newest(counted[day], -points, lost)
    return lost


def _lose_newest(counted: Mapping[tuple[int, int], int], excess: int, lost: dict[int, int]) -> None:
    for post in sorted(counted, reverse=True):
        part = min(excess, counted[post])
        lost[post[0]] += part
        excess -= part


def _count_pair(book: RuleBook, day: date, ups: bool, votes: Collection[Gain]) -> tuple[list[Gain], list[Gain]]:
    """Part one person's votes for another on one day into those that count and those beyond the limit."""
    rules = book.on(day).rules
    limit = max(0, rules.pair_ups if ups else rules.pair_downs)
    ranked = sorted(votes, key=lambda gain: (-gain.points, gain.question_id, gain.answer_id or 0))
    return ranked[:limit], ranked[limit:]


def _by_pair(gains: Iterable[Gain]) -> dict[tuple[date, int, bool], list[Gain]]:
    pairs: dict[tuple[date, int, bool], list[Gain]] = defaultdict(list)
    for gain in gains:
        if gain.rule in RECEIVED_UP or gain.rule in RECEIVED_DOWN:
            pairs[gain.day, gain.by_id, gain.rule in RECEIVED_UP].append(gain)
    return pairs


def _limit_post(
    book: RuleBook, post: str, by_day: Mapping[date, int], caps: dict[CapKey, int], days: dict[date, int]
) -> None:
    """Let a post earn up to its limit, oldest day first."""
    so_far = 0
    for day in sorted(by_day):
        room = max(0, book.on(day).rules.post_limit - so_far)
        counts = min(by_day[day], room)
        if counts < by_day[day]:
            caps[day, CapKind.POST, post] = counts - by_day[day]
        so_far += counts
        days[day] += counts


def _keep_post_limit(
    settled: Mapping[CapKey, int],
    post: str,
    by_day: Mapping[date, int],
    caps: dict[CapKey, int],
    days: dict[date, int],
) -> None:
    """Count a post whose limit no change can have moved."""
    for day, points in by_day.items():
        taken = settled.get((day, CapKind.POST, post), 0)
        if taken:
            caps[day, CapKind.POST, post] = taken
        days[day] += points + taken

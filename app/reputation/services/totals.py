"""Caps and kept sums: what follows from the ledger, changed in the same transaction as its rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Date,
    Insert,
    Select,
    Table,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.kernel.database import fetch
from app.reputation.caps import CapKey, CapKind, Gain, derive_caps
from app.reputation.claims import post_name
from app.reputation.models import Cap, Entry, Score
from app.reputation.rules import RECEIVED_DOWN, RECEIVED_UP, Rule, RuleBook

VOTES_RECEIVED = tuple(rule.value for rule in (*RECEIVED_UP, *RECEIVED_DOWN))
UPS_RECEIVED = tuple(rule.value for rule in RECEIVED_UP)
Statement = Select[*tuple[Any, ...]]


def _is_one_of(rules: Iterable[str]) -> ColumnElement[bool]:
    """Compare without ``IN``, whose list SQLAlchemy writes out anew each time a statement runs."""
    return or_(*(Entry.rule == rule for rule in rules))


def _nearness(of_post: ColumnElement[bool]) -> Statement:
    """Make the statement: are there caps, points of the day, votes of the voter that day, points of the post.

    The post is looked for by its thread: ``user_id + 0`` keeps SQLite from walking through all that the person has.
    """
    mine, day = Entry.user_id == bindparam("user"), bindparam("day", type_=Date)
    ups = select(func.coalesce(func.sum(Entry.points), 0)).where(_is_one_of(UPS_RECEIVED))
    votes = select(func.coalesce(func.sum(case((Entry.reverses_id.is_(None), 1), else_=-1)), 0))
    by_voter = votes.where(mine, Entry.day == day, Entry.by_id == bindparam("voter"), _is_one_of(VOTES_RECEIVED))
    of_name = and_(Cap.kind == CapKind.POST.value, Cap.subject == bindparam("name"))
    caps = exists().where(Cap.user_id == bindparam("user"), or_(Cap.day == day, of_name))
    return select(
        caps,
        ups.where(mine, Entry.day == day).scalar_subquery(),
        by_voter.scalar_subquery(),
        ups.where(Entry.user_id + 0 == bindparam("user"), of_post).scalar_subquery(),
    )


_IN_THREAD = Entry.question_id == bindparam("thread")
_NEARNESS_OF_ANSWER = _nearness(and_(_IN_THREAD, Entry.answer_id == bindparam("post")))
_NEARNESS_OF_QUESTION = _nearness(and_(_IN_THREAD, Entry.answer_id.is_(None)))
_SCORES = cast("Table", Score.__table__)
_ADD = (
    update(_SCORES)
    .where(_SCORES.c.user_id == bindparam("person"))
    .values(score_sum=_SCORES.c.score_sum + bindparam("change"))
)


def _gain(dialect: Any) -> Insert:
    row = dialect.insert(_SCORES)
    total = {"score_sum": _SCORES.c.score_sum + row.excluded.score_sum}
    gain: Insert = row.on_conflict_do_update(index_elements=[_SCORES.c.user_id], set_=total)
    return gain


_GAIN = {"sqlite": _gain(sqlite), "postgresql": _gain(postgresql)}


@dataclass(slots=True)
class Touched:
    """What new ledger rows change for one person."""

    points: int = 0
    days: set[date] = field(default_factory=set)
    posts: set[tuple[int, int | None]] = field(default_factory=set)
    voters: set[int] = field(default_factory=set)


def touch(rows: Iterable[Mapping[str, Any]]) -> dict[int, Touched]:
    """Sum new rows by person, and note the days, posts and voters whose limits they may change."""
    touched: dict[int, Touched] = {}
    for row in rows:
        person = touched.setdefault(row["user_id"], Touched())
        person.points += row["points"]
        if row["rule"] in VOTES_RECEIVED:
            person.days.add(row["day"])
            person.posts.add((row["question_id"], row["answer_id"]))
            person.voters.add(row["by_id"])
    return touched


def add_points(session: Session, touched: Mapping[int, Touched]) -> None:
    """Add nominal points to the sums, in the order of people's ids.

    The rows stay locked, which puts concurrent changes of these people's ledgers in order.
    """
    statement = _GAIN[session.get_bind().dialect.name]
    fetch(
        session, statement, [{"user_id": user_id, "score_sum": touched[user_id].points} for user_id in sorted(touched)]
    )


def settle_limits(session: Session, book: RuleBook, touched: Mapping[int, Touched]) -> None:
    """Bring what the limits take from the touched people up to date; their sums are locked."""
    changes = [
        {"person": user_id, "change": change}
        for user_id, person in sorted(touched.items())
        if (change := _settle_caps(session, book, user_id, person))
    ]
    if changes:
        fetch(session, _ADD, changes)


def _settle_caps(session: Session, book: RuleBook, user_id: int, person: Touched) -> int:
    """Recompute the limits that may have moved; return by how many points they changed.

    A change touches its own day. Through the pair limit it may touch the voter's other posts of that day, and through
    the life-long limit of these posts every other day on which they gained something.
    """
    if not person.days or _is_quiet(session, book, user_id, person):
        return 0
    days = person.days
    gains = _gains_on(session, user_id, days)
    posts = person.posts | {(g.question_id, g.answer_id) for g in gains if g.by_id in person.voters}
    stored = _caps_on(session, user_id, days)
    if more := _days_of_limited_posts(session, book, user_id, posts) - days:
        days = days | more
        gains = _gains_on(session, user_id, days)
        stored = _caps_on(session, user_id, days)
    return _replace_caps(
        session, user_id, stored, derive_caps(book, gains, stored, {post_name(*post) for post in posts})
    )


def _is_quiet(session: Session, book: RuleBook, user_id: int, person: Touched) -> bool:
    """Tell by one cheap statement that one vote on one post came nowhere near a limit: what nearly all votes are."""
    if not len(person.days) == len(person.posts) == len(person.voters) == 1:
        return False
    (day,), (post,), (voter_id,) = person.days, person.posts, person.voters
    question_id, answer_id = post
    values = {"user": user_id, "day": day, "voter": voter_id, "name": post_name(*post)}
    values |= {"thread": question_id} if answer_id is None else {"thread": question_id, "post": answer_id}
    statement = _NEARNESS_OF_QUESTION if answer_id is None else _NEARNESS_OF_ANSWER
    capped, day_total, of_voter, post_total = fetch(session, statement, values).one()
    rules = book.on(day).rules
    return (
        not capped
        and day_total <= rules.daily_limit
        and of_voter <= min(rules.pair_ups, rules.pair_downs)
        and post_total <= book.smallest_post_limit
    )


def _days_of_limited_posts(
    session: Session, book: RuleBook, user_id: int, posts: Collection[tuple[int, int | None]]
) -> set[date]:
    """Return the days on which those of the posts gained something that are limited, or were before this change."""
    answers = [answer_id for _, answer_id in posts if answer_id is not None]
    questions = [question_id for question_id, answer_id in posts if answer_id is None]
    days: dict[tuple[int, int | None], dict[date, int]] = defaultdict(dict)
    named = {"threads": [question_id for question_id, _ in posts], "answers": answers, "questions": questions}
    for receiver, question_id, answer_id, day, points in fetch(session, _GAINED_BY_DAY, named):
        if receiver == user_id:
            days[question_id, answer_id][day] = int(points)
    limited = {post for post, gained in days.items() if sum(gained.values()) > book.smallest_post_limit}
    limited |= _posts_limited_before(session, user_id, posts)
    return {day for post in limited for day in days[post]}


def _posts_limited_before(
    session: Session, user_id: int, posts: Collection[tuple[int, int | None]]
) -> set[tuple[int, int | None]]:
    names = {post_name(*post): post for post in posts}
    limited = fetch(session, _LIMITED_POSTS, {"user": user_id, "names": list(names)})
    return {names[name] for name in limited.scalars()}


def _gains_on(session: Session, user_id: int, days: Collection[date]) -> list[Gain]:
    return [
        Gain(day, Rule(rule), int(points), by_id, question_id, answer_id)
        for day, rule, points, by_id, question_id, answer_id in fetch(
            session, _GAINS_ON, {"user": user_id, "days": list(days)}
        )
    ]


def _caps_on(session: Session, user_id: int, days: Collection[date]) -> dict[CapKey, int]:
    rows = fetch(session, _CAPS_ON, {"user": user_id, "days": list(days)})
    return {(day, CapKind(kind), subject): points for day, kind, subject, points in rows}


def _gains_query() -> Statement:
    """Return the statement for the standing vote entries: whatever was taken back sums to nothing."""
    where = (Entry.day, Entry.rule, Entry.by_id, Entry.question_id, Entry.answer_id)
    points = func.sum(Entry.points)
    return (
        select(Entry.day, Entry.rule, points, *where[2:])
        .where(_is_one_of(VOTES_RECEIVED))
        .group_by(*where)
        .having(points != 0)
    )


def _replace_caps(session: Session, user_id: int, stored: Mapping[CapKey, int], wanted: Mapping[CapKey, int]) -> int:
    if gone := [_cap_named(user_id, key) for key in stored.keys() - wanted.keys()]:
        fetch(session, _DROP_CAP, gone)
    moved = [key for key in wanted.keys() & stored.keys() if wanted[key] != stored[key]]
    if moved:
        fetch(session, _MOVE_CAP, [{**_cap_named(user_id, key), "taken": wanted[key]} for key in moved])
    if new := cap_rows(user_id, {key: wanted[key] for key in wanted.keys() - stored.keys()}):
        fetch(session, _NEW_CAP, new)
    return sum(wanted.values()) - sum(stored.values())


def _cap_named(user_id: int, key: CapKey) -> dict[str, object]:
    day, kind, subject = key
    return {"user": user_id, "on": day, "which": kind.value, "what": subject}


def cap_rows(user_id: int, caps: Mapping[CapKey, int]) -> list[dict[str, object]]:
    """Return the rows to insert for one person's caps."""
    return [
        {"user_id": user_id, "day": day, "kind": kind.value, "subject": subject, "points": points}
        for (day, kind, subject), points in sorted(caps.items())
    ]


# built once: putting a statement together costs more than running it
_OF_USER = Entry.user_id == bindparam("user")
_GAINS_ON = _gains_query().where(_OF_USER, Entry.day.in_(bindparam("days", expanding=True)))
_GAINED_BY_DAY = (
    select(Entry.user_id, Entry.question_id, Entry.answer_id, Entry.day, func.sum(Entry.points))
    .where(
        _is_one_of(UPS_RECEIVED),
        Entry.question_id.in_(bindparam("threads", expanding=True)),
        or_(
            Entry.answer_id.in_(bindparam("answers", expanding=True)),
            and_(Entry.question_id.in_(bindparam("questions", expanding=True)), Entry.answer_id.is_(None)),
        ),
    )
    .group_by(Entry.user_id, Entry.question_id, Entry.answer_id, Entry.day)
)
"""By post alone: asked for a person, SQLite would walk through all that one of them has."""
_CAPS_OF_USER = select(Cap.day, Cap.kind, Cap.subject, Cap.points).where(Cap.user_id == bindparam("user"))
_CAPS_ON = _CAPS_OF_USER.where(Cap.day.in_(bindparam("days", expanding=True)))
_LIMITED_POSTS = _CAPS_OF_USER.with_only_columns(Cap.subject).where(
    Cap.kind == CapKind.POST.value, Cap.subject.in_(bindparam("names", expanding=True))
)
_CAPS = cast("Table", Cap.__table__)
_THAT_CAP = and_(
    _CAPS.c.user_id == bindparam("user"),
    _CAPS.c.day == bindparam("on", type_=Date),
    _CAPS.c.kind == bindparam("which"),
    _CAPS.c.subject == bindparam("what"),
)
_DROP_CAP = delete(_CAPS).where(_THAT_CAP)
_MOVE_CAP = update(_CAPS).where(_THAT_CAP).values(points=bindparam("taken"))
_NEW_CAP = insert(_CAPS)

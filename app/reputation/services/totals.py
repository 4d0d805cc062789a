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
    """Make the statement: are there caps, points of the day, votes of the voter that day, points of the post."""
    mine, day = Entry.user_id == bindparam("user"), bindparam("day", type_=Date)
    ups = select(func.coalesce(func.sum(Entry.points), 0)).where(mine, _is_one_of(UPS_RECEIVED))
    votes = select(func.coalesce(func.sum(case((Entry.reverses_id.is_(None), 1), else_=-1)), 0))
    by_voter = votes.where(mine, Entry.day == day, Entry.by_id == bindparam("voter"), _is_one_of(VOTES_RECEIVED))
    of_name = and_(Cap.kind == CapKind.POST.value, Cap.subject == bindparam("name"))
    caps = exists().where(Cap.user_id == bindparam("user"), or_(Cap.day == day, of_name))
    return select(
        caps,
        ups.where(Entry.day == day).scalar_subquery(),
        by_voter.scalar_subquery(),
        ups.where(of_post).scalar_subquery(),
    )


_NEARNESS_OF_ANSWER = _nearness(Entry.answer_id == bindparam("post"))
_NEARNESS_OF_QUESTION = _nearness(and_(Entry.question_id == bindparam("post"), Entry.answer_id.is_(None)))
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
    stored = stored_caps(session, user_id, Cap.day.in_(days))
    if more := _days_of_limited_posts(session, book, user_id, posts) - days:
        days = days | more
        gains = _gains_on(session, user_id, days)
        stored = stored_caps(session, user_id, Cap.day.in_(days))
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
    values |= {"post": question_id if answer_id is None else answer_id}
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
    here = or_(Entry.answer_id.in_(answers), and_(Entry.question_id.in_(questions), Entry.answer_id.is_(None)))
    by_day = (
        select(Entry.question_id, Entry.answer_id, Entry.day, func.sum(Entry.points))
        .where(Entry.user_id == user_id, Entry.rule.in_(UPS_RECEIVED), here)
        .group_by(Entry.question_id, Entry.answer_id, Entry.day)
    )
    days: dict[tuple[int, int | None], dict[date, int]] = defaultdict(dict)
    for question_id, answer_id, day, points in session.execute(by_day):
        days[question_id, answer_id][day] = int(points)
    limited = {post for post, gained in days.items() if sum(gained.values()) > book.smallest_post_limit}
    limited |= _posts_limited_before(session, user_id, posts)
    return {day for post in limited for day in days[post]}


def _posts_limited_before(
    session: Session, user_id: int, posts: Collection[tuple[int, int | None]]
) -> set[tuple[int, int | None]]:
    names = {post_name(*post): post for post in posts}
    query = select(Cap.subject).where(
        Cap.user_id == user_id, Cap.kind == CapKind.POST.value, Cap.subject.in_(names.keys())
    )
    return {names[name] for name in session.scalars(query)}


def _gains_on(session: Session, user_id: int, days: Collection[date]) -> list[Gain]:
    return gains_of(session, gains_query().where(Entry.user_id == user_id, Entry.day.in_(days)))


def stored_caps(session: Session, user_id: int, where: ColumnElement[bool]) -> dict[CapKey, int]:
    """Return those of one person's cap rows that ``where`` names."""
    rows = session.execute(select(Cap.day, Cap.kind, Cap.subject, Cap.points).where(Cap.user_id == user_id, where))
    return {(row.day, CapKind(row.kind), row.subject): row.points for row in rows}


def gains_query() -> Statement:
    """Return the statement for the standing vote entries: whatever was taken back sums to nothing."""
    where = (Entry.day, Entry.rule, Entry.by_id, Entry.question_id, Entry.answer_id)
    points = func.sum(Entry.points)
    return (
        select(Entry.day, Entry.rule, points, *where[2:])
        .where(Entry.rule.in_(VOTES_RECEIVED))
        .group_by(*where)
        .having(points != 0)
    )


def gains_of(session: Session, query: Statement) -> list[Gain]:
    """Run a statement made from ``gains_query``."""
    return [
        Gain(day, Rule(rule), int(points), by_id, question_id, answer_id)
        for day, rule, points, by_id, question_id, answer_id in session.execute(query)
    ]


def _replace_caps(session: Session, user_id: int, stored: Mapping[CapKey, int], wanted: Mapping[CapKey, int]) -> int:
    for day, kind, subject in stored.keys() - wanted.keys():
        session.execute(
            delete(Cap).where(Cap.user_id == user_id, Cap.day == day, Cap.kind == kind.value, Cap.subject == subject)
        )
    for key in wanted.keys() & stored.keys():
        if wanted[key] != stored[key]:
            day, kind, subject = key
            session.execute(
                update(Cap)
                .where(Cap.user_id == user_id, Cap.day == day, Cap.kind == kind.value, Cap.subject == subject)
                .values(points=wanted[key])
            )
    if new := cap_rows(user_id, {key: wanted[key] for key in wanted.keys() - stored.keys()}):
        session.execute(insert(Cap), new)
    return sum(wanted.values()) - sum(stored.values())


def cap_rows(user_id: int, caps: Mapping[CapKey, int]) -> list[dict[str, object]]:
    """Return the rows to insert for one person's caps."""
    return [
        {"user_id": user_id, "day": day, "kind": kind.value, "subject": subject, "points": points}
        for (day, kind, subject), points in sorted(caps.items())
    ]

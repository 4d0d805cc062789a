"""The rules for whoever may change them: every version, and what other numbers would have meant lately."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.identity.contract import Person, people
from app.kernel.actor import Actor
from app.kernel.permissions import ensure
from app.reputation.caps import Gain, derive_caps
from app.reputation.models import Entry, StoredRules
from app.reputation.permissions import can_change_rules
from app.reputation.queries.rule_versions import rule_book
from app.reputation.rules import FIRST_VERSION, Rule, RuleBook, Rules, RuleVersion, next_start, rules_from_json, utc_day

DAYS = 30
MOST_PEOPLE = 10
MOST_VERSIONS = 50


@dataclass(frozen=True, slots=True)
class Version:
    """One version with what it changed, as (name, before, after); nobody wrote the first one."""

    number: int
    valid_from: datetime
    written_by: Person | None
    changes: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class RulesPage:
    """The rules in force, the newest ones, and how they came about, newest first; ``starts_at`` is for a change now."""

    current: RuleVersion
    newest: RuleVersion
    starts_at: datetime
    versions: tuple[Version, ...]


@dataclass(frozen=True, slots=True)
class PersonChange:
    """What one person earned lately, under the rules as they are and under others."""

    person: Person
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class RulesPreview:
    """What everybody earned in the last days, and what they would have; ``people`` are those it moves most."""

    days: int
    before: int
    after: int
    moved: int
    people: tuple[PersonChange, ...]


def rules_page(session: Session, actor: Actor, now: datetime) -> RulesPage:
    """Return the rules and their history, in two statements.

    Raises:
        Denied: to everybody but administrators.

    """
    ensure(can_change_rules(actor))
    stored = session.scalars(select(StoredRules).order_by(StoredRules.number)).all()
    book = RuleBook(RuleVersion(s.number, s.valid_from.astimezone(UTC), rules_from_json(s.rules)) for s in stored)
    persons = people(session, {s.written_by_id for s in stored if s.written_by_id is not None})
    versions, before = [], FIRST_VERSION.rules
    for row in stored:
        rules = rules_from_json(row.rules)
        writer = persons.get(row.written_by_id) if row.written_by_id is not None else None
        versions.append(Version(row.number, row.valid_from.astimezone(UTC), writer, _changes(before, rules)))
        before = rules
    return RulesPage(book.at(now), book.newest, next_start(now), tuple(versions[: -MOST_VERSIONS - 1 : -1]))


def preview_rules(session: Session, actor: Actor, rules: Rules, now: datetime) -> RulesPreview:
    """Judge the facts of the last days by the rules as they were and by others, in three statements.

    Limits see only these days, so that a post's limit over its life starts anew in both counts.

    Raises:
        Denied: to everybody but administrators.

    """
    ensure(can_change_rules(actor))
    others = RuleBook([RuleVersion(FIRST_VERSION.number, FIRST_VERSION.valid_from, rules)])
    facts = _facts(session, now)
    before, after = _earned(rule_book(session), facts), _earned(others, facts)
    moved = [user_id for user_id in facts if before[user_id] != after[user_id]]
    moved.sort(key=lambda user_id: (-abs(after[user_id] - before[user_id]), user_id))
    persons = people(session, moved[:MOST_PEOPLE])
    shown = tuple(PersonChange(persons[i], before[i], after[i]) for i in moved[:MOST_PEOPLE])
    return RulesPreview(DAYS, sum(before.values()), sum(after.values()), len(moved), shown)


def _changes(before: Rules, after: Rules) -> tuple[tuple[str, int, int], ...]:
    old, new = asdict(before), asdict(after)
    return tuple((name, old[name], new[name]) for name in new if old[name] != new[name])


def _facts(session: Session, now: datetime) -> dict[int, list[Gain]]:
    """Return by person what stands of the last days; the points are left open."""
    what = (Entry.user_id, Entry.day, Entry.rule, Entry.by_id, Entry.question_id, Entry.answer_id)
    standing = func.sum(case((Entry.reverses_id.is_(None), 1), else_=-1))
    query = select(*what).where(Entry.day > utc_day(now) - timedelta(days=DAYS)).group_by(*what).having(standing > 0)
    facts: dict[int, list[Gain]] = defaultdict(list)
    for row in session.execute(query):
        facts[row.user_id].append(Gain(row.day, Rule(row.rule), 0, row.by_id, row.question_id, row.answer_id))
    return facts


def _earned(book: RuleBook, facts: dict[int, list[Gain]]) -> dict[int, int]:
    earned = {}
    for user_id, mine in facts.items():
        gains = [
            Gain(f.day, f.rule, book.on(f.day).rules.points(f.rule), f.by_id, f.question_id, f.answer_id) for f in mine
        ]
        earned[user_id] = sum(gain.points for gain in gains) + sum(derive_caps(book, gains).values())
    return earned

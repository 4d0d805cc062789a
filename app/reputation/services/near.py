"""Who may have earned a badge by facts that have just happened, decided from what lies near them.

Work grows with the facts, not with what their people did before. What is read is a part of what ``awarding`` reads for
everybody, judged by the same conditions, so nobody is given what the whole history would not give them. What was taken
back before its fact was delivered may go unseen; what was given stays, whatever is taken back later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, aliased

from app.forum.contract import (
    VoteFact,
    acceptances_of,
    answers_named,
    edits_of,
    first_answers_to_newcomers,
    first_question_of,
    live_answers,
    questions_named,
    solutions_by_asker,
)
from app.forum.events import AnswerRestored, QuestionDeleted, QuestionRestored, VoteCast
from app.kernel.database import fetch
from app.kernel.events import Event
from app.reputation.badges import BADGES, STREAK_WITHIN, TEACHER_PEOPLE, Deeds
from app.reputation.models import BadgeAward, Entry
from app.reputation.rules import Rule, utc_day
from app.reputation.services.awarding import Award, closed_loops, earned_awards

People = defaultdict[int, Deeds]


def awards_after(session: Session, facts: Iterable[Event]) -> list[Award]:
    """Return what people have earned by these facts and don't have; in one statement when they have it all."""
    facts = [part for fact in facts for part in (fact, *_posts_of(session, fact))]
    held, hopes = _hopes(session, facts)
    people: People = defaultdict(Deeds)
    for codes, look in _LOOKS.items():
        if near := list(dict.fromkeys(fact for code in codes for fact in hopes.get(code, ()))):
            look(session, near, people)
    return earned_awards(people, held)


def _posts_of(session: Session, fact: Event) -> Iterator[Event]:
    """Say of each answer of a thread that is back that it is back."""
    if isinstance(fact, QuestionRestored):
        where = {name: getattr(fact, name) for name in ("occurred_at", "question_id", "space_id", "asker_id", "by_id")}
        for row in fetch(session, _ANSWERS_IN_THREAD, {"thread": fact.question_id}):
            yield AnswerRestored(**where, answer_id=row.answer_id, author_id=row.author_id)


def _hopes(session: Session, facts: Sequence[Event]) -> tuple[set[tuple[int, str]], Mapping[str, list[Event]]]:
    """Return who holds what, and for each badge the facts that may have completed it for somebody who does not."""
    found = [
        (badge.code, fact, whom(fact))
        for badge in BADGES
        for fact in facts
        if (whom := badge.completed_by.get(type(fact))) is not None
    ]
    known = sorted({person for _, _, people in found for person in people or ()})
    held = {(person, code) for person, code in fetch(session, _HELD, {"people": known})} if known else set()
    hopes: dict[str, list[Event]] = defaultdict(list)
    for code, fact, people in found:
        if people is None or any((person, code) not in held for person in people):
            hopes[code].append(fact)
    return held, hopes


def _look_at_answers(session: Session, facts: Sequence[Any], people: People) -> None:
    for answer in answers_named(session, {fact.answer_id for fact in facts}):
        people[answer.author_id].answers.append(answer)


def _look_at_solutions(session: Session, facts: Sequence[Any], people: People) -> None:
    for author_id in sorted({fact.author_id for fact in facts}):
        people[author_id].answers += solutions_by_asker(session, author_id, TEACHER_PEOPLE)


def _look_at_newcomers(session: Session, facts: Sequence[Any], people: People) -> None:
    threads = {fact.question_id for fact in facts if not isinstance(fact, QuestionDeleted)}
    askers = {fact.asker_id for fact in facts if isinstance(fact, QuestionDeleted)}
    threads |= {first for asker in askers if (first := first_question_of(session, asker)) is not None}
    for answer in first_answers_to_newcomers(session, threads):
        people[answer.author_id].welcomes.append(answer)


def _look_at_help(session: Session, facts: Sequence[Any], people: People) -> None:
    """Read one vote up for each day near the days of these; the ledger is what knows them by person and day."""
    days: dict[int, set[date]] = defaultdict(set)
    for fact in facts:
        if isinstance(fact, VoteCast):
            days[fact.author_id].add(utc_day(fact.occurred_at))
    restored = [fact for fact in facts if isinstance(fact, AnswerRestored)]
    if restored:
        named = {"threads": [fact.question_id for fact in restored], "answers": [fact.answer_id for fact in restored]}
        for person, day in fetch(session, _DAYS_OF_ANSWERS, named):
            days[person].add(day)
    spans: dict[tuple[date, date], list[int]] = defaultdict(list)
    for person in sorted(days):
        for span in _spans(days[person]):
            spans[span].append(person)
    for (first, last), helpers in sorted(spans.items()):
        near = [first + timedelta(number) for number in range((last - first).days + 1)]
        for vote in fetch(session, _HELP_BY_DAY, {"people": helpers, "days": near}):
            people[vote.user_id].helpful.append(_vote_of(vote))
    for person in days:
        people[person].helpful.sort(key=lambda vote: vote.cast_at)


def _spans(days: Collection[date]) -> list[tuple[date, date]]:
    """Return the stretches of days that share two weeks with one of these days."""
    spans: list[tuple[date, date]] = []
    for day in sorted(days):
        first, last = day - STREAK_WITHIN, day + STREAK_WITHIN
        if spans and first <= spans[-1][1]:
            spans[-1] = spans[-1][0], last
        else:
            spans.append((first, last))
    return spans


def _vote_of(entry: Any) -> VoteFact:
    """Read a vote out of the ledger; what came back with a restored post is dated by its day."""
    at = entry.occurred_at
    if utc_day(at) != entry.day:
        at = datetime.combine(entry.day, time.min, UTC)
    return VoteFact(entry.question_id, entry.answer_id, entry.by_id, entry.user_id, 1, at)


def _look_at_questions(session: Session, facts: Sequence[Any], people: People) -> None:
    for question in questions_named(session, {fact.question_id for fact in facts}):
        people[question.asker_id].questions.append(question)


def _look_at_edits(session: Session, facts: Sequence[Any], people: People) -> None:
    answers = {fact.answer_id for fact in facts if hasattr(fact, "answer_id")}
    questions = {fact.question_id for fact in facts if not hasattr(fact, "answer_id")}
    for edit in edits_of(session, questions, answers):
        people[edit.editor_id].edits.append(edit)


def _look_at_acceptances(session: Session, facts: Sequence[Any], people: People) -> None:
    for fact in closed_loops(acceptances_of(session, {fact.answer_id for fact in facts})):
        people[fact.asker_id].accepting.append(fact)


_LOOKS: Mapping[tuple[str, ...], Callable[[Session, Sequence[Any], People], None]] = {
    ("first_answer", "first_accepted", "revived", "great_answer"): _look_at_answers,
    ("teacher",): _look_at_solutions,
    ("welcome",): _look_at_newcomers,
    ("streak",): _look_at_help,
    ("good_question",): _look_at_questions,
    ("editor",): _look_at_edits,
    ("closed_the_loop",): _look_at_acceptances,
}
"""What to read for which badges."""

# built once: putting a statement together costs more than running it
_REVERSAL = aliased(Entry)
_STANDING_UP = (
    Entry.rule == Rule.ANSWER_UP.value,
    Entry.reverses_id.is_(None),
    ~select(_REVERSAL.id).where(_REVERSAL.reverses_id == Entry.id).exists(),
)
_ONE_A_DAY = (
    select(func.min(Entry.id))
    .where(
        Entry.user_id.in_(bindparam("people", expanding=True)),
        Entry.day.in_(bindparam("days", expanding=True)),
        *_STANDING_UP,
    )
    .group_by(Entry.user_id, Entry.day)
)
_HELP_BY_DAY = select(
    Entry.user_id, Entry.day, Entry.occurred_at, Entry.question_id, Entry.answer_id, Entry.by_id
).where(Entry.id.in_(_ONE_A_DAY))
_DAYS_OF_ANSWERS = (
    select(Entry.user_id, Entry.day)
    .where(
        Entry.question_id.in_(bindparam("threads", expanding=True)),
        Entry.answer_id.in_(bindparam("answers", expanding=True)),
        *_STANDING_UP,
    )
    .distinct()
)
_HELD = select(BadgeAward.user_id, BadgeAward.code).where(BadgeAward.user_id.in_(bindparam("people", expanding=True)))
_LIVE = live_answers().subquery()
_ANSWERS_IN_THREAD = select(_LIVE.c.answer_id, _LIVE.c.author_id).where(_LIVE.c.question_id == bindparam("thread"))

"""Badges: what each is called, what it is for, when somebody has earned it and what can complete it. Pure functions.

Every condition only grows: who has earned a badge by some of their deeds has earned it by all of them. So it is enough
to look at the deeds near a fact that completes it (``services.near``), and at all of them after an import.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.forum.contract import AcceptanceFact, AnswerFact, EditFact, QuestionFact, VoteFact
from app.forum.events import (
    AnswerAccepted,
    AnswerDeleted,
    AnswerEdited,
    AnswerPosted,
    AnswerRestored,
    QuestionDeleted,
    QuestionEdited,
    QuestionRestored,
    VoteCast,
    VoteWithdrawn,
)
from app.kernel.events import Event
from app.kernel.words import N_
from app.reputation.rules import utc_day

GOOD_QUESTION, GREAT_ANSWER = 5, 10
"""Scores of a post."""
STREAK_DAYS, STREAK_WITHIN = 5, timedelta(days=14)
OLD = timedelta(days=60)
TEACHER_PEOPLE = 10


@dataclass(frozen=True, slots=True)
class Earned:
    """Somebody met a badge's condition, at an instant, with a post."""

    at: datetime
    question_id: int | None = None
    answer_id: int | None = None


@dataclass(slots=True)
class Deeds:
    """What one person did that counts; every list is oldest first."""

    answers: list[AnswerFact] = field(default_factory=list)
    questions: list[QuestionFact] = field(default_factory=list)
    helpful: list[VoteFact] = field(default_factory=list)
    """Up votes that the person's answers received."""
    accepting: list[AcceptanceFact] = field(default_factory=list)
    """Answers of others that the person accepted on their own questions."""
    edits: list[EditFact] = field(default_factory=list)
    welcomes: list[AnswerFact] = field(default_factory=list)
    """First answers to somebody's first question."""


Whom = Callable[[Any], Collection[int] | None]
"""Whose badge a fact may have completed; None when only a look at what is near tells."""


@dataclass(frozen=True, slots=True)
class Badge:
    """Something a person is given once. No other fact than those of ``completed_by`` can be the last that it needs."""

    code: str
    name: str
    sentence: str
    earned: Callable[[Deeds], Earned | None]
    completed_by: Mapping[type[Event], Whom]


def _first_answer(deeds: Deeds) -> Earned | None:
    return next((_by_answer(answer, answer.posted_at) for answer in deeds.answers), None)


def _first_accepted(deeds: Deeds) -> Earned | None:
    return next((earned for _, earned in _solutions(deeds)), None)


def _streak(deeds: Deeds) -> Earned | None:
    """Answers voted up on five different UTC days within two weeks."""
    recent: deque[VoteFact] = deque()
    for vote in deeds.helpful:
        if recent and utc_day(recent[-1].cast_at) == utc_day(vote.cast_at):
            continue
        recent.append(vote)
        while utc_day(vote.cast_at) - utc_day(recent[0].cast_at) >= STREAK_WITHIN:
            recent.popleft()
        if len(recent) >= STREAK_DAYS:
            return Earned(vote.cast_at, vote.question_id, vote.answer_id)
    return None


def _good_question(deeds: Deeds) -> Earned | None:
    return next((Earned(q.asked_at, q.question_id) for q in deeds.questions if q.score >= GOOD_QUESTION), None)


def _great_answer(deeds: Deeds) -> Earned | None:
    return next((_by_answer(a, a.posted_at) for a in deeds.answers if a.score >= GREAT_ANSWER), None)


def _revived(deeds: Deeds) -> Earned | None:
    old = (earned for answer, earned in _solutions(deeds) if answer.posted_at - answer.asked_at >= OLD)
    return next(old, None)


def _welcome(deeds: Deeds) -> Earned | None:
    return next((_by_answer(answer, answer.posted_at) for answer in deeds.welcomes), None)


def _editor(deeds: Deeds) -> Earned | None:
    return next((Earned(e.edited_at, e.question_id, e.answer_id) for e in deeds.edits), None)


def _teacher(deeds: Deeds) -> Earned | None:
    helped: set[int] = set()
    for answer, earned in _solutions(deeds):
        helped.add(answer.asker_id)
        if len(helped) >= TEACHER_PEOPLE:
            return earned
    return None


def _closed_the_loop(deeds: Deeds) -> Earned | None:
    return next((Earned(a.accepted_at, a.question_id, a.answer_id) for a in deeds.accepting), None)


def _solutions(deeds: Deeds) -> Iterator[tuple[AnswerFact, Earned]]:
    solved = [(answer, answer.accepted_at) for answer in deeds.answers if answer.accepted_at is not None]
    for answer, at in sorted(solved, key=lambda pair: (pair[1], pair[0].answer_id)):
        yield answer, _by_answer(answer, at)


def _by_answer(answer: AnswerFact, at: datetime) -> Earned:
    return Earned(at, answer.question_id, answer.answer_id)


def _author(event: AnswerPosted | AnswerAccepted | AnswerRestored) -> Collection[int]:
    return (event.author_id,)


def _asker(event: AnswerAccepted | AnswerRestored | QuestionRestored) -> Collection[int]:
    return (event.asker_id,)


def _somebody(_event: Event) -> None:
    """Stand for whoever wrote or improved what is near."""


def _editor_of_answer(event: AnswerEdited) -> Collection[int]:
    return {event.by_id} - {event.author_id}


def _editor_of_question(event: QuestionEdited) -> Collection[int]:
    return {event.by_id} - {event.asker_id}


def _helped_by_answer(event: VoteCast) -> Collection[int]:
    return (event.author_id,) if event.value > 0 and event.answer_id is not None else ()


def _writer_of_great_answer(event: VoteCast | VoteWithdrawn) -> Collection[int]:
    return (event.author_id,) if event.answer_id is not None and _rose_to(event, GREAT_ANSWER) else ()


def _asker_of_good_question(event: VoteCast | VoteWithdrawn) -> Collection[int]:
    return (event.author_id,) if event.answer_id is None and _rose_to(event, GOOD_QUESTION) else ()


def _rose_to(event: VoteCast | VoteWithdrawn, height: int) -> bool:
    """Tell whether the post's score rose, by a vote up or by one down that was taken back, and is so high now."""
    return event.score >= height and (event.value > 0) == isinstance(event, VoteCast)


_SOLVED: Mapping[type[Event], Whom] = {AnswerAccepted: _author, AnswerRestored: _author}
BADGES: Sequence[Badge] = (
    Badge(
        "first_answer",
        N_("First answer"),
        N_("Answered somebody’s question."),
        _first_answer,
        {AnswerPosted: _author, AnswerRestored: _author},
    ),
    Badge("first_accepted", N_("Unstuck"), N_("Got somebody unstuck for the first time."), _first_accepted, _SOLVED),
    Badge(
        "welcome",
        N_("Welcome"),
        N_("Was first to answer somebody’s very first question."),
        _welcome,
        {
            AnswerPosted: _author,
            AnswerRestored: _author,
            AnswerDeleted: _somebody,  # the next one is the first now
            QuestionDeleted: _somebody,
        },
    ),
    Badge(
        "streak",
        N_("Steady help"),
        N_("Answers that helped people on 5 days within two weeks."),
        _streak,
        {VoteCast: _helped_by_answer, AnswerRestored: _author},
    ),
    Badge(
        "great_answer",
        N_("Great answer"),
        N_("An answer that helped 10 people or more."),
        _great_answer,
        {
            VoteCast: _writer_of_great_answer,
            VoteWithdrawn: _writer_of_great_answer,
            AnswerRestored: _author,
        },
    ),
    Badge(
        "good_question",
        N_("Good question"),
        N_("A question that 5 people or more found good."),
        _good_question,
        {
            VoteCast: _asker_of_good_question,
            VoteWithdrawn: _asker_of_good_question,
            QuestionRestored: _asker,
        },
    ),
    Badge("revived", N_("Never too late"), N_("Solved a question that was more than 60 days old."), _revived, _SOLVED),
    Badge("teacher", N_("Teacher"), N_("Got 10 different people unstuck."), _teacher, _SOLVED),
    Badge(
        "editor",
        N_("Editor"),
        N_("Improved something that somebody else wrote."),
        _editor,
        {
            QuestionEdited: _editor_of_question,
            AnswerEdited: _editor_of_answer,
            QuestionRestored: _somebody,
            AnswerRestored: _somebody,
        },
    ),
    Badge(
        "closed_the_loop",
        N_("Closed the loop"),
        N_("Told everybody which answer solved it."),
        _closed_the_loop,
        {AnswerAccepted: _asker, AnswerRestored: _asker},
    ),
)
BY_CODE: Mapping[str, Badge] = {badge.code: badge for badge in BADGES}
COMPLETING: tuple[type[Event], ...] = tuple(dict.fromkeys(kind for badge in BADGES for kind in badge.completed_by))
"""Every fact after which somebody may have earned a badge."""

"""Give badges: after the commit for whoever a fact concerns, or to everybody at once after an import."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.forum.contract import (
    AnswerFact,
    acceptance_facts,
    answer_facts,
    edit_facts,
    question_asking_facts,
    vote_facts,
)
from app.kernel.unit_of_work import UnitOfWork
from app.reputation.badges import BADGES, Deeds
from app.reputation.events import BadgeAwarded
from app.reputation.models import BadgeAward

CHUNK = 5000


def award_badges(uow: UnitOfWork, people: Collection[int]) -> int:
    """Give these people what they have earned and don't have, and say so; return how many badges were new."""
    given = 0
    for award in _missing(uow.session, people):
        if uow.session.scalar(_insert_once(uow.session).values(award).returning(BadgeAward.user_id)) is None:
            continue  # another worker was faster
        given += 1
        del award["awarded_at"]
        uow.record(BadgeAwarded(occurred_at=uow.now, **award))
    return given


def award_all_badges(session: Session) -> int:
    """Give everybody what they have earned and don't have, silently: for importers."""
    awards = _missing(session, None)
    for start in range(0, len(awards), CHUNK):
        session.execute(_insert_once(session), awards[start : start + CHUNK])
    return len(awards)


def _missing(session: Session, people: Collection[int] | None) -> list[dict[str, Any]]:
    known = select(BadgeAward.user_id, BadgeAward.code)
    held = set(session.execute(known if people is None else known.where(BadgeAward.user_id.in_(people))).all())
    if people is not None:
        people = [p for p in people if any((p, badge.code) not in held for badge in BADGES)]
        if not people:
            return []
    return [
        {
            "user_id": user_id,
            "code": badge.code,
            "awarded_at": earned.at,
            "question_id": earned.question_id,
            "answer_id": earned.answer_id,
        }
        for user_id, deeds in sorted(_deeds(session, people).items())
        for badge in BADGES
        if (user_id, badge.code) not in held and (earned := badge.earned(deeds)) is not None
    ]


def _deeds(session: Session, people: Collection[int] | None) -> dict[int, Deeds]:
    deeds: dict[int, Deeds] = defaultdict(Deeds)
    for answer in answer_facts(session, people):
        deeds[answer.author_id].answers.append(answer)
    for question in question_asking_facts(session, people):
        deeds[question.asker_id].questions.append(question)
    for edit in sorted(edit_facts(session, people), key=lambda e: e.edited_at):
        deeds[edit.editor_id].edits.append(edit)
    for vote in sorted(vote_facts(session, people=people), key=lambda v: v.cast_at):
        if vote.value > 0 and vote.answer_id is not None:
            deeds[vote.author_id].helpful.append(vote)
    for fact in sorted(acceptance_facts(session, people=people), key=lambda a: a.accepted_at):
        if fact.accepted_by_id == fact.asker_id != fact.author_id:
            deeds[fact.asker_id].accepting.append(fact)
    _add_welcomes(session, deeds, people)
    return deeds if people is None else {user_id: deeds[user_id] for user_id in people}


def _add_welcomes(session: Session, deeds: dict[int, Deeds], people: Collection[int] | None) -> None:
    """Note who was first to answer somebody's first question."""
    candidates = _first_of_threads(a for person in deeds.values() for a in person.answers)
    if not candidates:
        return
    askers = None if people is None else {answer.asker_id for answer in candidates.values()}
    first_questions: dict[int, int] = {}
    for question in question_asking_facts(session, askers):
        first_questions.setdefault(question.asker_id, question.question_id)
    threads = {a.question_id for a in candidates.values() if first_questions.get(a.asker_id) == a.question_id}
    first_answers = candidates if people is None else _first_of_threads(answer_facts(session, threads=threads))
    for question_id in sorted(threads):
        answer = first_answers[question_id]
        deeds[answer.author_id].welcomes.append(answer)


def _first_of_threads(answers: Iterable[AnswerFact]) -> dict[int, AnswerFact]:
    first: dict[int, AnswerFact] = {}
    for answer in sorted(answers, key=lambda a: (a.posted_at, a.answer_id)):
        first.setdefault(answer.question_id, answer)
    return first


def _insert_once(session: Session) -> Any:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(BadgeAward).on_conflict_do_nothing()

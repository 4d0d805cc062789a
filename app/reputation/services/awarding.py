"""Give badges: what the facts of a while have earned (``near``), or to everybody at once after an import."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.forum.contract import (
    AcceptanceFact,
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


Award = dict[str, Any]
"""A row of ``BadgeAward``."""


def give_badges(uow: UnitOfWork, awards: Iterable[Award]) -> int:
    """Give these badges and say so; return how many were new. Nobody gets one twice, and nobody loses one again."""
    given = 0
    for award in awards:
        if uow.session.scalar(_insert_once(uow.session).values(award).returning(BadgeAward.user_id)) is None:
            continue  # another worker was faster
        given += 1
        told = {name: value for name, value in award.items() if name != "awarded_at"}
        uow.record(BadgeAwarded(occurred_at=uow.now, **told))
    return given


def award_all_badges(session: Session) -> int:
    """Give everybody what they have earned and don't have, silently: for importers. Reads the whole history."""
    held = {(user_id, code) for user_id, code in session.execute(select(BadgeAward.user_id, BadgeAward.code))}
    awards = all_awards(session, held)
    for start in range(0, len(awards), CHUNK):
        session.execute(_insert_once(session), awards[start : start + CHUNK])
    return len(awards)


def all_awards(session: Session, held: Collection[tuple[int, str]]) -> list[Award]:
    """Return what everybody has earned, but for what they have already: pairs of person and code."""
    return earned_awards(_all_deeds(session), held)


def earned_awards(people: Mapping[int, Deeds], held: Collection[tuple[int, str]]) -> list[Award]:
    """Return what these deeds earn, but for what their people have already: pairs of person and code."""
    return [
        {
            "user_id": user_id,
            "code": badge.code,
            "awarded_at": earned.at,
            "question_id": earned.question_id,
            "answer_id": earned.answer_id,
        }
        for user_id, deeds in sorted(people.items())
        for badge in BADGES
        if (user_id, badge.code) not in held and (earned := badge.earned(deeds)) is not None
    ]


def closed_loops(acceptances: Iterable[AcceptanceFact]) -> Iterator[AcceptanceFact]:
    """Give those that askers made themselves, of somebody else's answer."""
    return (fact for fact in acceptances if fact.accepted_by_id == fact.asker_id != fact.author_id)


def _all_deeds(session: Session) -> dict[int, Deeds]:
    deeds: dict[int, Deeds] = defaultdict(Deeds)
    for answer in answer_facts(session):
        deeds[answer.author_id].answers.append(answer)
    for question in question_asking_facts(session):
        deeds[question.asker_id].questions.append(question)
    for edit in sorted(edit_facts(session), key=lambda e: e.edited_at):
        deeds[edit.editor_id].edits.append(edit)
    for vote in sorted(vote_facts(session), key=lambda v: v.cast_at):
        if vote.value > 0 and vote.answer_id is not None:
            deeds[vote.author_id].helpful.append(vote)
    for fact in sorted(closed_loops(acceptance_facts(session)), key=lambda a: a.accepted_at):
        deeds[fact.asker_id].accepting.append(fact)
    _add_welcomes(session, deeds)
    return deeds


def _add_welcomes(session: Session, deeds: dict[int, Deeds]) -> None:
    """Note who was first to answer somebody's first question."""
    first_questions: dict[int, int] = {}
    for question in question_asking_facts(session):
        first_questions.setdefault(question.asker_id, question.question_id)
    first_answers: dict[int, AnswerFact] = {}
    for answer in answer_facts(session):
        if first_questions.get(answer.asker_id) == answer.question_id:
            first_answers.setdefault(answer.question_id, answer)
    for _, answer in sorted(first_answers.items()):
        deeds[answer.author_id].welcomes.append(answer)


def _insert_once(session: Session) -> Any:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(BadgeAward).on_conflict_do_nothing()

"""A second opinion on everybody's reputation: slow, simple, written against the rows and sharing no code."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.forum.models.answer import Answer, Vote
from app.forum.models.question import Question
from app.reputation.models import DeskConfirmation, StoredRules
from app.reputation.rules import Rules

Day = str


def expected_sums(session: Session) -> dict[int, int]:
    """Return the unclamped sum of everybody who has earned or lost anything."""
    versions = list(session.scalars(select(StoredRules).order_by(StoredRules.valid_from, StoredRules.number)))

    def rules_at(at: datetime) -> Rules:
        valid = [v for v in versions if v.valid_from <= at]
        return Rules(**valid[-1].rules) if valid else Rules()

    sums: dict[int, int] = defaultdict(int)
    questions = {q.id: q for q in session.scalars(select(Question).where(Question.deleted_at.is_(None)))}
    answers = {
        a.id: a
        for a in session.scalars(select(Answer).where(Answer.deleted_at.is_(None)))
        if a.question_id in questions
    }
    _outcomes(session, questions, answers, rules_at, sums)
    ups: dict[tuple[int, Day, int], list[tuple[int, str, int]]] = defaultdict(list)
    downs: dict[tuple[int, Day, int], list[int]] = defaultdict(list)
    limits: dict[Day, Rules] = {}
    for vote in session.scalars(select(Vote)):
        post = answers.get(vote.answer_id) if vote.answer_id else questions.get(vote.question_id or 0)
        if post is None:
            continue
        author = post.author_id if isinstance(post, Answer) else post.asker_id
        rules, day = rules_at(vote.cast_at), vote.cast_at.astimezone(UTC).date().isoformat()
        limits[day] = rules
        if vote.value > 0:
            points = rules.answer_up if vote.answer_id else rules.question_up
            name = f"a{vote.answer_id}" if vote.answer_id else f"q{vote.question_id}"
            thread = post.question_id if isinstance(post, Answer) else post.id
            ups[author, day, vote.user_id].append((points, name, thread * 1000 + (vote.answer_id or 0)))
        else:
            downs[author, day, vote.user_id].append(rules.down_received)
            if vote.answer_id:
                sums[vote.user_id] += rules.down_given
    for (author, day, _), losses in downs.items():
        sums[author] += sum(sorted(losses, reverse=True)[: limits[day].pair_downs])
    _ups(ups, limits, sums)
    return {user_id: total for user_id, total in sums.items() if total}


def _outcomes(session, questions, answers, rules_at, sums) -> None:
    confirmed = {c.answer_id: c for c in session.scalars(select(DeskConfirmation))}
    for answer in answers.values():
        asker = questions[answer.question_id].asker_id
        if answer.accepted_at is not None:
            if answer.author_id in (asker, answer.accepted_by_id):
                continue
            sums[answer.author_id] += rules_at(answer.accepted_at).accepted
            if answer.accepted_by_id == asker:
                sums[asker] += rules_at(answer.accepted_at).accepting
        elif answer.id in confirmed and confirmed[answer.id].confirmed_by_id != answer.author_id:
            sums[answer.author_id] += rules_at(confirmed[answer.id].confirmed_at).desk_confirmed


def _ups(ups, limits, sums) -> None:
    per_post: dict[tuple[int, str], dict[Day, int]] = defaultdict(lambda: defaultdict(int))
    for (author, day, _), votes in ups.items():
        best = sorted(votes, key=lambda v: (-v[0], v[2]))[: limits[day].pair_ups]
        for points, name, _ in best:
            per_post[author, name][day] += points
    per_day: dict[tuple[int, Day], int] = defaultdict(int)
    for (author, _), days in per_post.items():
        used = 0
        for day in sorted(days):
            fits = max(0, min(days[day], limits[day].post_limit - used))
            used += fits
            per_day[author, day] += fits
    for (author, day), total in per_day.items():
        sums[author] += min(total, limits[day].daily_limit)

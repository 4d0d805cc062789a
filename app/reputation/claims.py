"""From raw facts to what they are worth: pure functions, the one definition that writing and checking share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from app.forum.contract import AcceptanceFact, VoteFact
from app.reputation.rules import Rule, RuleBook, utc_day


@dataclass(frozen=True, slots=True)
class ConfirmationFact:
    """An asker was back to work with this answer after a hand-over; the post is not deleted."""

    question_id: int
    answer_id: int
    author_id: int
    confirmed_by_id: int
    confirmed_at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """What one fact under one rule entitles one person to. ``key`` names the fact and the side of it."""

    key: str
    user_id: int
    points: int
    rule: Rule
    version: int
    day: date
    at: datetime
    question_id: int
    answer_id: int | None
    by_id: int


def post_name(question_id: int, answer_id: int | None) -> str:
    """Name a post in keys: ``q7`` or ``a12``."""
    return f"q{question_id}" if answer_id is None else f"a{answer_id}"


def vote_keys(question_id: int, answer_id: int | None, voter_id: int) -> tuple[str, str]:
    """Return the keys of both sides of one person's vote on one post: received, given.

    They name post and voter rather than the vote's row: a database may give a withdrawn vote's number to the next one.
    """
    vote = f"vote:{post_name(question_id, answer_id)}:{voter_id}"
    return f"{vote}:received", f"{vote}:given"


def outcome_keys(answer_id: int) -> tuple[str, str, str]:
    """Return the keys of what can follow from an answer that solved it: accepted, accepting, confirmed."""
    return f"accepted:a{answer_id}", f"accepting:a{answer_id}", f"confirmed:a{answer_id}"


def derive_claims(
    book: RuleBook,
    votes: Iterable[VoteFact],
    acceptances: Iterable[AcceptanceFact],
    confirmations: Iterable[ConfirmationFact],
) -> Iterator[Claim]:
    """Give every claim that these facts make."""
    for vote in votes:
        yield from _claims_of_vote(book, vote)
    accepted = set()
    for acceptance in acceptances:
        accepted.add(acceptance.answer_id)
        yield from _claims_of_acceptance(book, acceptance)
    for confirmation in confirmations:
        if confirmation.answer_id not in accepted:
            yield from _claims_of_confirmation(book, confirmation)


def _claims_of_vote(book: RuleBook, vote: VoteFact) -> Iterator[Claim]:
    received, given = vote_keys(vote.question_id, vote.answer_id, vote.voter_id)
    on_answer = vote.answer_id is not None
    if vote.value > 0:
        rule = Rule.ANSWER_UP if on_answer else Rule.QUESTION_UP
    else:
        rule = Rule.ANSWER_DOWN if on_answer else Rule.QUESTION_DOWN
    where = (vote.question_id, vote.answer_id, vote.voter_id)
    yield _claim(book, received, vote.author_id, rule, vote.cast_at, where)
    if rule is Rule.ANSWER_DOWN:
        yield _claim(book, given, vote.voter_id, Rule.DOWN_GIVEN, vote.cast_at, where)


def _claims_of_acceptance(book: RuleBook, fact: AcceptanceFact) -> Iterator[Claim]:
    """Give nothing for one's own answer, whether to one's own question or accepted in the asker's place."""
    if fact.author_id in (fact.asker_id, fact.accepted_by_id):
        return
    accepted, accepting, _ = outcome_keys(fact.answer_id)
    where = (fact.question_id, fact.answer_id, fact.accepted_by_id)
    yield _claim(book, accepted, fact.author_id, Rule.ACCEPTED, fact.accepted_at, where)
    if fact.accepted_by_id == fact.asker_id:
        yield _claim(book, accepting, fact.asker_id, Rule.ACCEPTING, fact.accepted_at, where)


def _claims_of_confirmation(book: RuleBook, fact: ConfirmationFact) -> Iterator[Claim]:
    if fact.author_id == fact.confirmed_by_id:
        return
    key = outcome_keys(fact.answer_id)[2]
    where = (fact.question_id, fact.answer_id, fact.confirmed_by_id)
    yield _claim(book, key, fact.author_id, Rule.DESK_CONFIRMED, fact.confirmed_at, where)


def _claim(
    book: RuleBook, key: str, user_id: int, rule: Rule, at: datetime, where: tuple[int, int | None, int]
) -> Claim:
    version = book.at(at)
    return Claim(key, user_id, version.rules.points(rule), rule, version.number, utc_day(at), at, *where)

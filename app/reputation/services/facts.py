"""Raw facts of a scope, judged by the rules valid then: what the ledger should say."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import UTC, datetime
from functools import lru_cache

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from app.forum.contract import FactScope, acceptance_facts, live_answers, vote_facts
from app.kernel.database import fetch
from app.reputation.claims import Claim, ConfirmationFact, derive_claims
from app.reputation.models import DeskConfirmation, StoredRules
from app.reputation.rules import RuleBook, RuleVersion, rules_from_json

VERSION_COLUMNS = (StoredRules.number, StoredRules.valid_from, cast(StoredRules.rules, Text))
_VERSIONS = select(*VERSION_COLUMNS)


def load_rule_book(session: Session) -> RuleBook:
    """Read every rule version, in one statement."""
    return rule_book_of(tuple(tuple(row) for row in fetch(session, _VERSIONS)))


@lru_cache(maxsize=8)
def rule_book_of(versions: tuple[tuple[int, datetime, str], ...]) -> RuleBook:
    """Return the rules that rows of ``VERSION_COLUMNS`` stand for; read out anew only when they differ."""
    return RuleBook(
        RuleVersion(n, since.astimezone(UTC), rules_from_json(json.loads(text))) for n, since, text in versions
    )


def claims_of_outcome(session: Session, book: RuleBook, scope: FactScope) -> list[Claim]:
    """Return what follows from one answer having solved it."""
    return list(derive_claims(book, (), acceptance_facts(session, scope), confirmation_facts(session, scope)))


def claims_of_posts(session: Session, book: RuleBook, scope: FactScope) -> list[Claim]:
    """Return everything that one post, or the whole thread, gives to anybody."""
    facts = vote_facts(session, scope), acceptance_facts(session, scope), confirmation_facts(session, scope)
    return list(derive_claims(book, *facts))


def claims_of_people(session: Session, book: RuleBook, people: Collection[int] | None) -> list[Claim]:
    """Return everything that these people, or everybody, are entitled to."""
    facts = (
        vote_facts(session, people=people),
        acceptance_facts(session, people=people),
        confirmation_facts(session, people=people),
    )
    return [claim for claim in derive_claims(book, *facts) if people is None or claim.user_id in people]


def confirmation_facts(
    session: Session, scope: FactScope | None = None, people: Collection[int] | None = None
) -> list[ConfirmationFact]:
    """Give the confirmations whose answers are not deleted."""
    live = live_answers().subquery()
    query = select(
        live.c.question_id,
        live.c.answer_id,
        live.c.author_id,
        DeskConfirmation.confirmed_by_id,
        DeskConfirmation.confirmed_at,
    ).join(live, live.c.answer_id == DeskConfirmation.answer_id)
    if scope is not None and scope.whole_thread:
        query = query.where(live.c.question_id == scope.question_id)
    elif scope is not None:
        query = query.where(live.c.answer_id == scope.answer_id)
    if people is not None:
        query = query.where(live.c.author_id.in_(people))
    return [ConfirmationFact(*row) for row in session.execute(query)]

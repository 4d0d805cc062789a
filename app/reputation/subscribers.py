"""What reputation does with facts of the forum: the ledger in their transaction, badges after it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import sessionmaker

from app.forum.contract import FactScope, VoteFact
from app.forum.events import (
    AcceptanceWithdrawn,
    AnswerAccepted,
    AnswerDeleted,
    AnswerRestored,
    QuestionDeleted,
    QuestionRestored,
    VoteCast,
    VoteWithdrawn,
)
from app.kernel.database import ReadSession
from app.kernel.events import Subscriptions
from app.kernel.relay import Message, Subscription
from app.kernel.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.reputation.badges import COMPLETING
from app.reputation.claims import vote_keys
from app.reputation.services.awarding import give_badges
from app.reputation.services.ledger import Reason, settle_outcome, settle_posts, settle_vote
from app.reputation.services.near import awards_after


def count_vote(uow: UnitOfWork, event: VoteCast | VoteWithdrawn) -> None:
    """Give or take back what a vote is worth to its receiver, and what voting down costs its giver."""
    where = event.question_id, event.answer_id, event.by_id
    stands = isinstance(event, VoteCast)
    votes = [VoteFact(*where, event.author_id, event.value, event.occurred_at)] if stands else []
    settle_vote(uow.session, uow.now, vote_keys(*where), votes)


def count_acceptance(uow: UnitOfWork, event: AnswerAccepted | AcceptanceWithdrawn) -> None:
    """Give or take back what solving a question is worth to both sides."""
    settle_outcome(uow.session, uow.now, event.question_id, event.answer_id, Reason.ACCEPTANCE_WITHDRAWN)


def take_back_deleted_answer(uow: UnitOfWork, event: AnswerDeleted) -> None:
    """Take back everything the answer gave to anybody."""
    settle_posts(uow.session, uow.now, FactScope(event.question_id, event.answer_id), Reason.ANSWER_DELETED)


def give_back_restored_answer(uow: UnitOfWork, event: AnswerRestored) -> None:
    """Give back what the answer's standing votes and acceptance are worth."""
    settle_posts(uow.session, uow.now, FactScope(event.question_id, event.answer_id), Reason.ANSWER_RESTORED)


def take_back_deleted_question(uow: UnitOfWork, event: QuestionDeleted) -> None:
    """Take back everything the question and its answers gave to anybody."""
    settle_posts(uow.session, uow.now, FactScope(event.question_id, whole_thread=True), Reason.QUESTION_DELETED)


def give_back_restored_question(uow: UnitOfWork, event: QuestionRestored) -> None:
    """Give back what the question and those of its answers that are not deleted are worth."""
    settle_posts(uow.session, uow.now, FactScope(event.question_id, whole_thread=True), Reason.QUESTION_RESTORED)


IN_TRANSACTION: Subscriptions = {
    VoteCast: [count_vote],
    VoteWithdrawn: [count_vote],
    AnswerAccepted: [count_acceptance],
    AcceptanceWithdrawn: [count_acceptance],
    AnswerDeleted: [take_back_deleted_answer],
    AnswerRestored: [give_back_restored_answer],
    QuestionDeleted: [take_back_deleted_question],
    QuestionRestored: [give_back_restored_question],
}


def badge_subscription(units: UnitOfWorkFactory, reads: sessionmaker[ReadSession]) -> Subscription:
    """Return the reaction that gives badges; safe to repeat, because nobody gets one twice.

    Only for somebody who has earned one it opens a transaction that writes.
    """

    def give(messages: Sequence[Message]) -> None:
        with reads() as session:
            awards = awards_after(session, [message.event for message in messages])
        if awards:
            with units() as uow:
                give_badges(uow, awards)

    return Subscription("reputation.badges", COMPLETING, give, batch=50)

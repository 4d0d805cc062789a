"""What the ledger does with facts of the forum, in their transaction."""

from __future__ import annotations

from app.forum.contract import FactScope
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
from app.kernel.events import Subscriptions
from app.kernel.unit_of_work import UnitOfWork
from app.reputation.services.ledger import Reason, settle_outcome, settle_posts, settle_vote


def count_vote(uow: UnitOfWork, event: VoteCast | VoteWithdrawn) -> None:
    """Give or take back what a vote is worth to its receiver, and what voting down costs its giver."""
    settle_vote(uow.session, uow.now, event.question_id, event.answer_id, event.by_id)


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

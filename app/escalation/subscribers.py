"""Reactions to the thread, in its own transaction: a stopped clock is part of the truth. What is slow comes after."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import sessionmaker

from app.escalation.events import QuestionEscalated
from app.escalation.services.concluding import (
    bring_back,
    hear_acceptance,
    hear_asker,
    hear_deletion,
    hear_withdrawal,
    let_go_all,
    settle_ticket,
)
from app.escalation.services.following import follow_question
from app.escalation.services.gathering import gather_similar
from app.escalation.services.timing import settle_clock, watches_scores
from app.forum.events import (
    AcceptanceWithdrawn,
    AnswerAccepted,
    AnswerDeleted,
    AnswerPosted,
    AnswerRestored,
    AskBackDropped,
    AskedBack,
    AskerReplied,
    CommentPosted,
    DuplicateLinked,
    DuplicateUnlinked,
    QuestionAsked,
    QuestionClosed,
    QuestionDeleted,
    QuestionEdited,
    QuestionMoved,
    QuestionReopened,
    QuestionRestored,
    ThreadEvent,
    VoteCast,
    VoteWithdrawn,
)
from app.identity.events import AccessChanged, PersonLeft
from app.kernel.database import ReadSession
from app.kernel.events import Subscriptions
from app.kernel.relay import Message, Subscription
from app.kernel.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.search.contract import SearchEngine


def start(uow: UnitOfWork, event: QuestionAsked) -> None:
    """Begin the first episode."""
    settle_clock(uow, event.question_id, may_start=True)


def settle(uow: UnitOfWork, event: ThreadEvent) -> None:
    """Bring clock and ticket in line with the thread."""
    settle_clock(uow, event.question_id)
    settle_ticket(uow, event.question_id, event.by_id)


def move(uow: UnitOfWork, event: QuestionMoved) -> None:
    """Let clock and ticket go along to the promise and the desk of another space."""
    follow_question(uow, event.question_id, event.by_id)
    settle(uow, event)


def settle_and_restart(uow: UnitOfWork, event: ThreadEvent) -> None:
    """Do the same where help may have gone away: a new episode begins if nothing else stands."""
    settle_ticket(uow, event.question_id, event.by_id)
    settle_clock(uow, event.question_id, may_restart=True)


def lose(uow: UnitOfWork, event: AnswerDeleted) -> None:
    """Look again when an answer is gone: it may have been what the desk had solved it with."""
    hear_deletion(uow, event.question_id, event.answer_id, event.by_id)
    settle_and_restart(uow, event)


def regain(uow: UnitOfWork, event: AnswerRestored) -> None:
    """Keep the promise when a peer's answer is back."""
    settle_clock(uow, event.question_id, back_again=event.answer_id)
    settle_ticket(uow, event.question_id, event.by_id)


def stop(uow: UnitOfWork, event: AnswerPosted) -> None:
    """Keep the promise when a peer answers; answering oneself does not count, but the desk hears of it."""
    settle_clock(uow, event.question_id)
    if event.by_id == event.asker_id:
        bring_back(uow, event.question_id, event.asker_id)


def conclude(uow: UnitOfWork, event: AnswerAccepted) -> None:
    """Stop the clock and let the accepted answer end the ticket."""
    settle_clock(uow, event.question_id)
    hear_acceptance(uow, event.question_id, event.answer_id, event.by_id)


def start_again(uow: UnitOfWork, event: AcceptanceWithdrawn) -> None:
    """Begin a new episode: somebody said that it did not solve it after all."""
    hear_withdrawal(uow, event.question_id, event.answer_id)
    settle_clock(uow, event.question_id, afresh=True)


def rearm(uow: UnitOfWork, event: CommentPosted) -> None:
    """Promise a reply when the asker adds something; what others say changes no promise."""
    if event.by_id == event.asker_id:
        hear_asker(uow, event.question_id, event.asker_id)


def weigh(uow: UnitOfWork, event: VoteCast | VoteWithdrawn) -> None:
    """Look again where a score is what counts."""
    if event.answer_id is not None and watches_scores(uow, event.question_id):
        settle_clock(uow, event.question_id)


def release(uow: UnitOfWork, event: AccessChanged | PersonLeft) -> None:
    """Give back what somebody has who may not work on it any more."""
    let_go_all(uow, event.user_id)


IN_TRANSACTION: Subscriptions = {
    AccessChanged: [release],
    PersonLeft: [release],
    QuestionAsked: [start],
    QuestionEdited: [settle],
    QuestionMoved: [move],
    QuestionClosed: [settle],
    QuestionDeleted: [settle],
    DuplicateLinked: [settle],
    AskedBack: [settle],
    AskerReplied: [settle],
    AskBackDropped: [settle],
    CommentPosted: [rearm],
    QuestionReopened: [settle_and_restart],
    QuestionRestored: [settle_and_restart],
    DuplicateUnlinked: [settle_and_restart],
    AnswerDeleted: [lose],
    AnswerRestored: [regain],
    AnswerPosted: [stop],
    AnswerAccepted: [conclude],
    AcceptanceWithdrawn: [start_again],
    VoteCast: [weigh],
    VoteWithdrawn: [weigh],
}


def similar_subscription(
    units: UnitOfWorkFactory, reads: sessionmaker[ReadSession], engine: SearchEngine
) -> Subscription:
    """Return the reaction that looks for what was solved before, once a desk has a question."""

    def gather(messages: Sequence[Message]) -> None:
        for message in messages:
            assert isinstance(message.event, QuestionEscalated)
            gather_similar(units, reads, engine, message.event)

    return Subscription("escalation.similar", (QuestionEscalated,), gather)

"""Keep the fact that an asker was back to work with an answer after a hand-over."""

from __future__ import annotations

from sqlalchemy import delete, select

from app.forum.contract import live_answers
from app.kernel.unit_of_work import UnitOfWork
from app.reputation.models import DeskConfirmation
from app.reputation.services.ledger import Reason, settle_outcome


def confirm_desk_answer(uow: UnitOfWork, answer_id: int, confirmed_by_id: int) -> None:
    """Note that an answer got its asker back to work; repeating it changes nothing.

    The caller is the domain that runs the desk, inside its own transaction, with the thread locked.
    """
    known = uow.session.get(DeskConfirmation, answer_id)
    if known is None:
        uow.session.add(DeskConfirmation(answer_id=answer_id, confirmed_by_id=confirmed_by_id, confirmed_at=uow.now))
        uow.session.flush()
    _settle(uow, answer_id)


def withdraw_desk_confirmation(uow: UnitOfWork, answer_id: int) -> None:
    """Note that the trouble came back; without a confirmation it changes nothing."""
    uow.session.execute(delete(DeskConfirmation).where(DeskConfirmation.answer_id == answer_id))
    _settle(uow, answer_id)


def _settle(uow: UnitOfWork, answer_id: int) -> None:
    live = live_answers().subquery()
    question_id = uow.session.scalar(select(live.c.question_id).where(live.c.answer_id == answer_id))
    if question_id is not None:
        settle_outcome(uow.session, uow.now, question_id, answer_id, Reason.CONFIRMATION_WITHDRAWN)

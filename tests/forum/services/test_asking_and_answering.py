from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.forum.models.question import Question, QuestionFollow
from app.forum.services.answering import PostAnswer, post_answer
from app.forum.services.asking import AskQuestion, ask_question
from app.kernel.unit_of_work import UnitOfWorkFactory
from tests.support.factories import Make
from tests.support.texts import rich


def test_asking_and_answering_follow_the_thread(make: Make, unit_of_work: UnitOfWorkFactory, session: Session) -> None:
    ann, ben, space = make.user(), make.user(), make.space()
    with unit_of_work() as uow:
        command = AskQuestion(space.id, "  VPN drops   every hour ", rich(), "blocked", ("VPN", "#wifi"))
        question_id = ask_question(uow, make.actor(ann), command).id
    with unit_of_work() as uow:
        post_answer(uow, make.actor(ben), PostAnswer(question_id, rich("Use TCP.")))

    question = session.get_one(Question, question_id)
    assert (question.title, question.answer_count, question.version) == ("VPN drops every hour", 1, 2)
    assert set(session.scalars(select(QuestionFollow.user_id))) == {ann.id, ben.id}

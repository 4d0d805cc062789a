"""Answer a question."""

from __future__ import annotations

from dataclasses import dataclass

from app.forum.access import access_question
from app.forum.events import AnswerPosted
from app.forum.models.answer import Answer
from app.forum.permissions import can_answer
from app.forum.services.checking import check_body
from app.forum.services.facts import active, hear_asker, of_answer
from app.forum.services.publishing import publish_text
from app.kernel.actor import Actor
from app.kernel.permissions import deny, ensure
from app.kernel.unit_of_work import UnitOfWork
from app.text.contract import RichText


@dataclass(frozen=True, slots=True)
class PostAnswer:
    """One attempt to help; ``from_desk`` when an agent writes it while working on the ticket."""

    question_id: int
    body: RichText
    from_desk: bool = False


def post_answer(uow: UnitOfWork, actor: Actor, command: PostAnswer) -> Answer:
    """Publish the actor's answer; the question's row is locked, so two answers cannot lose a count.

    Raises:
        Invalid: field ``body``.

    """
    question = access_question(uow.session, actor, command.question_id, lock=True)
    ensure(can_answer(actor, question))
    if command.from_desk and not actor.is_agent:
        ensure(deny("forum.needs_agent"))
    check_body(actor, command.body)
    answer = Answer(
        question_id=question.id,
        author_id=actor.user_id,
        body=command.body.source,
        body_html=command.body.html,
        renderer=command.body.renderer,
        language=question.language,
        posted_at=uow.now,
        from_desk=command.from_desk,
    )
    uow.session.add(answer)
    question.answer_count += 1
    active(question, uow.now)
    hear_asker(uow, actor, question)
    uow.session.flush()
    uow.record(AnswerPosted(**of_answer(uow, actor, question, answer), from_desk=answer.from_desk))
    publish_text(uow, actor, question, command.body, answer_id=answer.id, draft=f"answer:{question.id}")
    return answer

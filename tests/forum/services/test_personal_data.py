from __future__ import annotations

import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.forum import personal_data
from app.forum.models.question import Deflection, Draft, Question, QuestionFollow
from app.forum.services.answering import PostAnswer, post_answer
from app.forum.services.asking import RecordDeflection, record_deflection
from app.forum.services.drafting import SaveDraft, save_draft
from app.kernel.database import Base
from app.kernel.unit_of_work import UnitOfWorkFactory
from tests.support.factories import Make
from tests.support.texts import rich


def test_every_table_of_the_forum_that_points_to_a_person_is_answered_for() -> None:
    pointing = {
        str(mapper.local_table)
        for mapper in Base.registry.mappers
        if mapper.class_.__module__.startswith("app.forum.")
        and any(key.target_fullname == "users.id" for key in mapper.local_table.foreign_keys)
    }

    assert pointing == personal_data.TABLES


def test_somebody_who_leaves_takes_what_is_only_theirs_and_leaves_what_they_wrote(
    make: Make, unit_of_work: UnitOfWorkFactory, session: Session
) -> None:
    ann = make.user()
    question = make.question(asker=ann)
    actor = make.actor(ann)
    with unit_of_work() as uow:
        post_answer(uow, actor, PostAnswer(question.id, rich("found it")))
        save_draft(uow, actor, SaveDraft("ask", {"title": "My printer"}))
        record_deflection(uow, actor, RecordDeflection(question.id, "my vpn"))

    held = personal_data.export(session, ann.id)
    assert json.dumps(held)
    assert [row["body"] for row in held["answers"]] == ["found it"]
    assert len(held["drafts"]) == len(held["followed_questions"]) == 1

    with unit_of_work() as uow:
        personal_data.erase(uow, ann.id)
    session.rollback()
    assert session.scalar(select(Draft)) is None
    assert session.scalar(select(QuestionFollow)) is None
    assert session.execute(select(Deflection.user_id, Deflection.typed)).all() == [(None, "")]
    assert session.get_one(Question, question.id).answer_count == 1

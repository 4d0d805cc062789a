"""Views are counted in memory and written now and then; reading a question writes nothing."""

from __future__ import annotations

import pytest

from app.forum.models.question import Question
from app.forum.services.viewing import write_views


@pytest.fixture(autouse=True)
def nothing_counted_yet(unit_of_work):
    write_views(unit_of_work)


def written(runtime, clock, question_id):
    clock.advance(minutes=2)
    runtime.jobs.run_due()
    with runtime.reads() as session:
        return session.get_one(Question, question_id).view_count


def test_what_people_open_is_counted(client, make, runtime, clock):
    question = make.question()
    for _ in range(3):
        client.get(f"/questions/{question.id}")
    assert written(runtime, clock, question.id) == 3


def test_what_a_browser_fetches_ahead_is_not_counted(client, make, runtime, clock):
    question = make.question()
    client.get(f"/questions/{question.id}", headers={"Sec-Purpose": "prefetch"})
    assert written(runtime, clock, question.id) == 0

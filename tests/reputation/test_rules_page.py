from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.forum.models.answer import Vote
from app.forum.models.space import Visibility
from app.kernel.actor import Role
from app.kernel.models import AuditEntry
from app.reputation.contract import recompute_all
from app.reputation.models import StoredRules
from app.reputation.rules import Rules
from app.web.runtime import Runtime
from tests.support.factories import Make

PATH = "/admin/reputation"


@pytest.fixture
def admin(make: Make, client: FlaskClient) -> FlaskClient:
    make.sign_in(client, make.user("Ada Admin", roles=(Role.ADMINISTRATOR,)))
    return client


def typed(**changes: object) -> dict[str, object]:
    return asdict(Rules()) | {"reason": "Questions matter more here"} | changes


def stored(session: Session) -> list[StoredRules]:
    session.expire_all()
    return list(session.scalars(select(StoredRules)))


def test_only_administrators_see_and_change_the_rules(make: Make, client: FlaskClient, session: Session) -> None:
    assert client.get(PATH).status_code in {302, 303}
    make.sign_in(client, make.user(roles=(Role.MODERATOR, Role.AGENT)))

    assert client.get(PATH).status_code == 403
    assert client.post(PATH, data=typed(question_up=7)).status_code == 403
    assert stored(session) == []


def test_a_change_counts_from_the_next_day_and_is_audited(admin: FlaskClient, make: Make, session: Session) -> None:
    answer = admin.post(PATH, data=typed(question_up=7), follow_redirects=True)

    (version,) = stored(session)
    assert (version.number, version.rules["question_up"], version.rules["answer_up"]) == (2, 7, 10)
    assert version.valid_from.date() > make.now.date()
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "reputation.rules_changed")).one()
    assert "Questions matter more here" in str(entry.reason)
    assert "5 → 7" in answer.text
    assert "come into force" in answer.text
    assert 'value="7"' in answer.text


def test_a_preview_shows_whom_other_numbers_would_move_and_saves_nothing(
    admin: FlaskClient, make: Make, runtime: Runtime, session: Session
) -> None:
    mei, jo, fan, space = make.user("Mei"), make.user("Jo"), make.user(), make.space(visibility=Visibility.PUBLIC)
    for day in range(2):
        at = make.now - timedelta(days=day)
        question = make.question(asker=jo, space=space, asked_at=at)
        answer = make.answer(question, author=mei, posted_at=at)
        make.save(Vote(user_id=fan.id, answer_id=answer.id, value=1, cast_at=at))
        make.save(Vote(user_id=fan.id, question_id=question.id, value=1, cast_at=at))
    with runtime.unit_of_work() as uow:
        recompute_all(uow.session, uow.now)

    page = admin.post(PATH, data=typed(answer_up=30, daily_limit=25, reason="") | {"then": "preview"})

    assert page.status_code == 200
    assert "would have earned 60 instead of 30" in page.text
    assert "different for 1 person" in page.text
    assert '<bdi>Mei</bdi></th><td class="n">20</td><td class="n">50</td>' in page.text
    assert 'value="30"' in page.text
    assert stored(session) == []


def test_what_was_taken_back_counts_in_no_preview(admin: FlaskClient, make: Make, runtime: Runtime) -> None:
    answer = make.answer(make.question(), posted_at=make.now)
    vote = make.save(Vote(user_id=make.user().id, answer_id=answer.id, value=1, cast_at=make.now))
    with runtime.unit_of_work() as uow:
        recompute_all(uow.session, uow.now)
    with runtime.unit_of_work() as uow:
        uow.session.delete(uow.session.merge(vote))
        uow.session.flush()
        recompute_all(uow.session, uow.now)

    page = admin.post(PATH, data=typed(answer_up=30) | {"then": "preview"})

    assert "Nobody would have earned more or less" in page.text


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("answer_up", "-1", "Choose a number from 0 to 1000."),
        ("down_given", "1", "Choose a number from -1000 to 0."),
        ("daily_limit", "many", ""),
        ("pair_ups", "", "Choose a number from 0 to 1000."),
        ("reason", "", "Say why, for those who wonder later."),
        ("reason", "x" * 501, "Make it shorter: at most 500 characters."),
    ],
)
def test_a_wrong_number_is_refused_at_its_field_and_what_was_typed_stays(
    admin: FlaskClient, session: Session, field: str, value: str, message: str
) -> None:
    page = admin.post(PATH, data=typed(question_up=7) | {field: value})

    assert page.status_code == 422
    assert f'id="{field}-error"' in page.text
    assert message in page.text
    assert f'href="#{field}"' in page.text
    assert 'value="7"' in page.text
    assert stored(session) == []


def test_the_same_numbers_again_are_no_change(admin: FlaskClient, session: Session) -> None:
    page = admin.post(PATH, data=typed())

    assert page.status_code == 422
    assert "These are the rules already" in page.text
    assert stored(session) == []


def test_sending_twice_writes_one_version(admin: FlaskClient, session: Session) -> None:
    for _ in range(2):
        assert admin.post(PATH, data=typed(question_up=7, once="o" * 24)).status_code in {302, 303}

    assert len(stored(session)) == 1

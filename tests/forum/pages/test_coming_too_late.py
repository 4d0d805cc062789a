"""Two people do the same to one post: the second is told who was faster and how it stands."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from app.forum.models.answer import Deletion
from app.forum.models.question import Closure, DuplicateLink, Question
from app.kernel.actor import Role
from app.kernel.models import AuditEntry

CLOSE = {"reason": "outdated", "note": "We left that provider."}


@pytest.fixture
def mara(app, make):
    return signed_in(app, make, "Mara Vogel")


@pytest.fixture
def jonas(app, make):
    return signed_in(app, make, "Jonas Weber")


def signed_in(app, make, name):
    client = app.test_client()
    make.sign_in(client, make.user(name, roles=(Role.MODERATOR,)))
    return client


def counted(session, row):
    session.rollback()
    return session.scalar(select(func.count()).select_from(row))


def told(page):
    """Return the words in the middle of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2]).split())


def test_closing_what_is_closed_shows_who_closed_it_and_why(make, session, mara, jonas):
    question = make.question()
    address = f"/questions/{question.id}/close"
    assert mara.post(address, data=CLOSE).status_code == 303

    late = jonas.post(address, data={"reason": "off_topic", "note": "Not ours."})

    assert late.status_code == 409
    assert "Somebody was faster" in told(late)
    assert "already closed this question" in told(late)
    assert "Mara Vogel" in told(late)
    assert "We left that provider." in told(late)
    assert f'href="/questions/{question.id}"' in late.text
    assert jonas.get(address).status_code == 409
    assert counted(session, Closure) == 1


def test_closing_again_from_another_window_says_that_it_was_oneself(make, session, mara):
    address = f"/questions/{make.question().id}/close"
    assert mara.post(address, data=CLOSE).status_code == 303
    again = mara.post(address, data=CLOSE)
    assert again.status_code == 409
    assert "You have done this already" in told(again)
    assert counted(session, Closure) == 1


def test_opening_what_is_open_again_shows_who_opened_it(make, session, mara, jonas):
    question = make.question()
    assert mara.post(f"/questions/{question.id}/close", data=CLOSE).status_code == 303
    address = f"/questions/{question.id}/reopen"
    assert mara.post(address, data={"note": "It is back."}).status_code == 303
    late = jonas.post(address, data={"note": "Try again."})
    assert late.status_code == 409
    assert "already opened this question again" in told(late)
    assert "It is back." in told(late)
    assert session.scalars(select(Closure)).one().reopen_note == "It is back."


def test_a_question_that_nobody_ever_closed_was_not_opened_by_anybody(make, mara):
    refused = mara.post(f"/questions/{make.question().id}/reopen", data={})
    assert refused.status_code == 403
    assert "This question is open already." in told(refused)


@pytest.mark.parametrize("post", ["question", "answer"])
def test_taking_away_and_bringing_back_happen_once(make, session, mara, jonas, post):
    question = make.question()
    base = f"/questions/{question.id}" if post == "question" else f"/answers/{make.answer(question).id}"
    assert mara.post(f"{base}/delete", data={"note": "Spam."}).status_code == 303
    late = jonas.post(f"{base}/delete", data={"note": "Rude."})
    assert (late.status_code, counted(session, Deletion)) == (409, 1)
    assert "already taken this away" in told(late)
    assert "Mara Vogel" in told(late)
    assert "Spam." in told(late)

    assert jonas.post(f"{base}/restore").status_code == 303
    late = mara.post(f"{base}/restore")
    assert late.status_code == 409
    assert "already brought this back" in told(late)
    assert "Jonas Weber" in told(late)
    session.rollback()
    actions = session.scalars(select(AuditEntry.action)).all()
    assert sorted(actions) == [f"{post}.deleted", f"{post}.restored"]


@pytest.mark.parametrize("merge", ["", "y"])
def test_the_second_to_join_a_question_is_told_and_changes_nothing(make, session, mara, jonas, merge):
    space = make.space()
    question, one, other = (make.question(space=space) for _ in range(3))
    address = f"/questions/{question.id}/same-as"
    assert mara.post(address, data={"original": str(one.id), "merge": merge}).status_code == 303
    for original in (one, other):
        late = jonas.post(address, data={"original": str(original.id), "merge": merge})
        assert late.status_code == 409
        assert "the same as another one" in told(late)
        assert "Mara Vogel" in told(late)
    assert session.scalars(select(DuplicateLink.original_id)).all() == [one.id]


@pytest.mark.parametrize("action", ["close", "reopen", "delete", "restore", "same-as"])
def test_of_three_at_once_one_does_it(app, make, session, action):
    windows = [signed_in(app, make, name) for name in ("Mara Vogel", "Jonas Weber", "Aisha Khan")]
    space = make.space()
    question, original = make.question(space=space), make.question(space=space)
    first = {"reopen": "close", "restore": "delete"}.get(action)
    if first is not None:
        assert windows[0].post(f"/questions/{question.id}/{first}", data=CLOSE).status_code == 303
    session.rollback()
    before = session.get_one(Question, question.id).version
    start = threading.Barrier(len(windows))

    def press(window):
        start.wait(10)
        return window.post(f"/questions/{question.id}/{action}", data={**CLOSE, "original": str(original.id)})

    with ThreadPoolExecutor(len(windows)) as people:
        answers = list(people.map(press, windows))
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409]
    session.expire_all()
    session.rollback()
    changes = 2 if action == "same-as" else 1
    assert session.get_one(Question, question.id).version == before + changes


@pytest.mark.parametrize("action", ["close", "delete", "same-as"])
def test_the_same_form_sent_twice_is_no_conflict(make, session, mara, action):
    space = make.space()
    question, original = make.question(space=space), make.question(space=space)
    sent = {**CLOSE, "original": str(original.id), "merge": "y", "once": "the-same-form"}
    first, second = (mara.post(f"/questions/{question.id}/{action}", data=sent) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    effects = {"close": Closure, "delete": Deletion, "same-as": DuplicateLink}
    assert counted(session, effects[action]) == 1


@pytest.mark.parametrize("action", ["close", "reopen", "delete", "restore", "same-as"])
def test_who_may_not_do_it_learns_nothing_of_who_did(app, make, mara, action):
    question = make.question()
    mara.post(f"/questions/{question.id}/close", data=CLOSE)
    member = app.test_client()
    make.sign_in(member, make.user())
    sent = {**CLOSE, "original": "1"}
    refused = member.post(f"/questions/{question.id}/{action}", data=sent)
    assert refused.status_code in {403, 422}
    assert "Mara Vogel" not in refused.text


def test_moving_what_was_moved_elsewhere_shows_who_moved_it(make, session, mara, jonas):
    question, first, second = make.question(), make.space("Network"), make.space("Printers")
    address = f"/questions/{question.id}/move"
    (stood_in,) = re.findall(r'name="stood_in" value="(\d+)"', jonas.get(address).text)
    sent = {"stood_in": stood_in}
    assert mara.post(address, data={**sent, "space": str(first.id)}).status_code == 303

    late = jonas.post(address, data={**sent, "space": str(second.id)})

    assert late.status_code == 409
    assert "Somebody was faster" in told(late)
    assert "already moved this question" in told(late)
    assert "Mara Vogel" in told(late)
    assert session.get_one(Question, question.id).space_id == first.id
    assert jonas.post(address, data={**sent, "space": str(first.id)}).status_code == 303

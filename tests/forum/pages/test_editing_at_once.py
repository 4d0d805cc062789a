"""Two people edit one question: what the trouble keeps the asker from is nobody's by accident."""

from __future__ import annotations

import re

import pytest

from app.forum.models.answer import Answer, Comment
from app.forum.models.question import Question
from app.identity.models import User
from app.kernel.actor import Role


@pytest.fixture
def asked(make):
    return make.question(asker=make.user("Ann"), impact="slowed")


@pytest.fixture
def moderator(app, make):
    client = app.test_client()
    make.sign_in(client, make.user("Mara", roles=(Role.MODERATOR,)))
    return client


@pytest.fixture
def asker(app, make, asked, session):
    client = app.test_client()
    make.sign_in(client, session.get_one(User, asked.asker_id))
    return client


def found(pattern, text):
    match = re.search(pattern, text)
    assert match is not None, pattern
    return match[1]


def form_of(page):
    """Return what the browser sends back when nothing is touched."""
    form = page.text.partition("<main")[2]
    fields = dict(re.findall(r'<input[^>]*type="hidden"[^>]*name="(revision|impact_seen)"[^>]*value="([^"]*)"', form))
    chosen = re.search(r'<input[^>]*checked[^>]*name="impact"[^>]*value="(\w+)"', form)
    fields["impact"] = chosen[1] if chosen else ""
    fields["title"] = found(r'<input[^>]*name="title"[^>]*value="([^"]*)"', form)
    fields["body"] = found(r'<textarea[^>]*name="body"[^>]*>\s*([^<]*)</textarea>', form)
    return {**fields, "tags": ""}


def standing(session, asked):
    session.rollback()
    question = session.get_one(Question, asked.id, populate_existing=True)
    return question.impact, question.title


def test_an_older_form_does_not_take_back_the_impact_that_was_raised_meanwhile(session, asked, asker, moderator):
    address = f"/questions/{asked.id}/edit"
    older = form_of(moderator.get(address))
    assert asker.post(address, data={**form_of(asker.get(address)), "impact": "several_blocked"}).status_code == 303

    assert moderator.post(address, data={**older, "title": "The VPN drops every few minutes"}).status_code == 303

    assert standing(session, asked) == ("several_blocked", "The VPN drops every few minutes")


def test_two_different_impacts_are_shown_beside_each_other(session, asked, asker, moderator):
    address = f"/questions/{asked.id}/edit"
    older = form_of(moderator.get(address))
    assert asker.post(address, data={**form_of(asker.get(address)), "impact": "several_blocked"}).status_code == 303

    refused = moderator.post(address, data={**older, "impact": "nothing"})

    assert refused.status_code == 409
    assert "<b>Several of us can’t work</b>" in refused.text
    assert "<b>Nothing, I am curious</b>" in refused.text
    assert standing(session, asked)[0] == "several_blocked"
    assert moderator.post(address, data=form_of(refused)).status_code == 303
    assert standing(session, asked)[0] == "nothing"


def test_after_a_conflict_of_texts_the_impact_is_the_one_that_stands(session, asked, asker, moderator):
    address = f"/questions/{asked.id}/edit"
    older = form_of(moderator.get(address))
    newer = {**form_of(asker.get(address)), "impact": "blocked", "body": "Since yesterday."}
    assert asker.post(address, data=newer).status_code == 303

    refused = moderator.post(address, data={**older, "title": "The VPN drops every few minutes"})

    assert refused.status_code == 409
    again = form_of(refused)
    assert again["impact"] == "blocked"
    assert moderator.post(address, data=again).status_code == 303
    assert standing(session, asked) == ("blocked", "The VPN drops every few minutes")


@pytest.mark.parametrize("of", ["question", "answer"])
def test_going_back_to_an_earlier_text_does_not_undo_one_that_was_not_seen(make, session, asked, asker, moderator, of):
    answer = make.answer(asked, author=session.get_one(User, asked.asker_id))
    place = f"/questions/{asked.id}" if of == "question" else f"/answers/{answer.id}"
    model, post_id = (Question, asked.id) if of == "question" else (Answer, answer.id)

    def write(number):
        form = {"title": "VPN drops every few minutes", "impact": "slowed", "revision": str(number - 1)}
        assert asker.post(f"{place}/edit", data={**form, "body": f"Text {number}."}).status_code == 303

    def body():
        session.rollback()
        return session.get_one(model, post_id, populate_existing=True).body

    write(2)
    back = {"number": "1", "seen": found(r'name="seen" value="(\d+)"', moderator.get(f"{place}/history").text)}
    write(3)

    refused = moderator.post(f"{place}/roll-back", data=back)

    assert (refused.status_code, body()) == (409, "Text 3.")
    assert "Somebody has changed this text since" in refused.text
    back["seen"] = found(r'name="seen" value="(\d+)"', refused.text)
    assert moderator.post(f"{place}/roll-back", data=back).status_code == 303
    assert body() != "Text 3."


@pytest.mark.parametrize("of", ["answer", "comment"])
def test_an_older_form_of_an_answer_or_comment_shows_both_texts(make, asked, asker, session, of):
    ann = session.get_one(User, asked.asker_id)
    text = {"body": "Text 1.", "body_html": "<p>Text 1.</p>", "posted_at": make.now}
    posted = (
        make.answer(asked, author=ann)
        if of == "answer"
        else make.save(Comment(question_id=asked.id, author_id=ann.id, **text))
    )
    address = f"/{of}s/{posted.id}/edit"
    assert asker.post(address, data={"revision": "1", "body": "What came first."}).status_code == 303

    refused = asker.post(address, data={"revision": "1", "body": "What came second."})

    assert refused.status_code == 409
    assert refused.text.count("What came first.") == 1
    assert refused.text.count("What came second.") == 2  # beside the other, and in the form
    assert asker.post(address, data={"revision": "2", "body": "Both together."}).status_code == 303

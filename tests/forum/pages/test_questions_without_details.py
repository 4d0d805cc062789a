"""One sentence is a question: details are optional everywhere a question is written, shown or found."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.forum.models.question import Question
from app.forum.models.space import Visibility
from app.forum.search_documents import question_documents
from app.kernel.actor import Role
from tests.escalation.desk import open_desk

TITLE = "The printer on floor two eats paper"


@pytest.fixture
def asker(make):
    return make.user()


@pytest.fixture
def question_id(client, make, asker):
    space = make.space(visibility=Visibility.PUBLIC)
    make.sign_in(client, asker)
    sent = {"title": TITLE, "body": "", "impact": "slowed", "space": str(space.id), "tags": "printer"}
    asked = client.post("/ask", data=sent)
    assert asked.status_code == 303
    return int(asked.headers["Location"].rsplit("/", 1)[-1])


def test_the_page_says_that_there_are_none(client, question_id):
    page = client.get(f"/questions/{question_id}")
    assert page.status_code == 200
    assert TITLE in page.text
    assert "No details yet." in page.text


@pytest.mark.parametrize("address", ["/questions", "/feeds/questions.atom", "/feeds/questions/{}.atom", "/tags/printer",
                                     "/questions/{}/history", "/questions/{}/edit", "/"])  # fmt: skip
def test_every_list_and_feed_shows_the_sentence(client, question_id, address):
    page = client.get(address.format(question_id))
    assert page.status_code == 200
    assert TITLE in page.text


def test_it_is_found_by_its_sentence(session, question_id):
    (document,) = question_documents(session, [question_id])
    assert (document.title, document.body, document.tags) == (TITLE, "", ("printer",))


def test_details_can_be_added_and_taken_away_again(client, session, question_id):
    address, fields = f"/questions/{question_id}/edit", {"title": TITLE, "impact": "slowed", "tags": "printer"}
    assert client.post(address, data={**fields, "body": "Since noon.", "revision": "1"}).status_code == 303
    assert "Since noon." in client.get(f"/questions/{question_id}").text
    assert client.post(address, data={**fields, "body": "", "revision": "2"}).status_code == 303
    assert "No details yet." in client.get(f"/questions/{question_id}").text
    history = client.get(f"/questions/{question_id}/history").text
    assert "<del>Since noon.</del>" in history
    assert client.post(f"/questions/{question_id}/roll-back", data={"number": "2"}).status_code == 303
    assert session.execute(select(Question.revision, Question.body)).one() == (4, "Since noon.")


def test_the_ticket_says_so_too(client, make):
    desk = open_desk(make)
    ticket_id = desk.ticket(desk.question(body="", body_html=""))
    make.sign_in(client, desk.jo)
    page = client.get(f"/waiting/{ticket_id}")
    assert page.status_code == 200
    assert "No details yet." in page.text


@pytest.mark.parametrize("body", ["", " \n\t ", "\u200b\u200b\ufeff", "[printer]: https://example.org", "&nbsp;"])
@pytest.mark.parametrize("place", ["answers", "comments"])
def test_answers_and_comments_need_something_to_read(client, make, body, place):
    question = make.question()
    make.sign_in(client, make.user(roles=(Role.MODERATOR,)))
    sent = client.post(f"/questions/{question.id}/{place}", data={"body": body})
    assert sent.status_code == 422
    assert "Write a few words first." in sent.text


def test_a_picture_alone_is_an_answer(client, make):
    make.sign_in(client, make.user())
    sent = client.post(f"/questions/{make.question().id}/answers", data={"body": "![the lamp](/files/abc/lamp.png)"})
    assert sent.status_code == 303


def test_a_sentence_that_nobody_can_see_is_none(client, make):
    space = make.space()
    make.sign_in(client, make.user())
    sent = {"title": "\u200b\u2060" * 20, "impact": "slowed", "space": str(space.id), "tags": ""}
    page = client.post("/ask", data=sent)
    assert page.status_code == 422
    assert "Say it in a few more words" in page.text

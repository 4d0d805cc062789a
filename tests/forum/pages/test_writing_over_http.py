"""Asking, answering, voting and drafts over HTTP, first of all without JavaScript."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.forum.models.answer import Answer
from app.forum.models.question import Question
from app.kernel.actor import Role


def counted(session, row):
    return session.scalar(select(func.count()).select_from(row))


def asked(space, **fields):
    return {
        "title": "The printer on floor two eats paper", "body": "Since the move.", "impact": "slowed",
        "space": str(space.id), "space_id": str(space.id), "tags": "", **fields,
    }  # fmt: skip


def test_asking_leads_to_the_question(client, make):
    space = make.space()
    make.sign_in(client, make.user())
    sent = client.post("/ask", data=asked(space))
    assert sent.status_code == 303
    page = client.get(sent.headers["Location"])
    assert "The printer on floor two eats paper" in page.text


def test_sending_the_same_question_twice_asks_once(client, make, session):
    space = make.space()
    make.sign_in(client, make.user())
    first = client.post("/ask", data=asked(space, once="the-same-form"))
    second = client.post("/ask", data=asked(space, once="the-same-form"))
    assert first.headers["Location"] == second.headers["Location"]
    assert counted(session, Question) == 1


def test_a_refused_question_keeps_everything_typed(client, make):
    space = make.space()
    make.sign_in(client, make.user())
    sent = client.post("/ask", data=asked(space, title="Short", body="A long story about paper.", tags="printer"))
    assert sent.status_code == 422
    assert 'value="Short"' in sent.text
    assert "A long story about paper." in sent.text
    assert 'value="printer"' in sent.text
    assert "There is a problem" in sent.text


def test_answering_leads_to_the_answer(client, make):
    question = make.question()
    make.sign_in(client, make.user())
    sent = client.post(f"/questions/{question.id}/answers", data={"body": "Turn it off and on."})
    assert sent.status_code == 303
    anchor = sent.headers["Location"].partition("#")[2]
    html = client.get(f"/questions/{question.id}").text
    assert "Turn it off and on." in html
    assert f'id="{anchor}"' in html


def test_an_empty_answer_is_refused_with_the_whole_page(client, make, session):
    question = make.question()
    make.sign_in(client, make.user())
    sent = client.post(f"/questions/{question.id}/answers", data={"body": " "})
    assert sent.status_code == 422
    assert question.title in sent.text
    assert counted(session, Answer) == 0


@pytest.mark.parametrize("path", ["answers", "me-too", "follow", "vote", "comments"])
def test_a_guest_who_presses_a_button_is_sent_to_sign_in(client, make, path):
    question = make.question()
    sent = client.post(f"/questions/{question.id}/{path}", data={"value": "1", "body": "x"})
    assert sent.status_code == 303
    assert "/sign-in" in sent.headers["Location"]


def test_pressing_me_too_twice_counts_once(client, make, session):
    question = make.question()
    make.sign_in(client, make.user())
    for _ in range(2):
        assert client.post(f"/questions/{question.id}/me-too", data={"value": "1"}).status_code == 303
    assert session.get_one(Question, question.id).me_too_count == 1


def test_a_moderator_moves_a_question_to_where_it_belongs(client, make, session):
    question, elsewhere = make.question(), make.space("Printers")
    make.sign_in(client, make.user(roles=(Role.MODERATOR,)))
    assert "Printers" in client.get(f"/questions/{question.id}/move").text
    assert client.post(f"/questions/{question.id}/move", data={"space": str(elsewhere.id)}).status_code == 303
    assert session.get_one(Question, question.id).space_id == elsewhere.id


def test_a_stale_edit_shows_both_texts_and_changes_nothing(client, make, session):
    asker = make.user()
    question = make.question(asker=asker, body="First words.")
    make.sign_in(client, asker)
    edit = {"title": question.title, "impact": "slowed", "tags": "", "revision": "1", "summary": ""}
    assert client.post(f"/questions/{question.id}/edit", data={**edit, "body": "Second words."}).status_code == 303
    stale = client.post(f"/questions/{question.id}/edit", data={**edit, "body": "Words that came late."})
    assert stale.status_code == 409
    assert "Second words." in stale.text
    assert "Words that came late." in stale.text
    assert session.get_one(Question, question.id).body == "Second words."


def test_the_history_marks_what_was_removed_and_added(client, make):
    asker = make.user()
    question = make.question(asker=asker, body="The red lamp blinks.")
    make.sign_in(client, asker)
    client.post(
        f"/questions/{question.id}/edit",
        data={
            "title": question.title,
            "impact": "slowed",
            "tags": "",
            "revision": "1",
            "body": "The green lamp blinks.",
        },
    )
    html = client.get(f"/questions/{question.id}/history").text
    assert "<del>" in html
    assert "<ins>" in html


def test_a_draft_is_kept_listed_and_discarded(client, make):
    make.sign_in(client, make.user())
    assert client.post("/drafts", data={"place": "ask", "title": "Half a question"}).status_code in {200, 204, 303}
    assert "Half a question" in client.get("/drafts").text
    client.post("/drafts/discard", data={"place": "ask"})
    assert "Half a question" not in client.get("/drafts").text


@pytest.mark.parametrize("path", ["/", "/questions", "/questions?sort=active", "/questions?sort=unanswered",
                                  "/tags", "/spaces", "/feeds/questions.atom"])  # fmt: skip
def test_every_list_shows_public_questions_only_to_guests(client, make, path):
    make.question(title="A public matter of paper")
    make.question(title="An internal matter of paper", space=make.space())
    page = client.get(path)
    assert page.status_code == 200
    assert "An internal matter" not in page.text


@pytest.mark.parametrize("sort", ["newest", "active", "unanswered"])
def test_a_list_costs_the_same_with_five_and_with_thirty_questions(client, make, count_statements, sort):
    def cost():
        client.get(f"/questions?sort={sort}")
        with count_statements() as seen:
            assert client.get(f"/questions?sort={sort}").status_code == 200
        return len(seen)

    for _ in range(5):
        make.question()
    few = cost()
    for _ in range(25):
        make.question()
    assert cost() == few <= 6


def test_a_feed_that_has_not_changed_is_not_sent_again(client, make):
    make.question()
    tag = client.get("/feeds/questions.atom").headers["ETag"]
    assert client.get("/feeds/questions.atom", headers={"If-None-Match": tag}).status_code == 304

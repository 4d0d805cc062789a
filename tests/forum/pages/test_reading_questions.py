"""The question page over HTTP: who sees it, what it costs, and when a guest's copy is still good."""

from __future__ import annotations

import re

import pytest

from app.forum.models.answer import Answer, Comment, Deletion
from app.forum.models.question import Closure, DuplicateLink, Question
from app.forum.models.space import Visibility
from app.kernel.actor import Role
from app.kernel.personal_data import Estate

SIGNED_OUT = 7
"""Statements for a guest beyond the one that finds out which spaces are public."""
SIGNED_IN = 12
"""Statements for a member: the same, the own marks, and what slots and navigation ask."""


def fill(make, question, answers):
    for n in range(answers):
        answer = make.answer(question, body=f"Try {n}.")
        make.save(
            Comment(
                question_id=question.id, answer_id=answer.id, author_id=make.user().id,
                body="Thanks", body_html="<p>Thanks</p>", posted_at=make.now,
            )
        )  # fmt: skip


def changed(make, question_id, **values):
    with make.unit_of_work() as uow:
        row = uow.session.get_one(Question, question_id)
        for name, value in values.items():
            setattr(row, name, value)


def statements(client, count_statements, url):
    client.get(url)  # words, assets and compiled statements are ready
    with count_statements() as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def test_a_guests_page_costs_the_same_with_one_answer_and_with_forty(client, make, count_statements):
    short, long = make.question(), make.question()
    fill(make, short, 1)
    fill(make, long, 40)
    few = statements(client, count_statements, f"/questions/{short.id}")
    many = statements(client, count_statements, f"/questions/{long.id}")
    assert few == many <= SIGNED_OUT + 1


def test_a_members_page_costs_the_same_with_one_answer_and_with_forty(client, make, count_statements):
    short, long = make.question(), make.question()
    fill(make, short, 1)
    fill(make, long, 40)
    make.sign_in(client, make.user())
    few = statements(client, count_statements, f"/questions/{short.id}")
    many = statements(client, count_statements, f"/questions/{long.id}")
    assert few == many <= SIGNED_IN + 1  # who is asking


def test_a_guests_good_copy_is_confirmed_by_one_statement(client, make, count_statements):
    url = f"/questions/{make.question().id}"
    tag = client.get(url).headers["ETag"]
    with count_statements() as seen:
        again = client.get(url, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert len([s for s in seen if "questions" in s]) == 1
    assert len(seen) <= 2  # and which spaces are public


def test_a_confirmed_copy_keeps_the_policy_whose_nonce_it_carries(client, make):
    url = f"/questions/{make.question().id}"
    tag = client.get(url).headers["ETag"]
    again = client.get(url, headers={"If-None-Match": tag})
    assert "Content-Security-Policy" not in again.headers
    assert "Cookie" in again.headers["Vary"]


def test_a_change_makes_a_guests_copy_stale(client, make):
    question = make.question()
    url = f"/questions/{question.id}"
    tag = client.get(url).headers["ETag"]
    changed(make, question.id, version=question.version + 1)
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 200


def test_a_guests_copy_is_not_confirmed_for_longer_than_an_hour(client, make, clock):
    """Names, scores and what the house calls its spaces change without the thread."""
    url = f"/questions/{make.question().id}"
    tag = client.get(url).headers["ETag"]
    clock.advance(minutes=59)
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 304
    clock.advance(minutes=1)
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("part", ["question", "answer", "comment", "closure"])
def test_no_copy_goes_on_naming_somebody_who_left(app, client, make, part):
    meilin, question, other = make.user("Meilin Gone"), make.question(), make.question()
    if part == "question":
        question = make.question(asker=meilin)
    elif part == "answer":
        make.answer(question, author=meilin)
    elif part == "comment":
        comment = {"body": "Which?", "body_html": "<p>Which?</p>", "posted_at": make.now}
        make.save(Comment(question_id=question.id, author_id=meilin.id, **comment))
    else:
        changed(make, question.id, closed_at=make.now)
        closure = {"reason": "outdated", "note": "", "closed_by_id": meilin.id, "closed_at": make.now}
        make.save(Closure(question_id=question.id, **closure))
    url, beside = f"/questions/{question.id}", f"/questions/{other.id}"
    page, unmoved = client.get(url), client.get(beside).headers["ETag"]
    assert "Meilin Gone" in page.text
    with make.unit_of_work() as uow:
        app.extensions["peerdesk"].ports[Estate].erase(uow, meilin.id)
    again = client.get(url, headers={"If-None-Match": page.headers["ETag"]})
    assert (again.status_code, "Meilin" in again.text) == (200, False)
    assert client.get(beside, headers={"If-None-Match": unmoved}).status_code == 304


def test_a_guests_copy_does_not_outlive_the_right_to_read_it(client, make):
    question = make.question()
    url = f"/questions/{question.id}"
    tag = client.get(url).headers["ETag"]
    changed(make, question.id, space_id=make.space(visibility=Visibility.PRIVATE).id)
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 404


def test_a_guests_page_holds_no_form_that_writes(client, make):
    question = make.question()
    make.answer(question)
    html = client.get(f"/questions/{question.id}").text
    assert "csrf_token" not in html
    assert not re.search(r'<form[^>]*method="post"', html, re.IGNORECASE)
    assert "/sign-in?next=" in html


@pytest.mark.parametrize("visibility", [Visibility.INTERNAL, Visibility.PRIVATE])
def test_a_guest_cannot_tell_a_hidden_question_from_none(client, make, visibility):
    hidden = make.question(space=make.space(visibility=visibility))
    assert client.get(f"/questions/{hidden.id}").status_code == 404
    assert client.get("/questions/999999").status_code == 404


def test_the_accepted_answer_comes_first_then_what_helped_most(client, make):
    question = make.question()
    make.answer(question, body="Helped nobody", score=0)
    make.answer(question, body="Helped many", score=9)
    accepted = make.answer(question, body="Solved it", score=1)
    changed(make, question.id, accepted_answer_id=accepted.id, solved_at=make.now)
    html = client.get(f"/questions/{question.id}").text
    assert html.index("Solved it") < html.index("Helped many") < html.index("Helped nobody")


def test_a_deleted_question_is_gone_and_its_asker_hears_why(client, make):
    asker, moderator = make.user(), make.user("Leila Haddad")
    question = make.question(asker=asker)
    changed(make, question.id, deleted_at=make.now)
    make.save(
        Deletion(question_id=question.id, deleted_by_id=moderator.id, deleted_at=make.now, reason="Shows a password")
    )
    guest = client.get(f"/questions/{question.id}")
    assert guest.status_code == 410
    assert "Shows a password" not in guest.text
    make.sign_in(client, asker)
    told = client.get(f"/questions/{question.id}")
    assert told.status_code == 410
    assert "Shows a password" in told.text


def test_a_merged_question_leads_to_the_original(client, make):
    original = make.question()
    copy = make.question(duplicate_of_id=original.id, merged_at=make.now)
    make.save(
        DuplicateLink(
            question_id=copy.id, original_id=original.id, linked_by_id=make.user().id, linked_at=make.now, merged=True
        )
    )
    sent = client.get(f"/questions/{copy.id}")
    assert sent.status_code == 301
    assert sent.headers["Location"].split("?")[0].split("#")[0].endswith(f"/questions/{original.id}")


@pytest.mark.parametrize(
    ("zone", "greeting"),
    [("Asia/Tokyo", "Good evening"), ("Europe/Berlin", "Good morning"), ("Asia/Karachi", "Good afternoon")],
)
def test_people_are_greeted_by_their_own_time_of_day(client, make, zone, greeting):
    make.sign_in(client, make.user("Mei Tanaka", time_zone=zone))
    assert f"{greeting}, Mei." in client.get("/").text


def test_what_is_done_in_place_changes_how_the_question_stands_too(client, make):
    asker = make.user()
    question = make.question(asker=asker)
    answer = make.answer(question, author=make.user("Aisha Bello"))
    make.sign_in(client, asker)
    address = f"/questions/{question.id}/answers/{answer.id}/accept"
    answered = client.post(address, data={"value": "1"}, headers={"HX-Request": "true"}).text
    status = answered.split('hx-target="#question-status"')[1].split("</hx-partial>")[0]
    assert "Solved by Aisha Bello" in status


@pytest.mark.parametrize("deed", ["vote", "working", "accept"])
def test_nothing_is_done_to_an_answer_that_stands_elsewhere(client, make, session, deed):
    asker = make.user(roles=(Role.MODERATOR,))
    here, there = make.question(asker=asker), make.question(asker=asker)
    answer = make.answer(there)
    make.sign_in(client, asker)
    address = f"/questions/{here.id}/answers/{answer.id}/{deed}"
    assert client.post(address, data={"value": "1", "note": "They said so."}).status_code == 404
    stored = session.get_one(Answer, answer.id)
    assert (stored.score, stored.working_count, stored.accepted_at) == (0, 0, None)

"""Pieces are shared by readers who would be shown the same, and by nobody else."""

from __future__ import annotations

import re

import pytest

from app.forum.models.question import Question
from app.kernel.actor import Role
from app.web import pieces
from app.web.pieces import Pieces


def once_tokens(html):
    return re.findall(r'name="once" value="([^"]+)"', html)


def test_every_printing_has_its_own_form_tokens(client, make):
    question = make.question()
    make.answer(question)
    make.sign_in(client, make.user())
    first, second = (client.get(f"/questions/{question.id}").text for _ in range(2))
    assert once_tokens(first)
    assert not set(once_tokens(first)) & set(once_tokens(second))
    assert len(set(once_tokens(first))) == len(once_tokens(first))
    assert "\x00" not in first + second


def test_two_people_never_share_a_form_token(app, make):
    question = make.question()
    pages = []
    for _ in range(2):
        client = app.test_client()
        make.sign_in(client, make.user())
        pages.append(client.get(f"/questions/{question.id}").text)
    tokens = [set(re.findall(r'name="csrf_token" value="([^"]+)"', page)) for page in pages]
    assert [len(found) for found in tokens] == [1, 1]
    assert tokens[0] != tokens[1]


def test_what_one_may_do_is_not_shown_to_others(app, make):
    question = make.question()
    answer = make.answer(question)
    moderator, member = app.test_client(), app.test_client()
    make.sign_in(moderator, make.user(roles=(Role.MODERATOR,)))
    make.sign_in(member, make.user())
    assert f"/answers/{answer.id}/delete" in moderator.get(f"/questions/{question.id}").text
    assert f"/answers/{answer.id}/delete" not in member.get(f"/questions/{question.id}").text
    assert f"/answers/{answer.id}/delete" not in app.test_client().get(f"/questions/{question.id}").text


def test_a_change_shows_at_once(client, make):
    question = make.question()
    assert "Nobody has answered yet" in client.get("/questions").text
    with make.unit_of_work() as uow:
        uow.session.get_one(Question, question.id).title = "The VPN never comes up"
    assert "The VPN never comes up" in client.get("/questions").text


def test_times_are_written_anew_when_a_minute_has_passed(client, make, clock):
    make.question()
    assert "2 hours ago" not in client.get("/questions").text
    clock.advance(hours=2)
    assert "2 hours ago" in client.get("/questions").text


@pytest.mark.parametrize(("language", "words"), [("en", "just now"), ("de", "gerade eben")])
def test_nobody_counts_seconds(client, make, clock, language, words):
    make.question()
    for seconds in (0, 29, 30):
        clock.advance(seconds=seconds)
        text = client.get("/questions", headers={"Accept-Language": language}).text
        assert f">{words}</time>" in text, seconds
        assert not re.search(r">[^<]*[Ss](econd|ekunde)[^<]*</time>", text)
    clock.advance(seconds=1)
    assert f">{words}</time>" not in client.get("/questions", headers={"Accept-Language": language}).text


@pytest.mark.parametrize("language", ["en", "de"])
def test_each_language_has_its_own(client, make, language):
    make.question()
    client.get("/questions", headers={"Accept-Language": "de" if language == "en" else "en"})
    text = client.get("/questions", headers={"Accept-Language": language}).text
    assert ("Nobody has answered yet" in text) == (language == "en")


def test_what_is_not_wanted_any_more_makes_room(monkeypatch):
    monkeypatch.setattr(pieces, "MOST_CHARACTERS", 10)
    kept = Pieces()
    kept.keep("a", "12345", 5)
    kept.keep("b", "12345", 5)
    assert kept.get("a") == "12345"
    kept.keep("c", "12345", 5)
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == ("12345", None, "12345")


def policy_nonce(response):
    (nonce,) = re.findall(r"'nonce-([^']+)'", response.headers["Content-Security-Policy"])
    return nonce


@pytest.mark.parametrize("path", ["/", "/questions", "/questions/{question}"])
def test_guests_share_a_page_but_for_its_nonce(client, make, count_statements, path):
    address = path.format(question=make.question().id)
    first = client.get(address)
    with count_statements() as seen:
        second = client.get(address)
    assert len(seen) == 2  # which spaces a guest may read, and what stands there now
    nonces = [policy_nonce(page) for page in (first, second)]
    assert nonces[0] != nonces[1]
    assert first.text.replace(nonces[0], nonces[1]) == second.text
    assert f'nonce="{nonces[1]}"' in second.text
    assert "\x00" not in second.text


@pytest.mark.parametrize("path", ["/", "/questions", "/questions/{question}"])
def test_what_a_guest_may_no_longer_see_is_gone_at_once(client, make, path):
    question = make.question(title="The salary list is open to all")
    private = make.space(visibility="internal")
    address = path.format(question=question.id)
    assert "The salary list" in client.get(address).text
    with make.unit_of_work() as uow:
        uow.session.get_one(Question, question.id).space_id = private.id
    assert "The salary list" not in client.get(address).text


def test_a_guest_reads_their_own_language_and_looks(app, make):
    make.question()
    english, german = app.test_client(), app.test_client()
    german.set_cookie("language", "de")
    german.set_cookie("theme", "dark")
    pages = [browser.get("/questions").text for browser in (english, german, english, german)]
    assert ['lang="de"' in page for page in pages] == [False, True, False, True]
    assert ['data-theme="dark"' in page for page in pages] == [False, True, False, True]


def test_what_one_guest_is_told_once_is_told_to_nobody_else(app, make):
    make.question()
    told = app.test_client()
    app.test_client().get("/questions")
    with told.session_transaction() as cookie:
        cookie["_flashes"] = [("message", "You are signed out.")]
    assert "You are signed out." in told.get("/questions").text
    assert "You are signed out." not in told.get("/questions").text
    assert "You are signed out." not in app.test_client().get("/questions").text


def test_the_title_of_an_original_that_went_private_is_gone_at_once(client, make):
    original = make.question(title="The salary list is open to all")
    question, private = make.question(), make.space(visibility="internal")
    with make.unit_of_work() as uow:
        uow.session.get_one(Question, question.id).duplicate_of_id = original.id
    before = client.get(f"/questions/{question.id}")
    assert "The salary list" in before.text
    with make.unit_of_work() as uow:
        uow.session.get_one(Question, original.id).space_id = private.id
    headers = {"If-None-Match": before.headers["ETag"]}
    assert "The salary list" not in client.get(f"/questions/{question.id}").text
    assert client.get(f"/questions/{question.id}", headers=headers).status_code == 200


def test_a_member_who_comes_again_is_asked_about_less(client, make, count_statements):
    question = make.question()
    make.answer(question)
    make.sign_in(client, make.user())
    for address in ("/questions", f"/questions/{question.id}"):
        with count_statements() as first:
            client.get(address)
        with count_statements() as again:
            client.get(address)
        assert len(first) > len(again) <= 7


def test_what_somebody_does_in_a_thread_shows_at_once_to_those_who_have_seen_it(app, make):
    question = make.question(title="The printer is on fire")
    answer = make.answer(question)
    reader, other = app.test_client(), app.test_client()
    make.sign_in(reader, make.user())
    make.sign_in(other, make.user())
    address = f"/questions/{question.id}"
    for page in (reader.get(address), reader.get("/questions")):
        assert "toner-dust" not in page.text
    form = {"body": "Sweep up the toner-dust first.", "once": "a1"}
    assert other.post(f"/questions/{question.id}/answers/{answer.id}/comments", data=form).status_code == 303
    assert "toner-dust" in reader.get(address).text


def test_a_member_sees_nothing_kept_of_a_thread_that_went_private(client, make):
    question = make.question(title="The salary list is open to all")
    private = make.space(visibility="private")
    make.sign_in(client, make.user())
    for address in ("/questions", f"/questions/{question.id}"):
        assert "The salary list" in client.get(address).text
    with make.unit_of_work() as uow:
        uow.session.get_one(Question, question.id).space_id = private.id
    for address in ("/questions", f"/questions/{question.id}"):
        assert "The salary list" not in client.get(address).text

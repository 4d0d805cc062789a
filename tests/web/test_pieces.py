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


@pytest.mark.parametrize("language", ["en", "de"])
def test_each_language_has_its_own(client, make, language):
    make.question()
    client.get("/questions", headers={"Accept-Language": "de" if language == "en" else "en"})
    text = client.get("/questions", headers={"Accept-Language": language}).text
    assert ("Nobody has answered yet" in text) == (language == "en")


def test_what_is_not_wanted_any_more_makes_room(monkeypatch):
    monkeypatch.setattr(pieces, "MOST_CHARACTERS", 10)
    kept = Pieces()
    kept.keep("a", "12345")
    kept.keep("b", "12345")
    assert kept.get("a") == "12345"
    kept.keep("c", "12345")
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == ("12345", None, "12345")

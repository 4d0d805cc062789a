"""Nobody is left standing: a page that says what went wrong also says where to go from it."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.kernel.errors import Busy, Conflict
from tests.support.factories import Make

GO = re.compile(r'<a class="btn go" href="([^"]*)">([^<]+)')


def crash() -> None:
    raise RuntimeError


def test_what_broke_can_be_tried_again_and_named_to_a_person(app: Flask, client: FlaskClient, monkeypatch):
    monkeypatch.setitem(app.view_functions, "site.site_robots", crash)

    response = client.get("/robots.txt?page=2&of=3")

    assert GO.findall(response.text) == [("/robots.txt?page=2&amp;of=3", "Try again")]
    assert f'<code dir="ltr">{response.headers["X-Request-ID"]}</code>' in response.text


@pytest.mark.parametrize("error", [Conflict("kernel.refused"), Busy()])
def test_after_a_form_the_way_leads_back_to_it(app: Flask, client: FlaskClient, make: Make, monkeypatch, error):
    def refuse(**_arguments: object) -> None:
        raise error

    make.sign_in(client, make.user())
    question = make.question()
    monkeypatch.setitem(app.view_functions, "forum.voting_me_too", refuse)
    before = f"http://localhost/questions/{question.id}?" + urlencode({"sort": "newest"})

    response = client.post(f"/questions/{question.id}/me-too", data={"value": "1"}, headers={"Referer": before})

    assert GO.findall(response.text) == [(f"/questions/{question.id}?sort=newest", "Back to the page before")]


def test_a_page_with_a_problem_says_so_in_its_title(client: FlaskClient, make: Make):
    def title(path: str, **fields: str) -> str:
        response = client.post(path, data=fields)
        assert response.status_code == 422
        return re.sub(r"\s+", " ", response.text.split("<title>")[1].split("</title>")[0])

    assert title("/sign-in", email="nobody@example.org", password="wrong wrong") == "Problem: Sign in · Peerdesk"
    assert title("/register") == "Problem: Make an account · Peerdesk"
    assert title("/forgotten") == "Problem: Choose a new password · Peerdesk"
    make.sign_in(client, make.user())
    assert title("/settings") == "Problem: Your profile · Peerdesk"
    assert title("/settings/account/password") == "Problem: Sign-in · Peerdesk"
    assert "Problem" not in client.get("/settings/account").text

from __future__ import annotations

import pytest
from flask import Flask

from app.config import Settings
from app.wiring import build_app
from tests.support.databases import dispose


@pytest.fixture
def render(settings: Settings, app: Flask):
    """Render a template as pages do, without the pseudo-locales of the other tests."""
    plain = build_app(settings.model_copy(update={"pseudo_locale": False}))

    def show(template: str, *, escaped: bool = True, **facts: object) -> str:
        environment = plain.jinja_env.overlay(autoescape=escaped)
        with plain.test_request_context("/"):
            plain.preprocess_request()
            return environment.from_string(template).render(**facts)

    yield show
    dispose(plain)


def test_facts_are_escaped_on_pages_and_left_alone_in_letters(render):
    template = "{% trans who=who %}Hello {{ who }}{% endtrans %}"
    assert render(template, who="<b>") == "Hello &lt;b&gt;"
    assert render(template, escaped=False, who="<b>") == "Hello <b>"


def test_a_percent_sign_in_a_sentence_stays_one(render):
    assert render("{% trans %}100% sure{% endtrans %}") == "100% sure"
    assert render("{{ _('100%% sure') }}") == "100% sure"


def test_one_and_many_read_right(render):
    template = "{% trans count=n %}{{ count }} answer{% pluralize count %}{{ count }} answers{% endtrans %}"
    assert [render(template, n=n) for n in (1, 2)] == ["1 answer", "2 answers"]


def test_large_numbers_are_grouped(render):
    template = "{% trans num=n %}{{ num }} question{% pluralize %}{{ num }} questions{% endtrans %}"
    assert [render(template, n=n) for n in (999, 16455)] == ["999 questions", "16,455 questions"]
    assert render("{{ n | grouped }}", n=-21112) == "-21,112"


def test_a_sentence_reads_the_same_the_second_time(render):
    assert render("{{ _('Sign in & out') }}|{{ _('Sign in & out') }}") == "Sign in & out|Sign in & out"

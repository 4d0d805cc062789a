from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from jinja2 import Environment, StrictUndefined
from jinja2.exceptions import TemplateNotFound, UndefinedError
from markupsafe import Markup

from app.web.environment import PageEnvironment


class Tag:
    def __html__(self) -> str:
        return "<br>"

    def __str__(self) -> str:
        return "<never>"


class Louder(str):
    __slots__ = ()

    def __html__(self) -> str:
        return "<em>" + self.upper() + "</em>"


ALL = """{% macro bold(x) %}<b>{{ x }}</b>{% endmacro %}{% set block %}<i>{{ x }}</i>{% endset %}
{{ x }}|{{ bold(x) }}|{{ block }}|{{ x ~ '<' }}|{{ x|e }}|
{{ [x, '&']|join('<') }}|<a title="{{ x }}">{{ '<' }}|{{ x|safe }}
{% autoescape false %}{{ x }}{% endautoescape %}{% filter upper %}{{ x }}{% endfilter %}"""


VALUES = [
    "<script>alert('1')&\"", "plain", "", "ünïcode \u2028 < \U0001f600", Markup("<p>ok</p>"), Markup("<p>%s</p>") % "<",
    7, 2**70, True, None, 1.5, Tag(), Louder("x<"), ["<", Markup("<")], ("<",), b"<",
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES)
def test_a_page_says_what_jinja_says(app: Flask, value: Any) -> None:
    ours = app.jinja_env
    theirs = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    assert isinstance(ours, PageEnvironment)

    with app.test_request_context():
        assert ours.from_string(ALL).render(x=value) == theirs.from_string(ALL).render(x=value)


def test_a_macro_that_is_given_elsewhere_is_not_escaped_twice(app: Flask) -> None:
    source = "{% macro m(x) %}<b>{{ x }}</b>{% endmacro %}{% macro n(x) %}{{ x }}{{ m(x) }}{% endmacro %}{{ n('<') }}"

    with app.test_request_context():
        assert app.jinja_env.from_string(source).render() == "&lt;<b>&lt;</b>"


def test_a_name_that_nobody_gave_is_an_error(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(UndefinedError):
        app.jinja_env.from_string("{{ nobody }}").render()


def test_names_that_are_added_later_are_seen_and_those_of_one_template_by_no_other(app: Flask) -> None:
    env = app.jinja_env
    alone, other = env.from_string("{{ later }}", globals={"later": "mine"}), env.from_string("{{ later }}")

    with app.test_request_context():
        assert alone.render() == "mine"
        with pytest.raises(UndefinedError):
            other.render()
        env.globals["later"] = "everybody's"
        try:
            assert other.render() == "everybody&#39;s"
            assert alone.render() == "mine"
            assert other.render(later="given") == "given"
            assert other.render() == "everybody&#39;s"
        finally:
            del env.globals["later"]


def test_a_template_is_looked_for_once_unless_its_file_may_change(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    env = app.jinja_env
    page = env.get_template("layouts/page.html")

    assert env.get_template("layouts/page.html") is env.get_template(page) is page
    own = env.get_template("layouts/page.html", globals={"own": 1})
    assert own is not page
    assert (own.globals["own"], "own" in page.globals) == (1, False)
    monkeypatch.setattr(env, "auto_reload", True)
    monkeypatch.setattr(page, "_uptodate", lambda: False)
    assert env.get_template("layouts/page.html") is not page
    with pytest.raises(TemplateNotFound):
        env.get_template("layouts/nowhere.html")

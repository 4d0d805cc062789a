from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from jinja2 import Environment, StrictUndefined
from jinja2.exceptions import UndefinedError
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

"""Rules about the shape of the code that no linter ships; each message says what to do instead."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.kernel.database import Base
from app.schema import complete_metadata
from app.web.routing import Gate

APP = Path(__file__).resolve().parents[2] / "app"
MODULES = sorted(p for p in APP.rglob("*.py") if "_bundled" not in p.parts)
FITS_ON_A_FEW_SCREENS = 320
FRAMEWORK_VIEWS = {"static"}
HTTP = {"flask", "flask_wtf", "werkzeug", "wtforms", "flask_babel"}
BORDER = (
    "/web/",
    "/api/",
    "/routes/",
    "/routes.py",
    "/forms.py",
    "/forms/",
    "/blueprint.py",
    "/cli/",
    "wiring.py",
    "actors.py",
)
REFUSALS = {"deny", "Denied", "Invalid", "Conflict", "Gone", "NotFound"}


def name_of(path: Path) -> str:
    return path.relative_to(APP).as_posix()


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_the_unit_of_work_commits(path: Path) -> None:
    by_hand = [c.lineno for c in calls(path) if isinstance(c.func, ast.Attribute) and c.func.attr == "commit"]
    if path.is_relative_to(APP / "search"):
        return  # a search engine's own commit
    assert by_hand == [], "open a unit of work instead of committing"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_fits_on_a_few_screens(path: Path) -> None:
    lines = len(path.read_text().splitlines())
    assert lines <= FITS_ON_A_FEW_SCREENS, "turn the module into a folder of the same name, split by verb or by noun"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text())), "begin with a docstring of one sentence"


@pytest.mark.parametrize("path", [p for p in MODULES if not any(b in p.as_posix() for b in BORDER)], ids=name_of)
def test_http_words_stay_at_the_border(path: Path) -> None:
    if path == APP / "__init__.py" or path.is_relative_to(APP / "live"):
        return  # the factory names Flask in its signature; sockets are a border of their own
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    assert found.isdisjoint(HTTP), "parse in routes.py and pass plain values inside"


def test_every_url_declares_its_gate(app: Flask) -> None:
    ungated = [
        endpoint
        for endpoint, view in app.view_functions.items()
        if endpoint not in FRAMEWORK_VIEWS and not isinstance(getattr(view, "gate", None), Gate)
    ]
    assert ungated == [], "register the view through web.routing.blueprint"


def test_every_relationship_refuses_lazy_loading() -> None:
    complete_metadata()
    lazy = [
        f"{mapper.class_.__name__}.{relation.key}"
        for mapper in Base.registry.mappers
        for relation in mapper.relationships
        if relation.lazy not in {"raise", "raise_on_sql"}
    ]
    assert lazy == [], 'write lazy="raise" and load what a page needs in its query'


def test_tables_live_in_models_modules_only() -> None:
    complete_metadata()
    strays = [
        mapper.class_.__module__
        for mapper in Base.registry.mappers
        if mapper.class_.__module__.startswith("app.") and "models" not in mapper.class_.__module__.split(".")
    ]
    assert strays == [], "move the class to the domain's models module, where migrations find it"


def test_every_reason_has_its_sentence(app: Flask) -> None:
    words = app.extensions["peerdesk.words"]
    codes = {code for path in MODULES for call in calls(path) for code in _codes(call)}
    assert codes - set(words) == set(), "add the sentence to the domain's words.py"
    assert len(codes) > 20, "the search for codes found next to nothing"


def _codes(call: ast.Call) -> Iterator[str]:
    name = (
        call.func.id
        if isinstance(call.func, ast.Name)
        else call.func.attr
        if isinstance(call.func, ast.Attribute)
        else ""
    )
    if name not in REFUSALS:
        return
    position = 1 if name == "Invalid" else 0
    arguments = [*call.args[position : position + 1], *(k.value for k in call.keywords if k.arg == "reason")]
    for argument in arguments:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            yield argument.value

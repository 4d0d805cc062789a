from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import structlog

from app.web.logs import configure_logs


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def crash(password: str) -> None:
    raise ValueError("no luck")


@pytest.mark.parametrize("kind", ["json", "console"])
def test_a_crash_is_logged_without_the_values_it_worked_on(settings, capsys, kind) -> None:
    configure_logs(settings.model_copy(update={"log_format": kind}))
    try:
        crash("hunter2 is secret")
    except ValueError as error:
        structlog.get_logger("test").error("request crashed", exc_info=error)
    line = capsys.readouterr().err
    assert "no luck" in line
    assert "hunter2" not in line.replace('crash("hunter2 is secret")', "")
    if kind == "json":
        assert json.loads(line)["level"] == "error"

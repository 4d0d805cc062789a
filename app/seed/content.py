"""Read the demo community's texts: one TOML file for the company, one for each kind of question."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files
from typing import Any

COMPANY = "company.toml"
QUESTIONS = ("it.toml", "workplace.toml", "scales.toml", "engineering.toml")
_SPAN = re.compile(r"(\d+)([dhm])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}
Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Content:
    """Everything the demo community is made of, as the files say it."""

    people: tuple[Table, ...]
    groups: tuple[Table, ...]
    spaces: tuple[Table, ...]
    questions: tuple[Table, ...]


def read_content() -> Content:
    """Read all files; they come with the program."""
    company = _read(COMPANY)
    questions = [question for name in QUESTIONS for question in _read(name)["question"]]
    return Content(tuple(company["person"]), tuple(company["group"]), tuple(company["space"]), tuple(questions))


def span(text: str) -> timedelta:
    """Return the time that ``2d 3h`` or ``45m`` stands for.

    Raises:
        ValueError: when it says nothing.

    """
    parts = _SPAN.findall(text)
    if not parts:
        raise ValueError(f"{text!r} is no span of time")
    return sum((timedelta(**{_UNITS[unit]: int(number)}) for number, unit in parts), timedelta())


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "content" / name).read_text(encoding="utf-8"))

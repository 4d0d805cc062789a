"""The list of what is checked on pages names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_test_that_the_list_names_is_there():
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "docs" / "checks-of-pages.md").read_text("utf-8"))

    assert named
    assert [name for path, name in named if f"def {name}(" not in (ROOT / path).read_text("utf-8")] == []

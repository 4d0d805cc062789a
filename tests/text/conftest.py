from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.text.renderer import MarkdownRenderer


@pytest.fixture
def here() -> MarkdownRenderer:
    """The same pipeline without the sandbox, for tests of what comes out."""
    return MarkdownRenderer(workers=0)


@pytest.fixture(scope="module")
def sandboxed() -> Iterator[MarkdownRenderer]:
    renderer = MarkdownRenderer(workers=2, seconds=0.5)
    renderer.render("warm")
    yield renderer
    renderer.close()

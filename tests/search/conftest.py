from __future__ import annotations

import pytest

from app.forum.search_documents import QuestionSource
from app.search.contract import DocumentSource, SearchEngine
from app.search.maintenance import heal


@pytest.fixture
def engine(runtime) -> SearchEngine:
    """The product's own engine, emptied of what earlier tests left."""
    engine: SearchEngine = runtime.ports[SearchEngine]
    heal(engine, runtime.ports[DocumentSource])
    engine.refresh()
    return engine


@pytest.fixture
def source(runtime) -> QuestionSource:
    found: QuestionSource = runtime.ports[DocumentSource]
    return found


@pytest.fixture
def reindex(engine, source):
    """Make the index agree with rows that a test wrote straight into the tables."""

    def run() -> None:
        heal(engine, source)
        engine.refresh()

    return run

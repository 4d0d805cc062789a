"""Whoever writes the search index may be killed at any moment: the next one goes on, and nobody notices."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.config import Settings
from app.forum import search_documents
from app.forum.services.asking import AskQuestion, ask_question
from app.forum.services.editing import EditQuestion, edit_question
from app.kernel.models import Delivery
from app.search import maintenance
from app.search.contract import Document, DocumentSource, Query, Scope, SearchEngine
from app.search.engines import folders
from app.search.maintenance import find_drift, heal, rebuild
from app.text.contract import RichText
from app.web.runtime import Runtime
from app.wiring import build_app
from tests.support.clock import FixedClock
from tests.support.databases import dispose

FORK = multiprocessing.get_context("fork")
QUESTIONS = 12
pytestmark = pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")


@pytest.fixture(params=["tantivy", "whoosh"])
def product(request, app: Flask, settings: Settings, shared_clock: FixedClock, tmp_path: Path) -> Iterator[Flask]:
    """The product with each engine in turn, and an index of its own."""
    changed = settings.model_copy(update={"search_engine": request.param, "data_dir": tmp_path})
    other = build_app(changed, shared_clock)
    yield other
    runtime_of(other).ports[SearchEngine].close()
    dispose(other)


def runtime_of(app: Flask) -> Runtime:
    found: Runtime = app.extensions["peerdesk"]
    return found


def pausing(pipe: Connection, act: Callable[..., Any], *, before: int | None = None) -> Callable[..., Any]:
    """Return the function, which says so and stands still: before its n-th call, or else after the first."""
    calls = 0

    def run(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        result = None if calls == before else act(*arguments, **options)
        if before is None or calls == before:
            pipe.send("there")
            signal.pause()
        return result

    return run


@contextmanager
def killed(product: Flask, act: Callable[[Connection], object]) -> Iterator[None]:
    """Do something in a process of its own until it stands still; kill it at the end of the block."""
    dispose(product)  # two processes cannot share a connection
    ours, theirs = FORK.Pipe(duplex=False)
    process = FORK.Process(target=act, args=(theirs,))
    process.start()
    theirs.close()
    assert ours.poll(30), "it never got there"
    assert ours.recv() == "there"
    yield
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert process.exitcode == -signal.SIGKILL


def found(engine: SearchEngine, *space_ids: int) -> int:
    engine.refresh()
    return engine.search(Query(Scope(frozenset(space_ids)))).total


@pytest.mark.parametrize(
    ("stop", "copied_before"),
    [("while the second batch is open", 5), ("before the new index takes over", QUESTIONS)],
)
def test_a_killed_rebuild_goes_on_where_it_stood(product: Flask, make, monkeypatch, stop, copied_before):
    runtime = runtime_of(product)
    engine, source = runtime.ports[SearchEngine], runtime.ports[DocumentSource]
    monkeypatch.setattr(maintenance, "COPIED_AT_ONCE", 5)
    space, asker = make.space(), make.user()
    for number in range(QUESTIONS):
        make.question(space=space, asker=asker, title=f"VPN drops {number}")
    heal(engine, source)

    def live(pipe: Connection) -> None:
        if copied_before == QUESTIONS:
            monkeypatch.setattr(folders, "_replace_text", pausing(pipe, folders._replace_text, before=1))
        else:
            monkeypatch.setattr(source, "documents", pausing(pipe, source.documents, before=2))
        rebuild(engine, source)

    with killed(product, live):
        assert found(engine, space.id) == QUESTIONS, "the index in use answers while another is built"
    assert found(engine, space.id) == QUESTIONS

    left: list[int] = []
    read: list[int] = []
    documents = source.documents

    def noted(ids: Collection[int]) -> Sequence[Document]:
        read.extend(ids)
        copied: Sequence[Document] = documents(ids)
        return copied

    monkeypatch.setattr(source, "documents", noted)
    assert rebuild(engine, source, going_on=left.append) == QUESTIONS

    assert left == [copied_before]
    assert len(read) == QUESTIONS - copied_before, "what was copied is not copied again"
    assert found(engine, space.id) == QUESTIONS
    assert find_drift(engine, source).count == 0


@pytest.mark.parametrize("stop", ["while the batch is open", "between the index and the mark of delivery"])
def test_a_killed_indexer_is_made_good_by_the_next(
    product: Flask, make, session: Session, clock: FixedClock, monkeypatch, stop
):
    runtime = runtime_of(product)
    engine, source = runtime.ports[SearchEngine], runtime.ports[DocumentSource]
    committed = stop == "between the index and the mark of delivery"
    space, asker = make.space(), make.actor(make.user())
    title = "VPN drops every few minutes"
    for _ in range(3):
        with runtime.unit_of_work() as uow:
            question = ask_question(
                uow, asker, AskQuestion(space.id, title, RichText("x", "<p>Since noon</p>", 1), "slowed")
            )

    def live(pipe: Connection) -> None:
        if committed:
            monkeypatch.setattr(search_documents, "copy_documents", pausing(pipe, maintenance.copy_documents))
        else:
            monkeypatch.setattr(source, "documents", pausing(pipe, source.documents, before=1))
        runtime.relay.drain()

    with killed(product, live):
        pass
    assert found(engine, space.id) == (3 if committed else 0)
    with runtime.unit_of_work() as uow:  # what is told again is what is true by then, not what was told first
        edit_question(
            uow, asker,
            EditQuestion(question.id, 1, "Printer is offline", RichText("x", "<p>x</p>", 1), (), "slowed", ""),
        )  # fmt: skip

    clock.advance(minutes=6)  # nobody else may deliver before the lease of the dead is over
    runtime.relay.drain()

    assert found(engine, space.id) == engine.num_docs() == 3
    assert find_drift(engine, source).count == 0
    waiting = select(Delivery.attempts).where(Delivery.reaction == "search.index", Delivery.done_at.is_(None))
    assert session.scalars(waiting).all() == []

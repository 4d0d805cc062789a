"""An import that is killed between two rows goes on where it stopped, and ends as if nothing had happened."""

from __future__ import annotations

import multiprocessing
import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.forum.models.answer import Answer
from app.forum.models.question import Question
from app.importers import running
from app.importers.archive import Dump
from app.importers.links import save_cursor
from app.importers.models import ImportCursor
from app.importers.running import Source, run_import
from app.importers.stackexchange import StackExchange
from app.importers.thunderbird import Thunderbird
from app.kernel.database import Base
from app.web.runtime import Runtime
from tests.importers.support import TextsHere, write_dump, write_thunderbird
from tests.support.databases import FreshDatabase, dispose

FORK = multiprocessing.get_context("fork")
BATCHES_PER_LIFE = 2
"""The last of them is stored, and killed before it is committed."""
LIVES_AT_MOST = 100


def import_until_killed(source: Source, runtime: Runtime, pipe: Connection) -> None:
    """Import, and stand still within the transaction of the second batch until the end comes."""
    saved = 0

    def save_and_wait(*details) -> None:
        nonlocal saved
        save_cursor(*details)
        details[0].session.flush()
        saved += 1
        if saved == BATCHES_PER_LIFE:
            pipe.send("within a transaction")
            signal.pause()

    setattr(running, "save_cursor", save_and_wait)  # noqa: B010  # the name is imported there, not made there
    run_import(source, runtime.unit_of_work, runtime.reads, TextsHere())
    pipe.send("done")


def one_life(source: Source, app: Flask, runtime: Runtime) -> str:
    """Import in a process of its own, which is killed unless it ends first; return what it said last."""
    dispose(app)
    ours, theirs = FORK.Pipe(duplex=False)
    process = FORK.Process(target=import_until_killed, args=(source, runtime, theirs))
    process.start()
    theirs.close()
    assert ours.poll(30), "the import said nothing"
    said: str = ours.recv()
    assert process.pid is not None
    if said != "done":
        os.kill(process.pid, signal.SIGKILL)
    process.join()
    return said


def counts(session: Session) -> dict[str, object]:
    """Return the rows of every table, and what the posts count of themselves."""
    session.rollback()
    rows: dict[str, object] = {
        table.name: session.scalar(select(func.count()).select_from(table)) for table in Base.metadata.sorted_tables
    }
    questions = select(Question.title, Question.answer_count, Question.comment_count, Question.score, Question.revision)
    answers = select(Answer.body, Answer.score, Answer.comment_count, Answer.accepted_at)
    return rows | {"questions as they are": sorted(map(tuple, session.execute(questions))),
                   "answers as they are": sorted(map(str, session.execute(answers)))}  # fmt: skip


def thunderbird(folder: Path) -> Source:
    return Thunderbird(write_thunderbird(folder))


def stackexchange(folder: Path) -> Source:
    return StackExchange(Dump(write_dump(folder)), "Conlang")


@pytest.mark.parametrize("make_source", [thunderbird, stackexchange])
@pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")
def test_an_import_that_is_killed_again_and_again_ends_like_one_that_is_not(
    app: Flask,
    runtime: Runtime,
    database: FreshDatabase,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    make_source,
) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    monkeypatch.setattr(running, "AHEAD", 0)
    source = make_source(tmp_path)
    run_import(source, runtime.unit_of_work, runtime.reads, TextsHere())
    whole = counts(session)
    session.close()
    database.reset(app)
    assert counts(session) != whole, "the second half of the test must begin with nothing"
    session.close()

    kills = 0
    while one_life(source, app, runtime) != "done":
        kills += 1
        assert kills < LIVES_AT_MOST, "it does not get on"

    assert kills >= 5
    assert counts(session) == whole
    assert session.scalars(select(ImportCursor)).all() == []

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.config import Settings
from app.kernel.unit_of_work import UnitOfWorkFactory
from app.text.contract import TextRenderer
from app.web.database import WRITER, db
from app.web.pieces import Pieces
from app.web.runtime import Runtime
from app.wiring import build_app
from tests.support.clock import FixedClock
from tests.support.databases import FreshDatabase, PostgresqlDatabase, SqliteFile, dispose, postgresql_server
from tests.support.factories import Make
from tests.support.hashing import CHEAP, hash_with

CountStatements = Callable[[], AbstractContextManager[list[str]]]

hash_with(CHEAP)  # before any module of tests makes its own


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite", help="where domain tests run")


@pytest.fixture(scope="session")
def data_dir() -> Iterator[Path]:
    memory = Path("/dev/shm")  # noqa: S108  # a folder of our own inside it; tests need no durability
    folder = Path(tempfile.mkdtemp(prefix="peerdesk-", dir=memory if memory.is_dir() else None))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest, data_dir: Path) -> Iterator[FreshDatabase]:
    if request.config.getoption("--database") == "sqlite":
        yield SqliteFile(data_dir)
        return
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    with postgresql_server(data_dir / "postgresql") as server:
        found = PostgresqlDatabase(server, worker)
        yield found
        found.close()


@pytest.fixture(scope="session")
def shared_clock() -> FixedClock:
    return FixedClock()


@pytest.fixture(scope="session")
def settings(database: FreshDatabase, data_dir: Path) -> Settings:
    return Settings(
        data_dir=data_dir,
        database_url=database.address,
        secret_key="test",
        testing=True,
        background=False,
        rate_limits=False,
        pseudo_locale=True,
    )


@pytest.fixture(scope="session")
def built_app(settings: Settings, shared_clock: FixedClock) -> Iterator[Flask]:
    app = build_app(settings, shared_clock)
    app.config["WTF_CSRF_ENABLED"] = False  # tests of the border switch it on
    yield app
    app.extensions["peerdesk"].ports[TextRenderer].close()
    dispose(app)


@pytest.fixture
def app(built_app: Flask, database: FreshDatabase, shared_clock: FixedClock) -> Flask:
    """The product on empty tables, on a Monday at nine."""
    shared_clock.at = FixedClock().at
    database.reset(built_app)
    built_app.extensions["peerdesk.pieces"] = Pieces()  # of the tables before, whose ids come again
    return built_app


@pytest.fixture
def clock(app: Flask, shared_clock: FixedClock) -> FixedClock:
    return shared_clock


@pytest.fixture
def runtime(app: Flask) -> Runtime:
    found: Runtime = app.extensions["peerdesk"]
    return found


@pytest.fixture
def unit_of_work(runtime: Runtime) -> UnitOfWorkFactory:
    return runtime.unit_of_work


@pytest.fixture
def session(runtime: Runtime) -> Iterator[Session]:
    """A read session: it sees what was committed, and refuses to write."""
    with runtime.reads() as session:
        yield session


@pytest.fixture
def make(app: Flask) -> Make:
    return Make(app)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def count_statements(app: Flask) -> CountStatements:
    """Collect the statements of a block: ``with count_statements() as seen: …``."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        seen: list[str] = []

        def remember(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith(("BEGIN", "COMMIT", "PRAGMA", "SAVEPOINT", "RELEASE")):
                seen.append(statement)

        with app.app_context():
            engines = [db.engine, db.engines[WRITER]]
        for engine in engines:
            event.listen(engine, "before_cursor_execute", remember)
        try:
            yield seen
        finally:
            for engine in engines:
                event.remove(engine, "before_cursor_execute", remember)

    return counting

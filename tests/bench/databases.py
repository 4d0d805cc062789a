"""Databases with the Thunderbird community imported, made once for each shape of the schema and then copied."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine, insert
from sqlalchemy.schema import CreateIndex, CreateTable

from app.identity.models import RoleGrant, User
from app.identity.passwords import hash_password
from app.kernel.actor import Role
from app.kernel.database import Base, prepare_engine
from app.schema import complete_metadata
from app.search.engines.choosing import FORMAT
from app.text.pipeline import RENDERER
from tests.support.databases import postgresql_server

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "var" / "bench"
DATA = Path(os.environ.get("PEERDESK_BENCH_DATA", ROOT.parent / "shared" / "data" / "thunderbird"))
ALL_QUESTIONS = 27_050
PEOPLE = 12
"""Accounts to sign in with: one person may cast forty votes a day."""
PASSWORD = "a bench is no place for secrets"


@dataclass(frozen=True, slots=True)
class Place:
    """Where one benched site keeps its things; ``address`` is None for the SQLite file in ``folder``."""

    folder: Path
    address: str | None = None

    def environment(self, engine: str) -> dict[str, str]:
        """Return the settings of this site as environment variables."""
        settings = {
            **os.environ,
            "PEERDESK_DATA_DIR": str(self.folder),
            "PEERDESK_RATE_LIMITS": "0",
            "SEARCH_ENGINE": engine,
        }
        settings.pop("DATABASE_URL", None)
        return settings | ({"DATABASE_URL": self.address} if self.address else {})


def schema_print() -> str:
    """Return a fingerprint of all tables and of the renderer: another one needs another import."""
    tables = complete_metadata().sorted_tables
    statements = [str(CreateTable(t)) for t in tables] + sorted(str(CreateIndex(i)) for t in tables for i in t.indexes)
    return hashlib.sha256("\n".join([*statements, str(RENDERER)]).encode()).hexdigest()[:12]


@contextmanager
def prepared(questions: int, *, postgresql: bool, engine: str) -> Iterator[Place]:
    """Give a fresh copy of a site with so many questions; import them first when that was never done."""
    kind = "postgresql" if postgresql else "sqlite"
    master = KEPT / f"{kind}-{questions}-{schema_print()}"
    if postgresql:
        with postgresql_server(KEPT / "postgresql") as server:
            place = Place(master, server)
            _build_once(place, questions, engine)
            yield place  # written to in place: PostgreSQL's rows from earlier rounds stay, some hundred of 65,000
        return
    _build_once(Place(master), questions, engine)
    scratch = KEPT / f"{kind}-scratch-{os.getpid()}"
    shutil.copytree(master, scratch)
    try:
        yield Place(scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _build_once(place: Place, questions: int, engine: str) -> None:
    done = place.folder / f"done-{engine}-{FORMAT}"
    if done.exists():
        return
    if not DATA.is_dir():
        sys.exit(f"The benchmark needs the Thunderbird community in {DATA}; PEERDESK_BENCH_DATA says where it is.")
    if not any(place.folder.glob("done-*")):
        shutil.rmtree(place.folder, ignore_errors=True)
        place.folder.mkdir(parents=True)
        _create_tables(place)
        _flask(place, engine, "import", "thunderbird", str(DATA), "--questions", str(questions))
    else:
        _flask(place, engine, "search", "rebuild")
    done.touch()


def _create_tables(place: Place) -> None:
    database = create_engine(place.address or f"sqlite:///{place.folder / 'peerdesk.sqlite3'}")
    prepare_engine(database, writes=True)
    now, secret = datetime.now(UTC), hash_password(PASSWORD)
    people = [
        {
            "handle": f"bench-{n}", "name": f"Bench {n}", "email": email_of(n), "email_verified_at": now,
            "password_hash": secret, "password_changed_at": now, "created_at": now,
        }
        for n in range(PEOPLE)
    ]  # fmt: skip
    with database.begin() as connection:
        Base.metadata.drop_all(connection)
        Base.metadata.create_all(connection)
        connection.execute(insert(User), people)
        roles = [{"user_id": n, "role": Role.MODERATOR, "granted_at": now} for n in range(2, PEOPLE + 1)]
        connection.execute(insert(RoleGrant), roles)
    database.dispose()


def email_of(number: int) -> str:
    """Return the address of one of the bench's people; number 0 is a plain member, the others are moderators."""
    return f"bench-{number}@bench.example"


def _flask(place: Place, engine: str, *command: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", *command], check=True, cwd=ROOT, env=place.environment(engine)
    )

"""Is the process alive, and can it serve? For load balancers, process supervisors and people."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from ipaddress import ip_address

import structlog
from flask import jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.kernel.database import Base
from app.web import metrics
from app.web.routing import Gate, Route, blueprint
from app.web.runtime import Runtime, read_session, runtime

log = structlog.get_logger(__name__)

OK, WARNING, FAILING = "ok", "warning", "failing"
SAFE_SQLITE = (3, 51, 3)
"""Older ones can lose a write when a reader resets the write-ahead log (https://www.sqlite.org/wal.html#walresetbug)."""
QUEUE_TOO_OLD = timedelta(minutes=5)
LITTLE_DISK, NO_DISK = 1024**3, 64 * 1024**2
"""Bytes free where the data lives: below the first is a warning, below the second writes will soon fail."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. ``note`` is for whoever runs the site and names no secret."""

    state: str
    note: str = ""


def live() -> ResponseReturnValue:
    """Say that the process answers; nothing else is looked at, so that a slow database restarts nobody."""
    return jsonify(state=OK)


def ready() -> ResponseReturnValue:
    """Say whether pages can be served now; only this machine hears what was looked at and found."""
    checks = _checks(runtime())
    failing = any(check.state == FAILING for check in checks.values())
    worst = FAILING if failing else WARNING if any(c.state == WARNING for c in checks.values()) else OK
    details = {n: {"state": c.state, "note": c.note} for n, c in checks.items()}
    body = jsonify(state=worst, checks=details) if _asked_from_here() else jsonify(state=worst)
    body.headers["Cache-Control"] = "no-store"
    return body, HTTPStatus.SERVICE_UNAVAILABLE if failing else HTTPStatus.OK


def _asked_from_here() -> bool:
    """Tell whether the request comes from this machine; who sends it for somebody else says so in a header."""
    forwarded = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP"))
    return not forwarded and ip_address(request.remote_addr or "0.0.0.0").is_loopback  # noqa: S104  # no address: not here


def _checks(found: Runtime) -> Mapping[str, Check]:
    try:
        session = read_session()
        checks = {"database": _tables(session), "queue": _queue(session, found)}
    except SQLAlchemyError:
        log.exception("database does not answer")
        checks = {"database": Check(FAILING, "the database does not answer")}
    if found.settings.database_address.startswith("sqlite"):
        checks["sqlite"] = _sqlite()
    checks["disk"] = _disk(found)
    return checks


def _tables(session: Session) -> Check:
    there = set(inspect(session.connection()).get_table_names())
    missing = set(Base.metadata.tables) - there
    return Check(FAILING, "tables are missing: run `flask db upgrade`") if missing else Check(OK)


def _queue(session: Session, found: Runtime) -> Check:
    waiting, dead, age = metrics.undelivered(session, found.clock)
    if age > QUEUE_TOO_OLD:
        return Check(WARNING, f"the oldest of {waiting} deliveries is {int(age.total_seconds())} s late")
    return Check(WARNING, f"{dead} deliveries were given up: see /admin/deliveries") if dead else Check(OK)


def _sqlite() -> Check:
    if sqlite3.sqlite_version_info >= SAFE_SQLITE:
        return Check(OK, sqlite3.sqlite_version)
    return Check(WARNING, f"SQLite {sqlite3.sqlite_version} is older than 3.51.3, which fixed a rare loss of writes")


def _disk(found: Runtime) -> Check:
    free = shutil.disk_usage(found.settings.data_dir).free
    if free < NO_DISK:
        return Check(FAILING, "the disk is full")
    return Check(WARNING, f"{free // 1024**2} MiB free") if free < LITTLE_DISK else Check(OK)


health = blueprint(
    "health",
    [
        Route("GET", "/livez", live, Gate.PUBLIC),
        Route("GET", "/readyz", ready, Gate.PUBLIC),
        Route("GET", "/metrics", metrics.show, Gate.PUBLIC),
    ],
)

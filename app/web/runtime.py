"""The bridge between Flask's request and the framework-free rest."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from flask import current_app
from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from app.config import Settings
from app.kernel.actor import ANONYMOUS, Actor
from app.kernel.clock import Clock
from app.kernel.database import ReadSession, fetch
from app.kernel.errors import Conflict, Invalid
from app.kernel.jobs import JobRunner
from app.kernel.models import Submission
from app.kernel.relay import Relay
from app.kernel.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.web.collisions import refusal_of
from app.web.database import db
from app.web.held import held
from app.web.sent import mark_of_sent

P = TypeVar("P")
TOKEN_LENGTH = 64
_SUBMISSIONS = cast("Table", Submission.__table__)
_SENT = _SUBMISSIONS.c.token == bindparam("sent")
_BEGIN = insert(_SUBMISSIONS)
_END = update(_SUBMISSIONS).where(_SENT).values(location=bindparam("led_to"))
_LOOK = select(_SUBMISSIONS.c.location, _SUBMISSIONS.c.mark).where(_SENT)


@dataclass(slots=True)
class Runtime:
    """Process-wide collaborators, built once by wiring.

    ``ports`` maps a Protocol to the adapter bound to it: ``port(SearchEngine)``.
    ``wake`` is set after a commit that left deliveries behind.
    """

    settings: Settings
    clock: Clock
    unit_of_work: UnitOfWorkFactory
    reads: sessionmaker[ReadSession]
    relay: Relay
    jobs: JobRunner
    wake: threading.Event
    load_actor: Callable[[Session], Actor]
    ports: dict[type, Any] = field(default_factory=dict)


def runtime() -> Runtime:
    """Return the collaborators of the application that is being served."""
    return cast("Runtime", current_app.extensions["peerdesk"])


def port(protocol: type[P]) -> P:
    """Return the adapter that wiring bound to a port."""
    return cast("P", runtime().ports[protocol])


@contextmanager
def unit_of_work() -> Iterator[UnitOfWork]:
    """Open the request's one writing transaction; what the request read before is forgotten.

    Raises:
        Invalid: when somebody else took a name, an address or the like at this moment.
        Conflict: when somebody else did the same at this moment.

    """
    try:
        with runtime().unit_of_work() as uow:
            yield uow
    except IntegrityError as error:
        raise refusal_of(error) or error from error
    finally:
        db.session.remove()  # a page rendered after a write must see it, and after a refusal what stood in its way


def read_session() -> Session:
    """Return the request's read-only session, closed when the request ends."""
    return cast("Session", db.session())


def current_actor() -> Actor:
    """Return who is asking, loaded once per request."""
    request = held()
    if "actor" not in request:
        request.actor = ANONYMOUS  # whatever happens while loading is done by nobody
        request.actor = runtime().load_actor(read_session())
    return cast("Actor", request.actor)


def perform_once(token: str | None, act: Callable[[UnitOfWork], str]) -> str:
    """Run ``act`` in one unit of work and return the URL it gives; a repeated token gives the first URL again.

    Args:
        token: the form's own random token; None or empty always acts.
        act: does the work and returns where the person goes next.

    Raises:
        Conflict: when the first sending of the same form is still being worked on.
        Invalid: field ``once``, when the form was sent before with other content, as after the browser's Back. Nothing
            is done; shown again, the form gets a new token (``web.forms.Form.reject``).

    """
    if not token:
        with unit_of_work() as uow:
            return act(uow)
    token, mark = token[:TOKEN_LENGTH], mark_of_sent()
    try:
        with unit_of_work() as uow:
            _begin(uow, token, mark)
            location = act(uow)
            fetch(uow.session, _END, {"sent": token, "led_to": location})
            return location
    except _SentBefore:
        seen = fetch(read_session(), _LOOK, {"sent": token}).one()
        if seen.mark != mark:
            raise Invalid("once", "web.sent_otherwise") from None
        if seen.location is None:
            raise Conflict("web.still_working") from None
        return cast("str", seen.location)


class _SentBefore(Exception):
    """The token is known."""


def _begin(uow: UnitOfWork, token: str, mark: str) -> None:
    try:
        fetch(uow.session, _BEGIN, {"token": token, "made_at": uow.now, "mark": mark, "location": None})
    except IntegrityError as error:
        raise _SentBefore from error

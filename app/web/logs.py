"""Structured logs: for people in a terminal, one JSON object a line everywhere else; each request has an id."""

from __future__ import annotations

import logging
import re
import secrets
import sys
from typing import Any

import structlog
from flask import Flask, Response, g, request

from app.config import Settings

HEADER = "X-Request-ID"
_TRACEBACKS = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))
"""Without the values of local variables: passwords and what people wrote have no place in a log."""
_USABLE = re.compile(r"[A-Za-z0-9._-]{8,64}")


def configure_logs(settings: Settings) -> None:
    """Choose how log lines look; once per process, before anything is logged."""
    for_people = settings.log_format == "console" or (settings.log_format == "auto" and sys.stderr.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Any] = (
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if for_people
        else [_TRACEBACKS, structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def log_warnings_only() -> None:
    """Keep everyday lines away from here to the end of a command whose console belongs to a person."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))


def init_request_ids(app: Flask, settings: Settings) -> None:
    """Name each request in its log lines and its response; a trusted proxy may have named it already."""

    def begin() -> None:
        given = request.headers.get(HEADER, "") if settings.trusted_proxies else ""
        g.request_id = given if _USABLE.fullmatch(given) else secrets.token_hex(8)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=g.request_id)

    def add_header(response: Response) -> Response:
        response.headers[HEADER] = g.request_id
        return response

    app.before_request(begin)
    app.after_request(add_header)

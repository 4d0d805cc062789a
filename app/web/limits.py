"""Rate limits by person and address, counted in memory or in Redis."""

from __future__ import annotations

from flask import Flask, request
from flask_limiter import Limiter

from app.config import Settings
from app.web.runtime import current_actor


def who_or_where() -> str:
    """Name the bucket: the person when signed in, else the address."""
    actor = current_actor()
    return f"person:{actor.id}" if actor.id is not None else f"address:{request.remote_addr}"


limiter = Limiter(who_or_where)


def init_limits(app: Flask, settings: Settings) -> None:
    """Bind the limiter to its store."""
    app.config.update(
        RATELIMIT_ENABLED=settings.rate_limits,
        RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
        RATELIMIT_HEADERS_ENABLED=False,
        RATELIMIT_STRATEGY="moving-window",
    )
    limiter.init_app(app)

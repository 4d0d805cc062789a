"""Rate limits by person and address, counted in memory or in Redis.

When Redis is lost, each process counts for itself until it is back: pages never wait for it longer than a moment.
"""

from __future__ import annotations

from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any

from flask import Flask, request
from flask_limiter import Limiter

from app.config import Settings
from app.web.runtime import current_actor

SECONDS_TO_CONNECT = SECONDS_TO_ANSWER = 0.5


def who_or_where() -> str:
    """Name the bucket: the person when signed in, else the address."""
    actor = current_actor()
    return f"person:{actor.id}" if actor.id is not None else f"address:{_line(request.remote_addr or '')}"


def _line(address: str) -> str:
    """Return what belongs to one line: of IPv6, whose owner may choose any of 2⁶⁴ addresses, the network (RFC 6177)."""
    try:
        ip = ip_address(address)
    except ValueError:  # a socket without an address, such as a pipe from the proxy
        return address
    if isinstance(ip, IPv4Address):
        return str(ip)
    return str(ip.ipv4_mapped or ip_network((ip, 64), strict=False))


limiter = Limiter(who_or_where)


def init_limits(app: Flask, settings: Settings) -> None:
    """Bind the limiter to its store."""
    app.config.update(
        RATELIMIT_ENABLED=settings.rate_limits,
        RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
        RATELIMIT_STORAGE_OPTIONS=_patience() if settings.redis_url else {},
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=settings.redis_url is not None,
        RATELIMIT_HEADERS_ENABLED=False,
        RATELIMIT_STRATEGY="moving-window",
    )
    limiter.init_app(app)


def _patience() -> dict[str, Any]:
    """Keep a page from waiting: the client's own way is to try ten times, seconds apart."""
    from redis.backoff import NoBackoff  # noqa: PLC0415  # an optional package, needed where the setting is
    from redis.retry import Retry  # noqa: PLC0415  # same

    return {
        "socket_connect_timeout": SECONDS_TO_CONNECT,
        "socket_timeout": SECONDS_TO_ANSWER,
        "retry": Retry(NoBackoff(), 1),
    }

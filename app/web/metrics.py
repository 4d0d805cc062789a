"""Numbers for Prometheus: what this process served, and what waits in the database."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from datetime import timedelta
from time import perf_counter

from flask import Flask, Response, current_app, g, request
from flask.typing import ResponseReturnValue
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from app.kernel.clock import Clock
from app.kernel.database import ReadSession
from app.kernel.errors import Denied
from app.kernel.models import Delivery
from app.web.runtime import Runtime, current_actor, runtime

BUCKETS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper ends, in seconds."""
UNKNOWN = "unknown"


def init_metrics(app: Flask) -> None:
    """Measure each request of this application."""
    registry = CollectorRegistry()
    found: Runtime = app.extensions["peerdesk"]
    registry.register(_Queue(found.reads, found.clock))
    requests = Counter("peerdesk_requests", "Requests served", ["endpoint", "method", "status"], registry=registry)
    seconds = Histogram(
        "peerdesk_request_seconds", "Time to make a response", ["endpoint"], buckets=BUCKETS, registry=registry
    )
    app.extensions["peerdesk.metrics"] = registry

    def begin() -> None:
        g.begun_at = perf_counter()

    def measure(response: Response) -> Response:
        endpoint = request.endpoint or UNKNOWN
        requests.labels(endpoint, request.method, str(response.status_code)).inc()
        seconds.labels(endpoint).observe(perf_counter() - g.get("begun_at", perf_counter()))
        return response

    app.before_request(begin)
    app.after_request(measure)


def show() -> ResponseReturnValue:
    """Give the numbers to an administrator, or to whoever knows ``PEERDESK_METRICS_TOKEN``."""
    if not (_has_token() or current_actor().is_administrator):
        raise Denied("identity.administrators_only")
    registry: CollectorRegistry = current_app.extensions["peerdesk.metrics"]
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _has_token() -> bool:
    expected = runtime().settings.metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(expected) and hmac.compare_digest(given.encode(), str(expected).encode())


class _Queue(Collector):
    """Reads how much is not delivered, when somebody asks."""

    def __init__(self, reads: sessionmaker[ReadSession], clock: Clock) -> None:
        self._reads, self._clock = reads, clock

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Give the gauges; two statements (``ix_deliveries_waiting``, ``ix_deliveries_dead_at``)."""
        with self._reads() as session:
            waiting, dead, age = undelivered(session, self._clock)
        yield GaugeMetricFamily("peerdesk_deliveries_waiting", "Facts on their way to a receiver", waiting)
        yield GaugeMetricFamily("peerdesk_deliveries_dead", "Facts that were given up", dead)
        yield GaugeMetricFamily(
            "peerdesk_deliveries_age_seconds", "How long the oldest due fact has waited", age.total_seconds()
        )

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Name the gauges without asking the database."""
        for name in ("waiting", "dead", "age_seconds"):
            yield GaugeMetricFamily(f"peerdesk_deliveries_{name}", "")


def undelivered(session: Session, clock: Clock) -> tuple[int, int, timedelta]:
    """Return how many facts wait, how many were given up, and how long the oldest due one has waited."""
    still = (Delivery.done_at.is_(None), Delivery.dead_at.is_(None))
    waiting, oldest = session.execute(select(func.count(), func.min(Delivery.due_at)).where(*still)).one()
    dead = session.scalar(select(func.count()).select_from(Delivery).where(Delivery.dead_at.is_not(None))) or 0
    return waiting, dead, max(timedelta(), clock.now() - oldest) if waiting else timedelta()

"""What this request has worked out once and holds until it ends."""

from __future__ import annotations

from typing import Any

from flask import g


def held() -> Any:
    """Return what stands behind ``flask.g``: a page asks hundreds of times, and each look through the proxy costs."""
    return g._get_current_object()  # noqa: SLF001  # Werkzeug's documented way to the object behind a proxy

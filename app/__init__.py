"""Peerdesk: people ask, colleagues answer, and what nobody answers in time reaches a person at the service desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.config import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application; ``flask --app app`` and gunicorn's ``app:create_app()`` find this function."""
    # Deferred on purpose: importing any submodule runs this file first, and a
    # unit test of the kernel must not pay for assembling the whole product.
    from app.wiring import build_app

    return build_app(settings)

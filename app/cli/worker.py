"""``flask worker``: background work alone, beside web processes that run with ``PEERDESK_BACKGROUND=0``."""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import NoReturn

import click
from flask import current_app
from flask.cli import with_appcontext

from app.worker import Background


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Deliver facts and run periodic jobs until SIGTERM or Ctrl-C."""
    background: Background = current_app.extensions["peerdesk.background"]
    signal.signal(signal.SIGTERM, _interrupt)
    background.start()
    click.echo("Background work runs; Ctrl-C ends it.")
    try:
        while True:
            signal.pause()
    except KeyboardInterrupt:
        click.echo("Finishing the work in hand …")
    finally:
        ended = background.stop()
    sys.exit(0 if ended else 1)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    """End like Ctrl-C does.

    Raises:
        KeyboardInterrupt: always.

    """
    raise KeyboardInterrupt

"""``flask serve``: pages, live updates and background work in one process, ready for a small organisation."""

from __future__ import annotations

import os
import sys

import click


@click.command("serve")
@click.option("--workers", type=click.IntRange(1), help="Processes that serve pages; more than one needs REDIS_URL.")
@click.option("--threads", type=click.IntRange(2), help="Requests and live connections at once in each process.")
@click.option("--bind", metavar="HOST:PORT", help="Where to listen instead of PEERDESK_HOST and PORT.")
def serve(workers: int | None, threads: int | None, bind: str | None) -> None:
    """Serve the site with gunicorn until SIGTERM or Ctrl-C."""
    command = [sys.executable, "-m", "gunicorn", "--config", "python:app.cli.gunicorn_config"]
    for option, value in (("--workers", workers), ("--threads", threads), ("--bind", bind)):
        if value is not None:
            command += [option, str(value)]
    sys.stdout.flush()
    # This process becomes gunicorn: it forks, and must not carry an application that is already built.
    os.execv(sys.executable, [*command, "app:create_app()"])  # noqa: S606  # no shell, a fixed command

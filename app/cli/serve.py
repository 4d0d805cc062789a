"""``flask serve``: pages, live updates and background work in one process, ready for a small organisation."""

from __future__ import annotations

import errno
import os
import socket
import sys

import click

from app.config import Settings


@click.command("serve")
@click.option("--workers", type=click.IntRange(1), help="Processes that serve pages; more than one needs REDIS_URL.")
@click.option("--threads", type=click.IntRange(2), help="Requests and live connections at once in each process.")
@click.option("--bind", metavar="HOST:PORT", help="Where to listen instead of PEERDESK_HOST and PORT.")
def serve(workers: int | None, threads: int | None, bind: str | None) -> None:
    """Serve the site with gunicorn until SIGTERM or Ctrl-C."""
    _refuse_taken(bind)
    command = [sys.executable, "-m", "gunicorn", "--config", "python:app.cli.gunicorn_config"]
    for option, value in (("--workers", workers), ("--threads", threads), ("--bind", bind)):
        if value is not None:
            command += [option, str(value)]
    sys.stdout.flush()
    # This process becomes gunicorn: it forks, and must not carry an application that is already built.
    os.execv(sys.executable, [*command, "app:create_app()"])  # noqa: S606  # no shell, a fixed command


def _refuse_taken(bind: str | None) -> None:
    """Say in one sentence what gunicorn says five times.

    Raises:
        ClickException: when nobody can listen there; whatever gunicorn alone understands passes.

    """
    settings = Settings()
    host, _, port = (bind or f"{settings.host}:{settings.port}").rpartition(":")
    if not port.isdecimal() or host.startswith(("unix", "fd")):
        return
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host.strip("[]"), int(port)), family=family).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise click.ClickException(f"Port {port} is taken already. Choose another: PORT=8000 make run") from None
        raise click.ClickException(f"Peerdesk cannot listen at {host}:{port}: {error.strerror}") from None

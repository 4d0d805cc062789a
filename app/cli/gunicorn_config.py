"""How gunicorn runs the product: ``gunicorn -c python:app.cli.gunicorn_config 'app:create_app()'``.

``flask serve`` starts exactly this; its options come after the configuration and win over it. The names below are
gunicorn's: https://docs.gunicorn.org/en/stable/settings.html.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

from app.config import Settings
from app.live.socket import LiveUpdates
from app.worker import Background

_settings = Settings()
_memory = Path("/dev/shm")  # noqa: S108  # gunicorn's heartbeat file must not wait for a disk

bind = f"{_settings.host}:{_settings.port}"
worker_class = "gthread"
workers = 1
"""More than one needs REDIS_URL, so that live updates and rate limits are shared."""
threads = 320
"""Requests and open live connections at once in one worker; each holds a thread while it lasts."""
THREADS_FOR_PAGES = 64
"""Live connections leave so many; whoever comes later is turned away and tries again, and their page works without."""
timeout = 60
graceful_timeout = 30
keepalive = 15
limit_request_line = 0
"""No limit here, because gunicorn's largest is smaller than a pasted log; ``web.guarding`` has the limit in force."""
worker_tmp_dir = str(_memory) if _memory.is_dir() else None
SECONDS_TO_NOTICE = 0.2
loglevel = "warning"
control_socket_disable = True
forwarded_allow_ips = "127.0.0.1,::1" if _settings.trusted_proxies else ""


def when_ready(_arbiter: Any) -> None:
    """Say where people reach the site, once it listens."""
    print(f"Peerdesk listens at {_settings.site_url} (Ctrl-C ends it)", flush=True)  # noqa: T201  # the console is the interface here


def post_worker_init(worker: Any) -> None:
    """Start background work in the process that serves pages, after the fork."""
    live: LiveUpdates = worker.wsgi.extensions["peerdesk"].ports[LiveUpdates]
    live.admission.most = max(1, worker.cfg.threads - THREADS_FOR_PAGES)
    threading.Thread(target=_let_go_at_the_end, args=(worker,), name="peerdesk-goodbye", daemon=True).start()
    if _settings.background:
        _background_of(worker).start()


def worker_exit(_arbiter: Any, worker: Any) -> None:
    """Let background work finish what it has in hand before the process ends."""
    if getattr(worker, "wsgi", None) is not None:  # a worker that could not load the application has none
        _background_of(worker).stop()


def _let_go_at_the_end(worker: Any) -> None:
    """Close live connections as soon as the process is asked to end: each is a request, and gunicorn waits for it."""
    while worker.alive:
        time.sleep(SECONDS_TO_NOTICE)  # gunicorn tells nobody; it only lowers the flag
    worker.wsgi.extensions["peerdesk"].ports[LiveUpdates].close()


def _background_of(worker: Any) -> Background:
    background: Background = worker.wsgi.extensions["peerdesk.background"]
    return background

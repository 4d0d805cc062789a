"""Start the product as two web workers on one core, and read how much processor time it used."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection

import psutil

from tests.bench.databases import ROOT, Place

WORKERS = 2
START_SECONDS = 60
_LIBC = ctypes.CDLL(None)


@dataclass(frozen=True, slots=True)
class Used:
    """Processor seconds: of the web workers with the database, and of the background process after them."""

    request: float
    after: float


@dataclass(frozen=True, slots=True)
class Server:
    """A running site."""

    port: int
    web: psutil.Process
    background: psutil.Process
    database: psutil.Process | None

    def used(self) -> Used:
        """Return the processor time used since the start."""
        request = _seconds(self.web) + (_seconds(self.database) if self.database else 0.0)
        return Used(request, _seconds(self.background))

    def settled(self) -> None:
        """Wait until the background process has nothing left to do."""
        before, quiet = _seconds(self.background), 0
        while quiet < 3:
            time.sleep(0.5)  # longer than one delivery takes
            now = _seconds(self.background)
            quiet, before = (quiet + 1 if now - before < 0.02 else 0), now


@contextmanager
def serving(place: Place, engine: str, core: int) -> Iterator[Server]:
    """Serve a site; web workers, background process and PostgreSQL share one core."""
    port = _free_port()
    environment = {**place.environment(engine), "PEERDESK_BACKGROUND": "0"}
    flask = [sys.executable, "-m", "flask", "--app", "app"]
    web = _start([*flask, "serve", "--workers", str(WORKERS), "--bind", f"127.0.0.1:{port}"], environment, core)
    background = _start([*flask, "worker"], environment, core)
    try:
        _wait_until_ready(port, web)
        database = _postgresql(core) if place.address else None
        yield Server(port, psutil.Process(web.pid), psutil.Process(background.pid), database)
    finally:
        for process in (web, background):
            process.send_signal(signal.SIGTERM)
        for process in (web, background):
            process.wait(40)


def _start(command: list[str], environment: dict[str, str], core: int) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    os.sched_setaffinity(process.pid, {core})  # its children inherit it
    return process


def _wait_until_ready(port: int, web: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if web.poll() is not None:
            raise RuntimeError("the server ended while it started")
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/livez")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"the server did not answer within {START_SECONDS} s")


def _postgresql(core: int) -> psutil.Process:
    """Find our server and pin it with all of its processes."""
    mine = [p for p in psutil.Process().children() if "postgres" in p.name()]
    mine = mine or [p for p in psutil.process_iter() if p.name() == "postgres" and p.ppid() <= 1]
    for process in (mine[0], *mine[0].children(recursive=True)):
        process.cpu_affinity([core])
    return mine[0]


def _seconds(process: psutil.Process) -> float:
    """Return the processor seconds of a process, of those it started, and of those that ended.

    Of what lives, to the nanosecond (POSIX ``clock_getcpuclockid``): the system's table counts hundredths of seconds,
    which is longer than a few requests take.
    """
    total = 0.0
    for one in (process, *process.children(recursive=True)):
        ended = one.cpu_times()
        total += time.clock_gettime(_clock_of(one.pid)) + ended.children_user + ended.children_system
    return total


def _clock_of(pid: int) -> int:
    clock = ctypes.c_int()
    if problem := _LIBC.clock_getcpuclockid(pid, ctypes.byref(clock)):
        raise OSError(problem, os.strerror(problem))
    return clock.value


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from app.cli.gunicorn_config import worker_exit
from app.cli.serve import serve


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Collect what the command would become instead of becoming it."""
    commands: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _program, command: commands.append(command))
    return commands


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def test_a_taken_port_is_said_in_one_sentence(started, taken_port, monkeypatch):
    monkeypatch.setenv("PORT", str(taken_port))
    result = CliRunner().invoke(serve)
    assert result.exit_code == 1
    assert result.output == f"Error: Port {taken_port} is taken already. Choose another: PORT=8000 make run\n"
    assert started == []


def test_a_host_that_is_not_here_is_said_in_one_sentence(started):
    result = CliRunner().invoke(serve, ["--bind", "203.0.113.7:8000"])
    assert result.exit_code == 1
    assert result.output.startswith("Error: Peerdesk cannot listen at 203.0.113.7:8000: ")
    assert started == []


@pytest.mark.parametrize("bind", ["127.0.0.1:0", "unix:/run/peerdesk.sock", "fd://3"])
def test_everywhere_else_it_becomes_the_server(started, bind):
    assert CliRunner().invoke(serve, ["--bind", bind, "--threads", "8"]).exit_code == 0
    (command,) = started
    assert command[-5:] == ["--threads", "8", "--bind", bind, "app:create_app()"]


def test_a_worker_that_could_not_start_ends_without_another_complaint():
    worker_exit(None, SimpleNamespace())

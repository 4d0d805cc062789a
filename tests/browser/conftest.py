"""The product as people meet it: its own server, its own demo community, Debian's Chromium."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from app.config import Settings
from app.kernel.database import Base
from app.seed.company import DEMO_PASSWORD
from app.text.contract import TextRenderer
from app.web.database import WRITER, db
from app.wiring import build_app
from tests.support.databases import dispose

CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium") or "/usr/bin/chromium"
"""The shell first: the same engine, without the windows that the whole browser opens for each visitor of a test."""
SECONDS_TO_START = 180
SOON, SLOW = 20_000, 60_000
"""Milliseconds that something small, and a page, may take on a machine that others use too."""
PAGES_TO_SEEK = 5
AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
MEMBER, AGENT, ADMINISTRATOR = "priya@nordlicht.example", "jonas@nordlicht.example", "mara@nordlicht.example"


@dataclass(frozen=True)
class Site:
    """A running server. ``question`` is answered, ``ticket`` waits at a desk, ``cookies`` are those of people."""

    address: str
    question: int
    ticket: int
    cookies: dict[str, list[Any]]

    def url(self, path: str, **query: str) -> str:
        """Build an address; ``{question}`` and ``{ticket}`` in a path stand for their ids."""
        asked = "&".join(f"{name}={value}" for name, value in query.items() if value)
        path = path.format(question=self.question, ticket=self.ticket)
        return self.address + path + (("&" if "?" in path else "?") + asked if asked else "")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server ended at once"
        try:
            with urllib.request.urlopen(f"{address}/livez", timeout=2):  # noqa: S310  # our own address
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail("the server did not start in time")


def _fill(environment: dict[str, str], folder: Path) -> None:
    """Make the tables and plant the demo community."""
    app = build_app(Settings(data_dir=folder, testing=True, background=False))
    with app.app_context():
        Base.metadata.create_all(db.engines[WRITER])
    app.extensions["peerdesk"].ports[TextRenderer].close()
    dispose(app)
    command = [sys.executable, "-m", "flask", "--app", "app:create_app", "seed"]
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=300)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip("Debian's Chromium is not installed: apt-get install chromium-headless-shell")
    expect.set_options(timeout=SOON)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(browser: Browser) -> Iterator[Site]:
    folder = Path(tempfile.mkdtemp(prefix="peerdesk-browser-"))
    port = _free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PEERDESK_", "DATABASE_"))},
        "PEERDESK_DATA_DIR": str(folder), "PORT": str(port), "PEERDESK_RATE_LIMITS": "false",
        "PEERDESK_PSEUDO_LOCALE": "true",
    }  # fmt: skip
    _fill(environment, folder)
    log = (folder / "server.log").open("wb")
    command = [sys.executable, "-m", "flask", "--app", "app:create_app", "serve"]
    server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, server)
        cookies = {who: _sign_in(browser, address, who) for who in (MEMBER, AGENT, ADMINISTRATOR)}
        question = _answered_question(browser, address, cookies[MEMBER])
        yield Site(address, question, _waiting_ticket(browser, address, cookies[AGENT]), cookies)
    finally:
        server.terminate()
        server.wait(timeout=40)
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


def _sign_in(browser: Browser, address: str, who: str) -> list[Any]:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{address}/sign-in")
        page.locator("main input[type=email], main input[name=email]").first.fill(who)
        page.locator("main input[type=password]").first.fill(DEMO_PASSWORD)
        page.locator("main form button.go, main form button[type=submit], main form button").first.click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return list(context.cookies())


def _answered_question(browser: Browser, address: str, cookies: list[Any]) -> int:
    """Find a thread that is open for answers and has one: a solved one, because solved questions stay open."""
    with browser.new_context() as context:
        context.add_cookies(cookies)
        page = context.new_page()
        page.goto(f"{address}/questions?sort=newest")
        for _ in range(PAGES_TO_SEEK):
            solved = page.locator("main li.card:has(.status.solved) a.q-link")
            if solved.count():
                return int(str(solved.first.get_attribute("href")).split("/")[2])
            page.locator("main a[rel=next]").click()
    pytest.fail("the demo community has no solved question")


def _waiting_ticket(browser: Browser, address: str, cookies: list[Any]) -> int:
    with browser.new_context() as context:
        context.add_cookies(cookies)
        page = context.new_page()
        page.goto(f"{address}/waiting")
        row = page.locator("#queue a[data-id]").first
        return int(str(row.get_attribute("data-id")))


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator[OpenPage]:
    """Open a page: ``open_page("/ask", who=MEMBER, theme="dark", axe=True, ...context options)``."""
    contexts: list[BrowserContext] = []

    def open_one(
        path: str, *, who: str | None = None, axe: bool = False, query: dict[str, str] | None = None, **options: Any
    ) -> Page:
        options.setdefault("viewport", {"width": 1280, "height": 900})
        context = browser.new_context(bypass_csp=axe, **options)
        contexts.append(context)
        context.set_default_timeout(SLOW)
        if who is not None:
            context.add_cookies(site.cookies[who])
        if axe:
            context.add_init_script(path=AXE)
        page = context.new_page()
        page.goto(site.url(path, **(query or {})), wait_until="load")
        return page

    yield open_one
    for context in contexts:
        context.close()

"""The main job from end to end in a real browser: nobody answers, a person at the desk helps, the next one finds it."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from app.forum.models.space import Visibility
from app.identity.models import User
from app.identity.passwords import hash_password
from app.kernel.actor import Role
from app.search.contract import DocumentSource, SearchEngine
from app.search.maintenance import rebuild
from app.web.runtime import Runtime
from tests.support.clock import FixedClock
from tests.support.factories import Make

pytestmark = [pytest.mark.browser, pytest.mark.story, pytest.mark.timeout(300)]

PASSWORD = "the north light is on"
OLD_TITLE = "Screen stays black after docking the laptop"
TITLE = "My screen stays black since I docked it this morning"
SOON = 20_000
"""Milliseconds that a page may take on a busy machine."""
HELP = "Update the firmware of the dock to 2.14, then plug it in again."


@dataclass
class Stage:
    """A running product on an empty database whose clock the test moves."""

    address: str
    runtime: Runtime
    clock: FixedClock
    browser: Browser
    scripts: bool

    def enter(self, person: User) -> Page:
        """Sign somebody in, the way they would."""
        page = self.browser.new_context(java_script_enabled=self.scripts, base_url=self.address).new_page()
        page.goto("/sign-in")
        page.get_by_label("E-mail").fill(person.email or "")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    def let_pass(self, **span: float) -> None:
        """Let time pass, and the background do what is due."""
        self.clock.advance(**span)
        self.runtime.relay.drain()
        self.runtime.jobs.run_due()
        self.runtime.relay.drain()


@pytest.fixture(params=[True, False], ids=["with_scripts", "without_scripts"])
def stage(request: pytest.FixtureRequest, app: Flask, clock: FixedClock, browser: Browser) -> Iterator[Stage]:
    app.config["WTF_CSRF_ENABLED"] = True
    expect.set_options(timeout=SOON)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        runtime: Runtime = app.extensions["peerdesk"]
        yield Stage(f"http://127.0.0.1:{server.port}", runtime, clock, browser, request.param)
    finally:
        for context in browser.contexts:
            context.close()
        server.shutdown()
        thread.join()
        server.server_close()
        app.config["WTF_CSRF_ENABLED"] = False


def test_from_a_question_nobody_answers_to_an_answer_that_is_found(stage: Stage, make: Make, app: Flask) -> None:
    sam, mei, jo, tia = (_person(make, name) for name in ("Sam Okafor", "Mei Tanaka", "Jo Lindqvist", "Tia Moana"))
    make.appoint(jo, Role.AGENT)
    space = make.space("Laptops", visibility=Visibility.PUBLIC)
    make.answer(make.question(asker=tia, space=space, title=OLD_TITLE), author=mei)
    _index(app)

    asker = stage.enter(sam)
    _ask(stage, asker)
    question = asker.url.split("#")[0].split("?")[0]
    expect(asker.locator("#question-status")).to_contain_text("takes this by")

    stage.let_pass(minutes=31)
    stage.let_pass(minutes=31)
    agent = stage.enter(jo)
    _ask_back(stage, agent)
    _reply(stage, asker, question)
    _solve(stage, agent)
    before = _score(agent, jo)
    _confirm(asker, question)
    stage.let_pass(minutes=5)
    assert _score(agent, jo) > before

    asker.goto("/find?q=firmware+dock")
    expect(asker.locator("#results")).to_contain_text(TITLE.rsplit(maxsplit=1)[-1])
    _see_it_while_typing(stage, stage.enter(tia))
    agent.goto("/waiting")
    expect(agent.locator("#queue")).to_contain_text("Nobody is waiting")


def _ask_back(stage: Stage, agent: Page) -> None:
    agent.goto("/waiting")
    expect(agent.locator("#queue-title")).to_contain_text("1 person waiting for us")
    agent.locator("#queue a").filter(has_text=TITLE).click()
    expect(agent).to_have_url(re.compile(r"/waiting/\d+"))
    if stage.scripts:
        expect(agent.locator("#ticket")).to_be_focused()
    expect(agent.locator("#ticket-title")).to_contain_text(TITLE)
    _write(agent, "Which dock is it?")
    agent.get_by_role("button", name="Ask back").click()
    expect(agent.locator("#ticket")).to_contain_text("Which dock is it?")
    stage.let_pass(minutes=5)


def _reply(stage: Stage, asker: Page, question: str) -> None:
    asker.goto(question)
    expect(asker.locator("#question-status")).to_contain_text("Jo asked back")
    asker.locator("#comment-q").fill("It is the WD22.")  # the box stands open for whoever was asked
    asker.get_by_role("button", name="Post comment").first.click()
    expect(asker.locator("#comments-q")).to_contain_text("It is the WD22.")
    stage.let_pass(minutes=5)


def _solve(stage: Stage, agent: Page) -> None:
    agent.reload()
    expect(agent.locator("#ticket")).to_contain_text("It is the WD22.")
    _write(agent, HELP)
    agent.get_by_role("button", name="Send and mark solved").click()
    expect(agent.locator("#ticket")).to_contain_text(HELP)
    stage.let_pass(minutes=5)


def _confirm(asker: Page, question: str) -> None:
    asker.goto(question)
    expect(asker.locator("#answers")).to_contain_text(HELP)
    asker.get_by_role("button", name="Yes").first.click()
    asker.wait_for_load_state()
    asker.goto(question)
    expect(asker.locator("#question-status")).to_contain_text("Solved by Jo in")


def _see_it_while_typing(stage: Stage, page: Page) -> None:
    if stage.scripts:
        page.goto("/ask")
        page.get_by_label("In one sentence").press_sequentially("screen black since docked", delay=5)
    else:
        page.goto("/ask?title=screen+black+since+docked")
    expect(page.locator("#similar")).to_contain_text("since I docked it this morning")


def _ask(stage: Stage, page: Page) -> None:
    page.goto("/ask")
    title = page.get_by_label("In one sentence")
    if stage.scripts:
        title.press_sequentially(TITLE, delay=5)
        expect(page.locator("#similar")).to_contain_text(OLD_TITLE)
    else:
        title.fill(TITLE)
    page.get_by_label("Tell us more, if it helps").fill("The dock is new. I tried another cable.")
    page.get_by_label("I can’t do my work").check()
    page.get_by_role("button", name="Ask people").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(TITLE)
    expect(page.get_by_text("Your question is up")).to_be_visible()


def _write(page: Page, words: str) -> None:
    page.locator("#reply textarea").first.fill(words)


def _score(page: Page, person: User) -> int:
    """Read somebody's reputation off their ledger, in a tab of its own."""
    tab = page.context.new_page()
    tab.goto(f"/people/{person.handle}/reputation")
    shown = tab.locator("[data-score]").first.get_attribute("data-score")
    tab.close()
    return int(shown or "")


def _person(make: Make, name: str) -> User:
    return make.user(name, password_hash=hash_password(PASSWORD))


def _index(app: Flask) -> None:
    ports = app.extensions["peerdesk"].ports
    rebuild(ports[SearchEngine], ports[DocumentSource])

"""The agents' workspace in a real browser, with scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import AGENT, MEMBER, OpenPage, Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SOCKET_JOINS = 2000
"""Milliseconds; a room is joined quietly."""


def test_a_ticket_that_is_opened_in_place_hears_what_happens_to_it(open_page: OpenPage, site: Site) -> None:
    agent = open_page("/waiting", who=AGENT)
    agent.wait_for_timeout(SOCKET_JOINS)
    agent.locator(f"#row-{site.ticket}").click()
    expect(agent.locator("#ticket")).to_have_attribute("data-id", str(site.ticket))
    thread = agent.get_by_role("link", name="See it in the community").get_attribute("href")
    assert thread
    agent.wait_for_timeout(SOCKET_JOINS)
    expect(agent.locator("#new-here")).to_be_hidden()

    peer = open_page(thread, who=MEMBER)
    peer.locator("#comment-q-open").click()
    peer.locator("#comment-q").fill("It is the same on our floor.")
    peer.get_by_role("button", name="Post comment").first.click()

    expect(peer.locator("#comments-q")).to_contain_text("It is the same on our floor.")
    expect(agent.locator("#new-here")).to_be_visible(timeout=15_000)


def test_a_ready_text_goes_where_the_caret_stands(open_page: OpenPage) -> None:
    agent = open_page("/waiting/{ticket}", who=AGENT)
    box = agent.locator("#reply textarea")
    box.fill("Before. After.")
    box.evaluate("box => box.setSelectionRange(8, 8)")
    agent.get_by_label("Ready text").select_option("Which device")
    agent.get_by_role("button", name="Insert").click()

    expect(box).to_have_value(re.compile(r"^Before\. Which device is it.*NL-\.After\.$"))
    expect(box).to_be_focused()


def test_without_scripts_a_ready_text_comes_back_after_what_was_typed(open_page: OpenPage) -> None:
    agent = open_page("/waiting/{ticket}", who=AGENT, java_script_enabled=False)
    agent.locator("#reply textarea").fill("Typed before.")
    agent.get_by_label("Ready text").select_option("Hello")
    agent.get_by_role("button", name="Insert").click()

    expect(agent.locator("#reply textarea")).to_have_value(re.compile(r"^Typed before\.\s+Hello \w+ [^{]*$"))


@pytest.fixture
def keys(open_page: OpenPage) -> Iterator[None]:
    """The agent switches the keys on, and off again."""
    settings = open_page("/settings/looks", who=AGENT)
    settings.get_by_role("button", name="Switch shortcuts on").click()
    yield
    settings.goto(settings.url)
    settings.get_by_role("button", name="Switch shortcuts off").click()
    expect(settings.get_by_role("button", name="Switch shortcuts on")).to_be_visible()


@pytest.mark.usefixtures("keys")
def test_keys_do_what_their_list_says(open_page: OpenPage) -> None:
    agent = open_page("/waiting?view=them", who=AGENT)
    agent.keyboard.press("?")
    expect(agent.locator("#keys")).to_be_visible()
    expect(agent.locator("#keys")).to_contain_text("Put aside")
    agent.keyboard.press("Escape")
    expect(agent.locator("#keys")).to_be_hidden()

    agent.keyboard.press("j")
    expect(agent.locator("#ticket")).to_be_focused()
    agent.keyboard.press("s")
    expect(agent.get_by_label("In an hour")).to_be_focused()
    agent.locator("#ticket").focus()
    agent.keyboard.press("e")
    expect(agent.locator("#reply textarea, details:has(#solving) input:focus").first).to_be_focused()
    agent.locator("#ticket").focus()
    agent.keyboard.press("m")
    expect(agent).to_have_url(re.compile(r"/waiting/\d+/join$"))

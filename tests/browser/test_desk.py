"""The agents' workspace in a real browser, with scripts."""

from __future__ import annotations

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

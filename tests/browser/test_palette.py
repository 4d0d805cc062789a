"""The palette (ux.md S12): Ctrl/⌘+K offers everywhere what menus and buttons offer, and what the search finds."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import AGENT, MEMBER, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PHONE = {"width": 360, "height": 740}
OPTIONS = "() => [...document.querySelectorAll('#palette [role=option] span')].map(e => e.textContent)"
ACTIVE = "() => document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))?.textContent"
FOCUSED = "() => document.activeElement.id || document.activeElement.textContent"


def call(page: Page) -> None:
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-q")).to_be_focused()


def take(page: Page, name: str) -> None:
    call(page)
    page.keyboard.insert_text(name)
    assert page.evaluate(ACTIVE) == name
    page.keyboard.press("Enter")
    expect(page.locator("#palette")).to_be_hidden()


def offered(page: Page) -> set[str]:
    found: list[str] = page.evaluate(OPTIONS)
    return set(found)


def test_a_guest_goes_where_the_menus_go_and_comes_back_to_the_same_control(open_page: OpenPage):
    page = open_page("/")
    page.get_by_role("link", name="Questions nobody").focus()
    call(page)
    assert {"For you", "Find", "Sign in", "Ask a question", "Talk to a person"} <= offered(page)
    assert not {"Settings", "Sign out", "People waiting"} & offered(page)
    assert page.evaluate(ACTIVE) is None
    page.keyboard.press("ArrowUp")
    assert page.evaluate(ACTIVE) == "Language and looks"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    second = page.evaluate(ACTIVE)
    expect(page.get_by_role("listbox").get_by_role("option", selected=True)).to_have_text(second)
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    assert page.evaluate(FOCUSED) == "Questions nobody has answered"

    take(page, "Tags")
    expect(page).to_have_url(re.compile("/tags$"))
    page.get_by_role("button", name="Jump to").press("Enter")
    expect(page.locator("#palette-q")).to_be_focused()
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_hidden()
    expect(page.get_by_role("button", name="Jump to")).to_be_focused()


def test_an_agent_does_with_it_what_the_page_lets_them_do(open_page: OpenPage):
    page = open_page("/waiting/{ticket}", who=AGENT)
    call(page)
    deeds = {"Give it to a colleague", "Put aside", "Same as another", "Note for agents", "Send and mark solved"}
    assert deeds <= offered(page)
    page.keyboard.press("Escape")

    take(page, "Give it to a colleague")
    expect(page.locator("#assignee_id")).to_be_focused()
    take(page, "Put aside")
    expect(page.locator("details[open] #put-aside")).to_be_visible()
    take(page, "Note for agents")
    expect(page.locator("#lane-private")).to_be_checked()
    expect(page.locator("#reply textarea")).to_be_focused()
    page.locator("#lane-open").check()
    address = page.url
    take(page, "Send and mark solved")
    expect(page.locator("#reply textarea")).to_be_focused()
    assert page.url == address, "nothing was typed, so nothing is sent"
    take(page, "Same as another")
    expect(page).to_have_url(re.compile(r"/waiting/\d+/join$"))


def test_words_are_looked_for_and_a_lost_connection_is_told(open_page: OpenPage):
    page = open_page("/questions/{question}", who=MEMBER, viewport=PHONE, query={"pl": "xb"})
    call(page)
    page.keyboard.insert_text("vpn $& drops")
    assert page.evaluate(ACTIVE) == "Search for “vpn $& drops”"
    hit = page.locator("#palette [role=option] small").first
    expect(hit).to_be_visible()
    expect(page.locator("#palette [role=status]")).to_contain_text(re.compile(r"^\d+ choices$"))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    hit.click()
    expect(page).to_have_url(re.compile(r"/questions/\d+$"))

    def break_off(route: Route) -> None:
        route.abort()

    page.route("**/find?*", break_off)
    call(page)
    page.keyboard.insert_text("printer")
    expect(page.locator("#palette [role=status]")).to_have_text("That did not go through. Nothing is lost, try again.")
    expect(page.locator("#palette [role=status]")).to_be_visible()
    page.unroute("**/find?*")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/find\?q=printer$"))


def test_without_scripts_nothing_offers_it(open_page: OpenPage):
    page = open_page("/", java_script_enabled=False)

    expect(page.locator("[data-palette]").first).to_be_hidden()
    expect(page.locator("#palette")).to_be_hidden()

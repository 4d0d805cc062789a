"""What a designer would send back: things that touch, hang over an edge or hide what they are about."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import ADMINISTRATOR, MEMBER, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PHONE = {"width": 390, "height": 844}
AIR = 8
"""Pixels that lie between a box and what stands in it, at least."""
NEAREST = """([inner, outer]) => [...document.querySelectorAll(inner)].map(element => {
  const box = element.getBoundingClientRect(), around = element.closest(outer).getBoundingClientRect()
  return Math.min(box.top - around.top, around.bottom - box.bottom, box.left - around.left, around.right - box.right)
})"""


def distances(page: Page, inner: str, outer: str) -> list[float]:
    """Measure how far each thing is from the edge of its box, in pixels; negative means that it hangs over."""
    found: list[float] = page.evaluate(NEAREST, [inner, outer])
    return found


@pytest.mark.parametrize(
    ("who", "path"),
    [(MEMBER, "/settings/data"), (ADMINISTRATOR, "/questions/{question}/same-as"), (ADMINISTRATOR, "/admin/spaces/1")],
)
def test_a_box_to_tick_stands_inside_its_frame(open_page: OpenPage, who, path):
    page = open_page(path, who=who, viewport=PHONE)

    found = distances(page, "main label.choice > input", "label.choice")
    assert found
    assert min(found) >= AIR


@pytest.mark.parametrize("path", ["/admin/policies/1", "/admin/reputation"])
def test_a_legend_stands_inside_its_card(open_page: OpenPage, path):
    page = open_page(path, who=ADMINISTRATOR, viewport=PHONE)

    found = distances(page, "fieldset.card > legend", "fieldset")
    assert found
    assert min(found) >= AIR


@pytest.mark.parametrize("path", ["/admin/people/1", "/admin/spaces/1", "/admin/policies/1"])
def test_a_page_inside_a_section_marks_its_section(open_page: OpenPage, path):
    page = open_page(path, who=ADMINISTRATOR)

    here = page.locator("nav a.chip[aria-current]")
    assert here.count() == 1
    assert path.startswith(here.get_attribute("href") or "nowhere")

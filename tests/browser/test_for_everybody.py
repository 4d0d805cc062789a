"""WCAG 2.2 AA as far as a machine can see: axe, reflow, keyboard, motion, spacing; on every page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ADMINISTRATOR, AGENT, MEMBER, OpenPage
from tests.browser.pages import PAGES, QUIET_PAGES, name_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "rules": {"target-size": {"enabled": True}},  # off by default
}
EVERY_PAGE = pytest.mark.parametrize(
    ("who", "path"), [pytest.param(*place, id=name_of(place)) for place in (*PAGES, *QUIET_PAGES)]
)
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
# Every theme at every width, with the longest words where there is least room and mirrored where there are columns.
CORNERS = {
    "wide light": (WIDE, "light", ""),
    "wide dark mirrored": (WIDE, "dark", "xb"),
    "narrow light long": (NARROW, "light", "xa"),
    "narrow dark": (NARROW, "dark", ""),
}
HARDEST = ("wide dark mirrored", "narrow light long")
LONGEST_WALK, PRESSES = 250, 12
Titles = defaultdict[str, set[str]]

TROUBLE = """async rules => (await axe.run(document, rules)).violations.map(v =>
  v.id + ': ' + v.nodes.slice(0, 2).map(n => n.target.join(' ') + ' ' +
  (n.any[0] ?? n.all[0] ?? n.none[0])?.message).join('; '))"""
WATCH = """() => { window.stops = []
  const look = e => { const box = e.getBoundingClientRect(), style = getComputedStyle(e)
    const x = Math.min(Math.max(box.left + box.width / 2, 1), innerWidth - 2)
    const hit = [box.top + 3, box.top + box.height / 2, box.bottom - 3].filter(y => y > 0 && y < innerHeight)
      .some(y => { const t = document.elementFromPoint(x, y); return t && (e.contains(t) || t.contains(e)) })
    const ring = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || !!e.closest('.ed')
    return { name: e.outerHTML.slice(0, 90), seen: hit && ring } }
  window.watching?.abort()
  window.watching = new AbortController()
  let first = true
  addEventListener('keydown', event => { const e = document.activeElement // where the press before this one has led
    if (window.stops.at(-1) === null) return event.preventDefault() // the end was reached
    if (!first) window.stops.push(e === document.body ? null : look(e))
    if (window.stops.at(-1) === null) event.preventDefault()
    first = false
  }, { capture: true, signal: window.watching.signal }) }"""


@pytest.fixture(scope="module")
def titles() -> Iterator[Titles]:
    """Collect who has which title; at the end no two pages have the same."""
    found: Titles = defaultdict(set)
    yield found
    assert {title: paths for title, paths in found.items() if len(paths) > 1} == {}


def trouble(page: Page) -> list[str]:
    found: list[str] = page.evaluate(TROUBLE, RULES)
    return found


def scrolls_sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


@pytest.mark.parametrize(
    ("who", "path", "corner"),
    [
        *(pytest.param(*place, corner, id=f"{name_of(place)} {corner}") for place in PAGES for corner in CORNERS),
        *(
            pytest.param(*place, corner, id=f"{name_of(place)} {corner}")
            for place, corner in zip(QUIET_PAGES, cycle(HARDEST), strict=False)
        ),
    ],
)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(open_page: OpenPage, who, path, corner):
    width, theme, pseudo = CORNERS[corner]
    page = open_page(path, who=who, axe=True, viewport=width, color_scheme=theme, query={"pl": pseudo})

    assert trouble(page) == []
    assert not scrolls_sideways(page)


def test_the_detector_bites(open_page: OpenPage):
    page = open_page("/", axe=True)
    page.evaluate("""() => { const p = document.createElement('p'), b = document.createElement('button')
        p.textContent = 'low'; p.style.color = '#bbb'; document.querySelector('main').append(p, b) }""")

    assert {"button-name", "color-contrast"} <= {line.split(":")[0] for line in trouble(page)}


def walk(page: Page) -> None:
    """Press Tab to the end: every stop is seen, none is covered, and there is an end."""
    page.evaluate(WATCH)
    stops: list[dict[str, Any] | None] = []
    while len(stops) < LONGEST_WALK and None not in stops:
        for _ in range(PRESSES):
            page.keyboard.press("Tab")
        stops = page.evaluate("window.stops")

    found = [stop for stop in stops if stop]
    assert found[0]["name"].startswith('<a class="skip"')
    assert [stop["name"] for stop in found if not stop["seen"]] == []
    assert None in stops, "the walk never ends"


MISSING = """() => {
  const all = selector => [...document.querySelectorAll(selector)]
  const shown = selector => all(selector).filter(e => e.checkVisibility())
  const twice = names => names.filter((name, i) => !name || names.indexOf(name) !== i)
  const known = tag => { try { return Intl.getCanonicalLocales(tag).length === 1 } catch { return false } }
  return {
    'one heading of the first level': all('h1').length === 1 ? [] : all('h1').map(e => e.textContent),
    'one main part after one head': all('header.top').length * all('.offline + main').length === 1 ? [] : [1],
    'names of the ways around, none twice': twice(shown('nav').map(e => e.ariaLabel)),
    'ids, none twice': twice(all('[id]:not([type=hidden])').map(e => e.id)),
    'languages that exist': all('[lang]').map(e => e.lang).filter(tag => !known(tag)),
    'the language of what people asked and answered':
      all('#question > .post-body, article.card > .post-body').filter(e => !e.lang).map(e => e.outerHTML.slice(0, 90)),
    'a label that stays while one types':
      shown('input, textarea, select').filter(e => !e.labels?.length && !e.ariaLabel).map(e => e.outerHTML),
    'no number in place of a name':
      [document.title, ...all('h1').map(e => e.textContent)].filter(text => /\\b[QT]-\\d|#\\d/.test(text)),
    'an exception for what opens a tab':
      all('[target=_blank], [formtarget=_blank]').filter(e => !e.textContent.includes('new tab')).map(e => e.outerHTML),
  } }"""
ORDER = """() => [...document.querySelectorAll('.foot a')].map(e => e.pathname).join(' ')"""


@EVERY_PAGE
def test_the_keyboard_reaches_everything_and_every_part_has_its_name(open_page: OpenPage, titles: Titles, who, path):
    page = open_page(path, who=who, viewport={"width": 1280, "height": 760})
    assert {what: found for what, found in page.evaluate(MISSING).items() if found} == {}
    assert page.title().endswith(" · Peerdesk")
    if "isn’t here" not in page.title():
        titles[page.title()].add(path.partition("?")[0])
    assert page.evaluate(ORDER) == "/help /tags /spaces /leaderboard /accessibility /language"

    walk(page)
    if (who, path) in PAGES:
        page.set_viewport_size({"width": 360, "height": 740})
        walk(page)


@pytest.mark.parametrize("path", ["/", "/ask", "/questions/{question}", "/inbox"])
def test_large_and_loose_text_still_fits(open_page: OpenPage, path):
    page = open_page(path, who=MEMBER, axe=True)  # axe=True also lets the style in
    page.add_style_tag(
        content="*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}"
        "html{font-size:200%!important}"
    )

    assert not scrolls_sideways(page)


def test_nothing_moves_for_those_who_asked_for_less_motion(open_page: OpenPage):
    page = open_page("/questions/{question}", who=MEMBER, reduced_motion="reduce")

    slow = page.evaluate("""[...document.querySelectorAll('*')].filter(e => { const s = getComputedStyle(e)
        return (s.transitionDuration + ',' + s.animationDuration).split(',')
          .some(t => parseFloat(t) * (t.trim().endsWith('ms') ? 1 : 1000) > 10) }).length""")

    assert slow == 0


def ask_nothing(page: Page) -> None:
    page.get_by_role("button", name="Ask people").click()
    expect(page.locator("#summary")).to_be_visible()


def look_while_typing(page: Page) -> None:
    page.locator("#title").press_sequentially("my vpn connection drops")
    expect(page.locator("#similar a").first).to_be_visible()


def open_the_menu(page: Page) -> None:
    page.locator("details.menu>summary").click()
    expect(page.locator(".menu-list")).to_be_visible()


def write_an_answer(page: Page) -> None:
    page.locator("#reply textarea").first.click()
    expect(page.locator("#reply markdown-toolbar")).to_be_visible()
    page.locator("#reply textarea").first.press_sequentially("thanks @mar")
    expect(page.locator("[role=option]").first).to_be_visible()


def choose_a_password(page: Page) -> None:
    page.locator("#password").fill("garden chair moonlit")
    expect(page.locator(".strength [role=status]")).not_to_be_empty()


def put_somebody_aside(page: Page) -> None:
    page.locator("#queue a[data-id]").first.click()
    page.locator("#put-aside").click()
    expect(page.get_by_label("In an hour")).to_be_visible()


def call_the_palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-q")).to_be_focused()
    page.keyboard.insert_text("vpn")
    expect(page.locator("#palette [role=option] small").first).to_be_visible()


STATES: list[tuple[str, str | None, str, Callable[[Page], None]]] = [
    ("refused", MEMBER, "/admin", lambda page: expect(page.locator("h1")).to_contain_text("not open")),
    ("nothing there", MEMBER, "/questions/999999", lambda page: expect(page.locator("#error-q")).to_be_visible()),
    ("problems in a form", MEMBER, "/ask", ask_nothing),
    ("similar questions", MEMBER, "/ask", look_while_typing),
    ("menu", MEMBER, "/", open_the_menu),
    ("editor with names", MEMBER, "/questions/{question}", write_an_answer),
    ("strength of a password", None, "/register", choose_a_password),
    ("putting aside", AGENT, "/waiting?view=them", put_somebody_aside),
    ("palette", MEMBER, "/questions", call_the_palette),
    ("empty list", MEMBER, "/drafts", lambda page: expect(page.locator("h1")).to_be_visible()),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("who", "path", "reach"), [pytest.param(*state[1:], id=state[0]) for state in STATES])
def test_axe_finds_nothing_in_the_states_of_a_page(open_page: OpenPage, who, path, reach, theme):
    page = open_page(path, who=who, axe=True, color_scheme=theme, viewport=WIDE if theme == "light" else NARROW)
    reach(page)

    assert trouble(page) == []
    assert not scrolls_sideways(page)


BROKEN_WORDS = """() => {
  const inTwo = node => [...node.data.matchAll(/\\S+/g)].some(word => {
    const range = document.createRange()
    range.setStart(node, word.index)
    range.setEnd(node, word.index + word[0].length)
    return new Set([...range.getClientRects()].map(box => box.top)).size > 1 })
  const cut = e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 && getComputedStyle(e).display !== 'inline'
  return [...document.querySelectorAll('.top a, .top .btn, main .btn, table.data th')].filter(e => {
    if (!e.checkVisibility() || e.closest('.vh')) return false
    const texts = document.createTreeWalker(e, NodeFilter.SHOW_TEXT)
    for (let node; (node = texts.nextNode());)
      if (!node.parentElement.closest('.vh, .brand-name') && inTwo(node)) return true
    return cut(e) }).map(e => e.outerHTML.slice(0, 120)) }"""
SMALL = """() => [...document.querySelectorAll('main .btn, .bottom-nav a, .foot a, .top .btn, .top input')]
  .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 43.5).map(e => e.outerHTML.slice(0, 90))"""


@pytest.mark.parametrize("width", [390, 820, 1024])
@pytest.mark.parametrize(("who", "path"), [(None, "/"), (AGENT, "/leaderboard"), (ADMINISTRATOR, "/admin/people")])
def test_german_words_stay_whole_at_every_width(open_page: OpenPage, who, path, width):
    page = open_page(path, who=who, locale="de-DE", viewport={"width": width, "height": 1000})

    assert page.evaluate(BROKEN_WORDS) == []
    assert not scrolls_sideways(page)


def test_fingers_have_room(open_page: OpenPage):
    page = open_page(
        "/questions/{question}", who=MEMBER, has_touch=True, is_mobile=True, viewport={"width": 390, "height": 844}
    )

    assert page.evaluate(SMALL) == []


def test_broken_words_and_small_targets_would_be_seen(open_page: OpenPage):
    page = open_page("/", axe=True, locale="de-DE", viewport={"width": 820, "height": 1000})
    page.add_style_tag(content=".top .btn{inline-size:4rem;overflow-wrap:anywhere!important;min-block-size:1rem}")

    assert page.evaluate(BROKEN_WORDS) != []
    assert page.evaluate(SMALL) != []


ADDRESSES_IN_PRINT = """() => ['', 'url'].map(name => {
  const link = document.createElement('a')
  link.href = 'https://example.org/'
  link.className = name
  document.querySelector('.post-body').append(link)
  return getComputedStyle(link, '::after').content
})"""


def test_print_says_the_address_of_a_link_unless_its_words_do(open_page: OpenPage):
    page = open_page("/questions/{question}", who=MEMBER)
    assert page.evaluate(ADDRESSES_IN_PRINT) == ["none", "none"]
    page.emulate_media(media="print")
    words, address = page.evaluate(ADDRESSES_IN_PRINT)
    assert "href" in words or "example.org" in words
    assert address == "none"

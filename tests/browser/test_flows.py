"""What scripts add, and that everything works without them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import FilePayload, Page, expect

from app.seed.company import DEMO_PASSWORD
from tests.browser.conftest import AGENT, MEMBER, OpenPage, Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

QUESTION = "/questions/{question}"
SCRIPT_BUDGET = 60_000
"""Bytes of all scripts of a question page, compressed."""
MOST_MOVED = 0.02
MOVED = """() => new Promise(done => new PerformanceObserver(list =>
  done(list.getEntries().filter(e => !e.hadRecentInput).reduce((sum, e) => sum + e.value, 0)))
  .observe({ type: 'layout-shift', buffered: true }) ?? setTimeout(() => done(0), 100))"""
"""How much moves by itself (cumulative layout shift), and how much may."""
COMPRESSED = """async urls => { let all = 0
  for (const url of urls) {
    const packed = (await fetch(url)).body.pipeThrough(new CompressionStream('gzip'))
    all += (await new Response(packed).arrayBuffer()).byteLength
  }
  return all }"""


def complaints(page: Page) -> list[str]:
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def test_a_question_page_is_silent_and_small(open_page: OpenPage):
    page = open_page("/", who=MEMBER)
    found, scripts = complaints(page), set[str]()
    page.on("response", lambda response: scripts.add(response.url) if response.url.endswith(".js") else None)
    page.goto(f"{page.evaluate('location.origin')}/questions")
    page.locator("main a[href^='/questions/']").first.click()
    page.wait_for_timeout(1500)
    if page.locator("#reply textarea").count():
        page.locator("#reply textarea").first.click()
        page.wait_for_timeout(1000)

    sizes = page.evaluate(COMPRESSED, sorted(scripts))
    assert found == []
    assert page.evaluate(MOVED) <= MOST_MOVED
    assert 0 < sizes <= SCRIPT_BUDGET


def test_the_editor_has_a_toolbar_suggestions_and_a_preview(open_page: OpenPage):
    page = open_page(QUESTION, who=MEMBER)
    box = page.locator("#reply textarea").first
    box.click()
    expect(page.locator("#reply markdown-toolbar")).to_be_visible()

    box.press_sequentially("thanks @mar")
    expect(page.locator("[role=option]").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(box).to_have_value(re.compile(r"^thanks @mara"))

    page.locator("#reply").get_by_role("button", name="Preview").click()
    expect(page.locator("#preview")).to_contain_text("thanks")


def test_a_press_keeps_the_focus_and_is_spoken(open_page: OpenPage):
    page = open_page(QUESTION, who=MEMBER)
    button = page.locator("#follow, #me-too").first
    name = button.get_attribute("id")
    before = button.get_attribute("aria-pressed")
    button.focus()
    page.keyboard.press("Enter")

    expect(page.locator(f"#{name}")).to_have_attribute("aria-pressed", "false" if before == "true" else "true")
    assert page.evaluate("document.activeElement.id") == name


def test_an_answer_appears_is_focused_and_others_get_a_pill(open_page: OpenPage):
    reader = open_page(QUESTION, who=AGENT)
    with reader.expect_websocket():
        reader.reload()
    reader.wait_for_timeout(2000)
    reader.locator("#reply textarea").first.fill("I am typing this")
    writer = open_page(QUESTION, who=MEMBER)
    writer.locator("#reply textarea").first.fill("Try *forgetting* the network <img src=x onerror=alert(1)>")
    writer.get_by_role("button", name="Post answer").click()

    expect(writer.locator("#answers article:focus")).to_contain_text("Try forgetting")
    assert writer.locator("#answers img[onerror]").count() == 0
    expect(reader.locator("[data-hint=answer]")).to_be_visible(timeout=15_000)
    expect(reader.locator("[data-hint=answer]")).to_contain_text("1 new answer")
    expect(reader.locator("#reply textarea").first).to_have_value("I am typing this")


def test_similar_questions_appear_while_typing(open_page: OpenPage):
    page = open_page("/ask", who=MEMBER)
    title = page.locator("#title")
    title.press_sequentially("my vpn connection drops")

    expect(page.locator("#similar a").first).to_be_visible()
    assert page.evaluate("document.activeElement.id") == "title"

    suggested = page.locator("[data-add-tag]").first
    slug = suggested.inner_text()
    for value, pressed in ((slug, "true"), ("", "false")):
        suggested.click()
        expect(page.locator("#tags")).to_have_value(value)
        expect(suggested).to_have_attribute("aria-pressed", pressed)

    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Attach a file").click()
    logs = [
        FilePayload(name=name, mimeType="text/plain", buffer=b"TLS key negotiation failed")
        for name in ("vpn.log", "hotel.log")
    ]
    chooser.value.set_files(logs)
    written = re.compile(r"^\[vpn\.log\]\(/files/[^)]+\)\n\[hotel\.log\]\(/files/[^)]+\)$")
    expect(page.locator("#body")).to_have_value(written)


def test_single_keys_do_nothing_unless_switched_on(open_page: OpenPage):
    page = open_page("/", who=MEMBER)
    page.keyboard.press("/")

    assert page.evaluate("document.activeElement.id") != "top-q"


def test_what_is_pasted_before_the_editor_has_come_is_kept_too(open_page: OpenPage):
    page = open_page("/ask", who=MEMBER)
    kept = "Object.keys(localStorage).filter(key => key.startsWith('draft:')).map(key => localStorage[key])"
    page.locator("[data-editor] textarea").first.fill("Pasted in one go")

    expect(page.locator("[data-draft]").first).to_contain_text("Saved on this device")
    assert page.evaluate(kept) == ["Pasted in one go"]
    page.locator("[data-editor] textarea").first.fill("")
    page.wait_for_timeout(1000)  # longer than the pause after which it is kept
    assert page.evaluate(kept) == []


def test_a_draft_survives_a_reload(open_page: OpenPage):
    page = open_page("/ask", who=MEMBER)
    box = page.locator("[data-editor] textarea").first
    box.click()
    expect(page.locator("markdown-toolbar")).to_be_visible()
    box.press_sequentially("Half a thought")
    expect(page.locator("[data-draft]").first).to_contain_text("Saved on this device")
    with page.expect_response(lambda response: response.url.endswith("/drafts") and response.ok):
        page.get_by_label("It slows me down").check()
    page.reload()

    expect(page.locator("[data-editor] textarea").first).to_have_value("Half a thought")
    expect(page.get_by_label("It slows me down")).to_be_checked()
    page.get_by_role("button", name="Throw it away").click()
    expect(page.locator("[data-editor] textarea").first).to_have_value("")


def test_without_scripts_a_question_is_asked_corrected_and_answered(open_page: OpenPage):
    page = open_page("/ask", who=MEMBER, java_script_enabled=False)
    page.locator("textarea[name=body]").fill("Since this morning.")
    page.get_by_role("button", name="Ask people").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()
    assert page.title().startswith("Problem")
    expect(page.locator("#summary")).to_be_focused()
    expect(page.locator("textarea[name=body]")).to_have_value("Since this morning.")

    page.locator("#title").fill("The projector in room four shows only green")
    page.locator("input[name=impact]").nth(1).check()
    page.get_by_role("button", name="Ask people").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("projector")

    page.locator("#reply textarea").fill("A cable was loose.")
    page.get_by_role("button", name="Post answer").click()
    expect(page.locator("#answers")).to_contain_text("A cable was loose.")

    page.locator("#top-q").fill("projector")
    page.locator("#top-q").press("Enter")
    expect(page).to_have_url(re.compile(r"/find\?q=projector"))


@pytest.mark.parametrize("scripts", [True, False], ids=["with_scripts", "without_scripts"])
def test_the_enter_key_in_the_sentence_asks_and_never_says_that_something_solved_it(open_page: OpenPage, scripts: bool):
    """The first button of a form is pressed by Enter, and similar questions bring buttons of their own."""
    page = open_page("/ask", who=MEMBER, query={"title": "VPN disconnects on hotel Wi-Fi"}, java_script_enabled=scripts)
    expect(page.locator("[id^=similar-solved]").first).to_be_visible()
    page.locator("#title").press("Enter")
    expect(page.get_by_text("There is a problem")).to_be_visible()
    expect(page).to_have_url(re.compile("/ask$"))
    expect(page.locator("[id^=similar-solved]").first).to_be_visible()


def enter(page: Page) -> None:
    page.locator("main input[name=email]").fill("samuel@nordlicht.example")
    page.locator("main input[name=password]").fill(DEMO_PASSWORD)
    page.locator("main form button.go").click()


@pytest.mark.parametrize("scripts", [True, False], ids=["with_scripts", "without_scripts"])
def test_what_is_sent_after_signing_out_in_another_tab_is_back_in_its_form(
    open_page: OpenPage, site: Site, scripts: bool
):
    page = open_page("/sign-in?next=/ask", java_script_enabled=scripts)
    enter(page)
    page.locator("#title").fill("The door on floor three opens for nobody")
    page.locator("textarea[name=body]").fill("Since the new badges came.")
    answering = page.context.new_page()
    answering.goto(site.url("/questions/{question}"))
    answering.locator("#reply textarea").fill("Hold the badge a second longer.")

    other = page.context.new_page()
    other.goto(site.url("/help"))
    other.locator("header details summary, header [popovertarget]").last.click()
    other.get_by_role("button", name="Sign out").click()

    page.get_by_role("button", name="Ask people").click()
    expect(page).to_have_url(re.compile("/sign-in"))
    expect(page.locator("body")).to_contain_text("What you wrote is kept")
    answering.get_by_role("button", name="Post answer").click()
    if scripts:
        expect(answering.locator("#reply textarea")).to_have_value("Hold the badge a second longer.")
    else:
        expect(answering).to_have_url(re.compile("/sign-in"))

    enter(page)
    expect(page.locator("#title")).to_have_value("The door on floor three opens for nobody")
    expect(page.locator("textarea[name=body]")).to_have_value("Since the new badges came.")
    expect(page.get_by_text("Your draft is back.")).to_be_visible()
    page.goto(site.url("/questions/{question}"))
    expect(page.locator("#reply textarea")).to_have_value("Hold the badge a second longer.")


def test_a_press_that_is_refused_says_why_and_a_session_that_ended_shows_the_way_back(open_page: OpenPage):
    page = open_page(QUESTION, who=MEMBER)
    said, address = page.locator("#say"), re.compile(r"/follow$")

    def refuse(status: int, piece: str) -> None:
        page.unroute_all()
        page.route(address, lambda route: route.fulfill(status=status, body=piece, content_type="text/html"))
        page.locator("#follow").click()

    refuse(409, '<p class="err" role="alert">It&#39;s gone &amp; not &lt;here&gt;.</p>\n')
    expect(said).to_have_text("It's gone & not <here>.")
    refuse(502, "<h1>Bad gateway</h1>")
    expect(said).to_have_text("That did not go through. Nothing is lost, try again.")
    page.unroute_all()
    page.route(address, lambda route: route.abort())
    page.locator("#say").evaluate("region => { region.textContent = '' }")
    page.locator("#follow").click()
    expect(said).to_have_text("That did not go through. Nothing is lost, try again.")
    expect(page.locator("#locked")).to_be_hidden()

    page.unroute_all()
    page.context.clear_cookies()
    page.locator("#follow").click()
    expect(page.locator("#locked")).to_be_in_viewport()
    page.locator("#locked a").click()
    expect(page).to_have_url(re.compile(r"/sign-in\?next=(/|%2F)questions"))


@pytest.mark.parametrize(("path", "who"), [("/register", None), ("/settings/account", MEMBER)])
def test_how_hard_a_new_password_is_to_guess_is_told_while_typing(open_page: OpenPage, path, who):
    page = open_page(path, who=who)
    said, meter = page.locator(".strength [role=status]"), page.locator(".strength meter")
    expect(meter).to_be_hidden()

    def strength_of(password: str, sentence: str) -> float:
        page.locator("#password").fill(password)
        expect(said).to_contain_text(sentence)
        expect(meter).to_be_visible()
        return float(meter.evaluate("meter => meter.value"))

    grades = [
        strength_of("sunny", "too short"),
        strength_of("Password2026!", "Guessed at once"),
        strength_of("gardenchair", "Soon guessed"),
        strength_of("garden chair moonlit", "Good"),
        strength_of("garden chair moonlit gravel", "Very good"),
    ]
    assert grades == sorted(set(grades))
    page.locator("#password").fill("")
    expect(meter).to_be_hidden()
    expect(said).to_be_empty()


def test_signing_in_needs_no_memory_and_no_typing(open_page: OpenPage):
    """WCAG 3.3.8: password managers know the fields, paste works, and there is no puzzle."""
    page = open_page("/sign-in", permissions=["clipboard-read", "clipboard-write"])
    fields = page.locator("main form :is(input:not([type=hidden]), select, textarea)")
    kept = [field.get_attribute("autocomplete") for field in fields.all()]
    assert [name for name in kept if name] == ["username", "current-password"]
    page.evaluate("navigator.clipboard.writeText('the words of a manager')")
    for name in ("email", "password"):
        page.locator(f"main input[name={name}]").focus()
        page.keyboard.press("Control+v")
        expect(page.locator(f"main input[name={name}]")).to_have_value("the words of a manager")


def test_a_name_that_is_in_the_form_makes_no_good_password(open_page: OpenPage):
    page = open_page("/register")
    page.locator("#name").fill("Wilhelmina Featherstone")
    page.locator("#password").fill("WilhelminaFeatherstone")

    expect(page.locator(".strength [role=status]")).to_contain_text("Guessed at once")


def drag_larger(page: Page, selector: str) -> None:
    """Draw a box larger by its corner, which leaves a style on it."""
    box = page.locator(selector).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] - 4, box["y"] + box["height"] - 4
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 60, steps=4)
    page.mouse.up()
    assert "height" in (page.locator(selector).get_attribute("style") or "")


def test_a_comment_arrives_while_boxes_are_open_and_the_console_stays_empty(open_page: OpenPage):
    reader, writer = open_page(QUESTION, who=AGENT), open_page(QUESTION, who=MEMBER)
    found = [complaints(reader), complaints(writer)]
    with reader.expect_websocket():
        reader.reload()
    reader.wait_for_timeout(2000)
    for page in (reader, writer):
        page.locator("#comment-q-open").click()
        drag_larger(page, "#comment-q")
    reader.locator("#comment-q").fill("I am in the middle of a thought")
    writer.locator("#comment-q").fill("Here is one more detail.")
    writer.get_by_role("button", name="Post comment").first.click()

    expect(writer.locator("#comments-q .comment").last).to_contain_text("Here is one more detail.")
    expect(reader.locator("#comments-q .comment").last).to_contain_text("Here is one more detail.")
    expect(reader.locator("#comment-q")).to_be_visible()
    expect(reader.locator("#comment-q")).to_have_value("I am in the middle of a thought")
    assert found == [[], []]


def test_what_the_eye_sees_anyway_is_spoken_and_covers_nothing(open_page: OpenPage):
    page = open_page("/ask", who=MEMBER)
    page.locator("#title").press_sequentially("my vpn connection drops")

    expect(page.locator("#say")).to_contain_text("found below")
    box = page.locator("#say").bounding_box()
    assert box is not None
    assert box["height"] <= 1

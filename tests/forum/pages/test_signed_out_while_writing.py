"""A session ends while somebody writes: their text waits for their account, is shown to nobody else and posted once."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from app.escalation.models.tickets import PrivateNote, State, Ticket
from app.forum.models.answer import Answer, Comment
from app.forum.models.question import Draft, Question
from app.forum.models.space import Visibility
from app.forum.services.drafting import DRAFT_MAX, KEPT, forget_old_drafts
from app.identity.models import SignIn, User
from app.identity.passwords import hash_password
from app.kernel.actor import Role
from app.web import unsent
from app.web.limits import limiter
from app.wiring import build_app
from tests.escalation.desk import open_desk
from tests.support.databases import dispose

PASSWORD = "correct horse battery"
HASH = hash_password(PASSWORD)
WORDS = "An hour of <b>thought</b> & care."
PRINTED = "An hour of &lt;b&gt;thought&lt;/b&gt; &amp; care.</textarea>"
TITLE = "The printer on floor 2 prints stars"


@pytest.fixture
def browser(app):
    """A browser as it is outside of tests: forms need their token."""
    app.config["WTF_CSRF_ENABLED"] = True
    yield app.test_client()
    app.config["WTF_CSRF_ENABLED"] = False


@pytest.fixture
def ben(make):
    return make.user("Ben Cole", password_hash=HASH)


@pytest.fixture
def ida(make):
    return make.user("Ida Berg", password_hash=HASH)


@pytest.fixture
def question(make, ben):
    make.space("Printing")
    return make.question(asker=ben, title=TITLE)


def hidden(page, action):
    """Return the hidden fields of the form that is sent to an address."""
    form = page[page.index(f'action="{action}"') :]
    inputs = re.findall(r"<input[^>]*>", form[: form.index("</form>")])
    found = {}
    for tag in inputs:
        if 'type="hidden"' in tag:
            name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
            assert name
            found[name[1]] = value[1] if value else ""
    return found


def sign_in(browser, person, where="/"):
    page = browser.get(where, follow_redirects=True).text if where != "/" else browser.get("/sign-in").text
    fields = hidden(page, "/sign-in")
    return browser.post("/sign-in", data={**fields, "email": person.email, "password": PASSWORD})


def sign_out_elsewhere(make):
    with make.unit_of_work() as uow:
        uow.session.execute(update(SignIn).values(revoked_at=uow.now))


def run_out(make):
    with make.unit_of_work() as uow:
        uow.session.execute(update(SignIn).values(expires_at=uow.now))


def counted(session, row):
    session.rollback()
    return session.scalar(select(func.count()).select_from(row))


def forms_of(question, answer, comment):
    """Map the address of each form that holds a text to the page it stands on and what else it asks for."""
    here, edit = f"/questions/{question.id}", {"title": TITLE, "impact": "slowed", "tags": "", "revision": "1"}
    return {
        "/ask": ("/ask", {"title": "A sentence of some words", "impact": "blocked", "space": str(question.space_id)}),
        f"{here}/answers": (here, {}),
        f"{here}/comments": (here, {}),
        f"{here}/answers/{answer.id}/comments": (here, {}),
        f"{here}/edit": (f"{here}/edit", edit),
        f"/answers/{answer.id}/edit": (f"/answers/{answer.id}/edit", edit),
        f"/comments/{comment.id}/edit": (f"/comments/{comment.id}/edit", edit),
    }


@pytest.fixture
def forms(make, ben, question):
    answer = make.answer(question, author=ben)
    comment = make.save(
        Comment(question_id=question.id, author_id=ben.id, body="a", body_html="<p>a</p>", posted_at=make.now)
    )
    return forms_of(question, answer, comment)


@pytest.mark.parametrize("end", [sign_out_elsewhere, run_out])
def test_each_text_is_back_in_its_form_after_signing_in_and_was_not_posted(browser, make, session, ben, forms, end):
    sign_in(browser, ben)
    for action, (page, fields) in forms.items():
        token = hidden(browser.get(page).text, action)
        rows = [counted(session, row) for row in (Question, Answer, Comment)]
        end(make)

        refused = browser.post(action, data={**token, **fields, "body": WORDS})
        assert refused.status_code == 303
        assert refused.headers["Location"].startswith("/sign-in?next=/drafts/open"), action
        told = browser.get(refused.headers["Location"]).text
        assert "What you wrote is kept" in told
        assert "An hour of" not in told

        again = sign_in(browser, ben, refused.headers["Location"])
        form = browser.get(again.headers["Location"], follow_redirects=True)
        assert PRINTED in form.text, action
        assert form.text.count("Your draft is back.") == 1, action
        assert [counted(session, row) for row in (Question, Answer, Comment)] == rows

        sent = browser.post(action, data={**hidden(form.text, action), **fields, "body": WORDS})
        assert sent.status_code == 303
        assert counted(session, Draft) == 0, action


def test_who_asks_the_asker_back_finds_that_chosen_still(browser, make, ida, question):
    make.appoint(ida, Role.AGENT)
    sign_in(browser, ida)
    action = f"/questions/{question.id}/comments"
    token = hidden(browser.get(f"/questions/{question.id}").text, action)
    sign_out_elsewhere(make)
    refused = browser.post(action, data={**token, "body": WORDS, "asks_back": "y"})
    again = sign_in(browser, ida, refused.headers["Location"])
    form = browser.get(again.headers["Location"]).text
    assert PRINTED in form
    assert 'name="asks_back" value="y" checked' in form


def test_somebody_else_who_signs_in_in_that_browser_sees_nothing_of_it(browser, make, session, ben, ida, question):
    sign_in(browser, ben)
    token = hidden(browser.get("/ask").text, "/ask")
    sign_out_elsewhere(make)
    refused = browser.post("/ask", data={**token, "title": "A secret matter of mine", "body": WORDS})

    led = sign_in(browser, ida, refused.headers["Location"])
    for page in (led.headers["Location"], "/ask", "/drafts", "/"):
        shown = browser.get(page, follow_redirects=True)
        assert shown.status_code == 200
        assert "An hour of" not in shown.text
        assert "A secret matter" not in shown.text
    assert counted(session, Draft) == 1
    assert session.scalars(select(Draft.user_id)).one() == ben.id

    browser.post("/sign-out", data=hidden(browser.get("/").text, "/sign-out"))
    sign_in(browser, ben)
    assert PRINTED in browser.get("/ask").text


def test_a_form_that_somebody_else_left_open_is_kept_for_them_when_it_is_sent(browser, session, ben, ida, question):
    """Two tabs: in the other one somebody else has signed in since."""
    sign_in(browser, ben)
    token = hidden(browser.get("/ask").text, "/ask")
    browser.post("/sign-out", data=hidden(browser.get("/").text, "/sign-out"))
    sign_in(browser, ida)

    refused = browser.post("/ask", data={**token, "title": "A secret matter of mine", "body": WORDS})
    assert refused.status_code == 400
    assert "kept for them alone" in refused.text
    assert "An hour of" not in refused.text
    assert session.scalars(select(Draft.user_id)).one() == ben.id
    assert counted(session, Question) == 1


@pytest.mark.parametrize("signed_in_again", [True, False])
def test_signing_out_in_another_tab_loses_nothing(browser, session, ben, question, signed_in_again):
    sign_in(browser, ben)
    action = f"/questions/{question.id}/answers"
    token = hidden(browser.get(f"/questions/{question.id}").text, action)
    browser.post("/sign-out", data=hidden(browser.get("/").text, "/sign-out"))
    if signed_in_again:
        sign_in(browser, ben)

    refused = browser.post(action, data={**token, "body": WORDS})
    assert refused.status_code == 303
    if not signed_in_again:
        refused = sign_in(browser, ben, refused.headers["Location"])
    page = browser.get(refused.headers["Location"], follow_redirects=True).text
    assert PRINTED in page
    assert ("signed in again since" in page) == signed_in_again
    assert counted(session, Answer) == 0


def test_who_had_chosen_files_hears_to_choose_them_again(browser, make, ben, question):
    sign_in(browser, ben)
    action = f"/questions/{question.id}/answers"
    token = hidden(browser.get(f"/questions/{question.id}").text, action)
    sign_out_elsewhere(make)
    for files, told in (([], False), ([(io.BytesIO(b"one line\n"), "trace.log")], True)):
        refused = browser.post(action, data={**token, "body": WORDS, "files": files})
        assert ("Files are not kept" in browser.get(refused.headers["Location"]).text) == told


def test_what_was_posted_already_does_not_come_back_as_a_draft(browser, make, session, ben, question):
    """The first sending got through, its response did not; the second comes when the session has ended."""
    sign_in(browser, ben)
    action = f"/questions/{question.id}/answers"
    token = hidden(browser.get(f"/questions/{question.id}").text, action)
    posted = browser.post(action, data={**token, "body": WORDS})
    sign_out_elsewhere(make)

    again = browser.post(action, data={**token, "body": WORDS})
    assert again.headers["Location"].startswith("/sign-in?next=/questions/")
    led = sign_in(browser, ben, again.headers["Location"])
    assert led.headers["Location"] == posted.headers["Location"]
    assert (counted(session, Answer), counted(session, Draft)) == (1, 0)


def test_other_words_in_a_form_that_was_posted_are_kept_when_the_session_has_ended(
    browser, make, session, ben, question
):
    sign_in(browser, ben)
    action = f"/questions/{question.id}/answers"
    token = hidden(browser.get(f"/questions/{question.id}").text, action)
    browser.post(action, data={**token, "body": "The first words."})
    sign_out_elsewhere(make)

    browser.post(action, data={**token, "body": WORDS})
    assert (counted(session, Answer), counted(session, Draft)) == (1, 1)


def test_a_form_without_our_signature_writes_nothing(browser, session, ben, question):
    sign_in(browser, ben)
    token = hidden(browser.get("/ask").text, "/ask")["csrf_token"]
    browser.post("/sign-out", data=hidden(browser.get("/").text, "/sign-out"))
    guests = hidden(browser.get("/sign-in").text, "/sign-in")["csrf_token"]
    for forged in ("", "x", token[:-5] + "aaaaa", token.replace(".", "", 1), guests):
        refused = browser.post("/ask", data={"csrf_token": forged, "title": TITLE, "body": WORDS})
        assert refused.status_code in {400, 303}
        assert "An hour of" not in refused.text
    assert counted(session, Draft) == 0


@pytest.mark.parametrize(("place", "kept"), [("ask", 1), ("ticket:1", 0), ("{question_id}", 0)])
def test_a_draft_that_is_saved_too_late_is_kept_where_drafts_are(browser, make, session, ben, question, place, kept):
    sign_in(browser, ben)
    token = hidden(browser.get("/ask").text, "/ask")
    sign_out_elsewhere(make)
    saved = browser.post("/drafts?then=list", data={**token, "place": place, "title": TITLE, "body": WORDS})
    assert counted(session, Draft) == kept
    if kept:
        led = sign_in(browser, ben, saved.headers["Location"])
        assert led.headers["Location"] == "/drafts"
        assert TITLE in browser.get("/drafts").text
    else:
        assert PRINTED in saved.text


@pytest.mark.parametrize("hindrance", ["age", "size", "gone"])
def test_what_cannot_be_kept_is_shown_to_be_copied(browser, make, session, monkeypatch, ben, question, hindrance):
    sign_in(browser, ben)
    token = hidden(browser.get("/ask").text, "/ask")
    sign_out_elsewhere(make)
    text = "ten bytes " * (DRAFT_MAX // 10 + 1) if hindrance == "size" else "Ten bytes."
    if hindrance == "age":
        monkeypatch.setattr(unsent, "PROOF_LASTS", timedelta(seconds=-1))
    if hindrance == "gone":
        with make.unit_of_work() as uow:
            uow.session.get_one(User, ben.id).deactivated_at = uow.now

    shown = browser.post("/ask", data={**token, "title": TITLE, "body": text})
    assert shown.status_code in {401, 403, 422}
    assert f"{text.strip()}</textarea>" in shown.text
    assert TITLE in shown.text
    assert counted(session, Draft) == 0


def test_a_text_that_nobody_fetches_is_forgotten(browser, clock, make, session, unit_of_work, ben, question):
    sign_in(browser, ben)
    token = hidden(browser.get("/ask").text, "/ask")
    sign_out_elsewhere(make)
    browser.post("/ask", data={**token, "title": TITLE, "body": WORDS})
    clock.advance(days=KEPT.days, hours=-1)
    forget_old_drafts(unit_of_work)
    assert counted(session, Draft) == 1
    clock.advance(hours=2)
    forget_old_drafts(unit_of_work)
    assert counted(session, Draft) == 0


@pytest.mark.parametrize("where", ["elsewhere", "here"])
def test_an_enhanced_form_hears_the_sentence_and_its_text_is_kept_too(browser, make, session, ben, question, where):
    sign_in(browser, ben)
    action = f"/questions/{question.id}/answers"
    token = hidden(browser.get(f"/questions/{question.id}").text, action)
    if where == "elsewhere":
        sign_out_elsewhere(make)
    else:
        browser.post("/sign-out", data=hidden(browser.get("/").text, "/sign-out"))
    sent = browser.post(action, data={**token, "body": WORDS}, headers={"HX-Request": "true"})
    assert sent.status_code == 401
    assert "your draft is waiting" in sent.text
    assert "<html" not in sent.text
    assert session.scalars(select(Draft.place)).one() == f"answer:{question.id}"


def test_a_press_without_words_hears_that_the_session_has_ended_and_a_guests_stale_form_does_not(
    browser, ben, question
):
    sign_in(browser, ben)
    action, pressed = f"/questions/{question.id}/follow", {"HX-Request": "true"}
    token = hidden(browser.get(f"/questions/{question.id}").text, action)
    browser.post("/sign-out", data=hidden(browser.get("/").text, "/sign-out"))

    assert browser.post(action, data={**token, "value": "1"}, headers=pressed).status_code == 401
    assert browser.post(action, data={"csrf_token": "stale", "value": "1"}, headers=pressed).status_code == 400
    assert browser.post(action, data={**token, "value": "1"}).status_code == 400


def test_a_private_note_of_an_agent_is_a_private_note_still(browser, make, session):
    desk = open_desk(make)
    with make.unit_of_work() as uow:
        uow.session.get_one(User, desk.jo.id).password_hash = HASH
    address = f"/waiting/{desk.ticket()}"
    sign_in(browser, desk.jo)
    token = hidden(browser.get(address).text, f"{address}/message")
    sign_out_elsewhere(make)

    refused = browser.post(f"{address}/message", data={**token, "lane": "private", "body": WORDS})
    led = sign_in(browser, desk.jo, refused.headers["Location"])
    assert led.headers["Location"] == f"{address}#reply"
    page = browser.get(address).text
    assert PRINTED in page
    assert 'value="private" checked' in page
    assert "Your draft is back." in page
    assert counted(session, PrivateNote) == 0

    sent = {**hidden(page, f"{address}/message"), "lane": "private", "body": WORDS}
    assert browser.post(f"{address}/message", data=sent).status_code == 303
    assert (counted(session, PrivateNote), counted(session, Draft)) == (1, 0)
    assert "Your draft is back." not in browser.get(address).text


def test_an_agents_kept_message_can_be_thrown_away_and_is_shown_to_no_other_agent(app, browser, make, session):
    desk = open_desk(make)
    mei = make.user("Mei Tanaka", roles=(Role.AGENT,))
    with make.unit_of_work() as uow:
        uow.session.get_one(User, desk.jo.id).password_hash = HASH
    address = f"/waiting/{desk.ticket()}"
    sign_in(browser, desk.jo)
    token = hidden(browser.get(address).text, f"{address}/message")
    sign_out_elsewhere(make)
    browser.post(f"{address}/message", data={**token, "lane": "open", "body": WORDS})

    other = app.test_client()
    make.sign_in(other, mei)
    assert "An hour of" not in other.get(address).text
    sign_in(browser, desk.jo)
    thrown = browser.post("/drafts/discard", data=hidden(browser.get(address).text, "/drafts/discard"))
    assert thrown.headers["Location"] == address
    assert "An hour of" not in browser.get(address).text


def test_a_text_about_what_is_hidden_now_is_not_lost_and_leads_nowhere_else(browser, make, session, ben, question):
    sign_in(browser, ben)
    action = f"/questions/{question.id}/answers"
    token = hidden(browser.get(f"/questions/{question.id}").text, action)
    sign_out_elsewhere(make)
    board = make.space(visibility=Visibility.PRIVATE)
    with make.unit_of_work() as uow:
        uow.session.get_one(Question, question.id).space_id = board.id
    refused = browser.post(action, data={**token, "body": WORDS})
    led = sign_in(browser, ben, refused.headers["Location"])
    assert browser.get(led.headers["Location"]).status_code == 404
    assert counted(session, Draft) == 1


@pytest.fixture
def limited(app, settings, shared_clock):
    """An application that counts requests."""
    counting = build_app(settings.model_copy(update={"rate_limits": True}), shared_clock)
    with counting.app_context():
        limiter.reset()
    yield counting
    limiter.enabled = False
    dispose(counting)


def test_texts_that_come_too_fast_are_shown_to_be_copied(limited, make, session, ben, question):
    """Those of a session that has ended are counted by writer, not by address; those of one that lasts as ever."""
    browser = limited.test_client()
    sign_in(browser, ben)
    token = hidden(browser.get("/ask").text, "/ask")
    browser.post("/sign-out", data=hidden(browser.get("/").text, "/sign-out"))
    sent = {**token, "title": TITLE, "body": WORDS}
    statuses = [
        browser.post("/ask", data=sent, environ_base={"REMOTE_ADDR": f"203.0.113.{number}"}) for number in range(21)
    ]
    assert [answer.status_code for answer in statuses] == [303] * 20 + [429]
    assert PRINTED in statuses[-1].text

    limited.config["WTF_CSRF_ENABLED"] = False
    make.sign_in(browser, make.user())
    statuses = [browser.post("/ask", data={"title": TITLE, "body": WORDS}) for _ in range(21)]
    assert [answer.status_code for answer in statuses] == [422] * 20 + [429]
    assert PRINTED in statuses[-1].text
    assert "Give it a minute" in statuses[-1].text


def test_a_kept_message_about_a_ticket_that_is_over_is_shown_to_be_copied(browser, make, session):
    desk = open_desk(make)
    with make.unit_of_work() as uow:
        uow.session.get_one(User, desk.jo.id).password_hash = HASH
    ticket_id = desk.ticket()
    address = f"/waiting/{ticket_id}"
    sign_in(browser, desk.jo)
    token = hidden(browser.get(address).text, f"{address}/message")
    sign_out_elsewhere(make)
    browser.post(f"{address}/message", data={**token, "lane": "open", "body": WORDS})
    with make.unit_of_work() as uow:
        ticket = uow.session.get_one(Ticket, ticket_id)
        ticket.state, ticket.ended_at = State.CANCELLED, uow.now

    sign_in(browser, desk.jo)
    page = browser.get(address).text
    assert PRINTED in page
    assert "readonly" in page
    thrown = browser.post("/drafts/discard", data=hidden(page, "/drafts/discard"))
    assert thrown.headers["Location"] == address
    assert counted(session, Draft) == 0

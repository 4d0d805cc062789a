"""What somebody began to write comes back, without JavaScript too, and belongs to nobody else."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, func, select

from app.forum.models.answer import Comment
from app.forum.models.question import Draft, Question
from app.forum.models.space import Visibility
from app.forum.services.drafting import DRAFT_MAX, DRAFTS_MAX, KEPT, forget_old_drafts
from app.identity.models import RoleGrant
from app.kernel.actor import Role

WORDS = "Try the second socket."


@pytest.fixture
def ben(make):
    return make.user("Ben Cole", roles=(Role.MODERATOR,))


@pytest.fixture
def browser(client, make, ben):
    make.sign_in(client, ben)
    return client


@pytest.fixture
def comment(make, ben):
    question = make.question()
    return make.save(
        Comment(question_id=question.id, author_id=ben.id, body="Which?", body_html="<p>Which?</p>", posted_at=make.now)
    )


def kept(browser, place, body=WORDS, **fields):
    assert browser.post("/drafts", data={"place": place, "body": body, **fields}).status_code == 200


def counted(session):
    session.rollback()
    return session.scalar(select(func.count()).select_from(Draft))


def test_an_answer_is_resumed_in_the_box_and_can_be_thrown_away(browser, make, session):
    question = make.question()
    address = f"/questions/{question.id}"
    assert "Your draft is back." not in browser.get(address).text
    kept(browser, f"answer:{question.id}", "Try <b>this</b> & that.")

    page = browser.get(address).text
    assert "Try &lt;b&gt;this&lt;/b&gt; &amp; that.</textarea>" in page
    assert "Your draft is back." in page
    assert "Your draft is back." not in browser.get(f"/questions/{make.question().id}").text

    thrown = browser.post("/drafts/discard", data={"place": f"answer:{question.id}", "stay": "1"})
    assert thrown.headers["Location"] == f"{address}#composer"
    assert "Your draft is back." not in browser.get(address).text
    assert counted(session) == 0


def test_posting_what_was_resumed_forgets_it(browser, make, session):
    question = make.question()
    kept(browser, f"answer:{question.id}")
    assert browser.post(f"/questions/{question.id}/answers", data={"body": WORDS}).status_code == 303
    assert counted(session) == 0


def test_a_refused_answer_wins_over_the_draft(browser, make):
    question = make.question()
    kept(browser, f"answer:{question.id}", "An older text.")
    page = browser.post(f"/questions/{question.id}/answers", data={"body": "x" * 30_001})
    assert page.status_code == 422
    assert "An older text." not in page.text
    assert "Your draft is back." not in page.text


def test_each_draft_leads_to_its_form_filled_and_named(browser, make, comment):
    answer = make.answer(make.question(title="The dock is not recognised"))
    begun = {
        "ask": "/ask",
        f"answer:{answer.question_id}": f"/questions/{answer.question_id}#composer",
        f"edit-question:{answer.question_id}": f"/questions/{answer.question_id}/edit",
        f"edit-answer:{answer.id}": f"/answers/{answer.id}/edit",
        f"edit-comment:{comment.id}": f"/comments/{comment.id}/edit",
        f"comment:{answer.question_id}": None,
        f"comment:{answer.question_id}:{answer.id}": None,
    }
    for place, address in begun.items():
        words = f"Words for {place}."
        kept(browser, place, words, title="A dock in pieces", impact="slowed")
        opened = browser.get("/drafts/open", query_string={"place": place})
        assert opened.headers.get("Location") == address
        page = opened if address is None else browser.get(address)
        assert page.status_code == 200
        assert f"{words}</textarea>" in page.text
        assert "Your draft is back." in page.text
        assert f'name="place" value="{place}"' in page.text

    drafts = browser.get("/drafts").text
    assert drafts.count('href="/drafts/open?place=') == len(begun)
    assert drafts.count("The dock is not recognised") == 5


def test_the_list_keeps_a_text_whole_whose_question_takes_no_more_answers(browser, make):
    words = "A long story about paper. " * 20
    kept(browser, f"answer:{make.question(closed_at=make.now).id}", words + "The end.")
    assert "The end." in browser.get("/drafts").text


@pytest.mark.parametrize(
    ("happened", "why"), [("closed_at", "takes no more answers"), ("merged_at", "joined with another")]
)
def test_a_draft_whose_form_was_closed_meanwhile_is_shown_to_be_copied_and_discarded(app, make, session, happened, why):
    """The answer, comments on both, and an edit that its writer is no longer trusted with."""
    question = make.question(title="The dock is not recognised")
    answer = make.answer(question)
    places = [f"answer:{question.id}"]
    if happened == "merged_at":
        places += [f"comment:{question.id}", f"comment:{question.id}:{answer.id}"]
    browser, text = app.test_client(), "A <b>long</b> story & more."
    make.sign_in(browser, make.user())
    for place in places:
        kept(browser, place, text)
    with make.unit_of_work() as uow:
        setattr(uow.session.get_one(Question, question.id), happened, uow.now)

    for place in places:
        shown = browser.get("/drafts/open", query_string={"place": place})
        assert shown.status_code == 200
        assert "A &lt;b&gt;long&lt;/b&gt; story &amp; more.</textarea>" in shown.text
        assert why in shown.text
        assert "readonly" in shown.text
    here = browser.get(f"/questions/{question.id}", query_string={"stay": ""}).text
    assert "A &lt;b&gt;long&lt;/b&gt; story &amp; more.</textarea>" in here
    assert f'action="/questions/{question.id}/answers"' not in here
    assert why in here

    thrown = browser.post("/drafts/discard", data={"place": places[0], "stay": "1", "next": "/drafts"})
    assert thrown.headers["Location"] == f"/questions/{question.id}#composer"
    again = browser.get(f"/questions/{question.id}", query_string={"stay": ""}).text
    assert "story &amp; more" not in again
    assert 'id="composer"' in again
    assert counted(session) == len(places) - 1


def test_an_edit_that_its_writer_is_not_trusted_with_any_more_is_shown_to_be_copied(app, make):
    jo, question = make.user(roles=(Role.MODERATOR,)), make.question()
    browser = app.test_client()
    make.sign_in(browser, jo)
    kept(browser, f"edit-question:{question.id}", WORDS, title="A better title of it")
    with make.unit_of_work() as uow:
        uow.session.execute(delete(RoleGrant))
    shown = browser.get("/drafts/open", query_string={"place": f"edit-question:{question.id}"}).text
    assert f"{WORDS}</textarea>" in shown
    assert "A better title of it" in shown


def test_without_scripts_a_button_keeps_what_stands_in_the_form(browser, make, session, comment):
    answer = make.answer(make.question())
    pages = {
        "ask": "/ask",
        f"answer:{answer.question_id}": f"/questions/{answer.question_id}",
        f"edit-question:{answer.question_id}": f"/questions/{answer.question_id}/edit",
        f"edit-answer:{answer.id}": f"/answers/{answer.id}/edit",
        f"edit-comment:{comment.id}": f"/comments/{comment.id}/edit",
    }
    for place, address in pages.items():
        assert f'name="place" value="{place}" formaction="/drafts?then=list"' in browser.get(address).text
        sent = browser.post("/drafts?then=list", data={"place": place, "body": WORDS, "title": "A title of words"})
        assert sent.headers["Location"] == "/drafts"
        assert "Kept. You find it here" in browser.get("/drafts").text
        assert f"{WORDS}</textarea>" in browser.get(address).text
    assert counted(session) == len(pages)


def test_a_text_too_long_to_be_kept_is_shown_to_be_copied(browser, session):
    body = "ten bytes " * (DRAFT_MAX // 10 + 1)
    refused = browser.post("/drafts?then=list", data={"place": "ask", "body": body})
    assert refused.status_code == 422
    assert f"{body.strip()}</textarea>" in refused.text
    assert counted(session) == 0


def test_a_saved_edit_forgets_its_draft(browser, make, session, comment):
    question = make.question()
    answer = make.answer(question)
    fields = {"body": WORDS, "title": question.title, "impact": "slowed", "tags": "", "revision": "1"}
    for place, address in {
        f"edit-question:{question.id}": f"/questions/{question.id}/edit",
        f"edit-answer:{answer.id}": f"/answers/{answer.id}/edit",
        f"edit-comment:{comment.id}": f"/comments/{comment.id}/edit",
    }.items():
        kept(browser, place)
        assert browser.post(address, data=fields).status_code == 303
        assert counted(session) == 0


def test_an_edit_begun_before_somebody_elses_is_a_conflict_not_a_silent_loss(browser, make):
    question = make.question()
    address, fields = f"/questions/{question.id}/edit", {"title": question.title, "impact": "slowed", "tags": ""}
    kept(browser, f"edit-question:{question.id}", "My older words.", revision="1")
    assert browser.post(address, data={**fields, "body": "Newer words.", "revision": "1"}).status_code == 303
    kept(browser, f"edit-question:{question.id}", "My older words.", revision="1")
    page = browser.get(address).text
    assert 'name="revision" value="1"' in page
    assert browser.post(address, data={**fields, "body": "My older words.", "revision": "1"}).status_code == 409


@pytest.mark.parametrize("hide", ["deleted", "private"])
def test_a_draft_about_what_one_may_no_longer_see_is_not_shown(browser, make, session, hide):
    question = make.question(title="A matter of the board", space=make.space())
    answer = make.answer(question)
    for place in (f"answer:{question.id}", f"edit-answer:{answer.id}", f"edit-question:{question.id}"):
        kept(browser, place, "Secret words.")
    board = make.space(visibility=Visibility.PRIVATE)
    with make.unit_of_work() as uow:
        hidden = uow.session.get_one(type(question), question.id)
        if hide == "deleted":
            hidden.deleted_at = make.now
        else:
            hidden.space_id = board.id

    page = browser.get("/drafts")
    assert page.status_code == 200
    assert "A matter of the board" not in page.text
    assert "Secret words." not in page.text
    for place in (f"answer:{question.id}", f"edit-answer:{answer.id}", f"edit-question:{question.id}"):
        assert browser.get("/drafts/one", query_string={"place": place}).get_json() == {}
        assert browser.get("/drafts/open", query_string={"place": place}).status_code == 404
    assert counted(session) == 3


def test_nobody_opens_or_discards_anothers_draft(app, browser, make, session):
    question = make.question()
    place = f"answer:{question.id}"
    kept(browser, place)
    other = app.test_client()
    make.sign_in(other, make.user())
    opened = other.get("/drafts/open", query_string={"place": place})
    assert opened.headers["Location"] == f"/questions/{question.id}#composer"
    assert WORDS not in other.get(f"/questions/{question.id}").text
    assert other.post("/drafts/discard", data={"place": place, "stay": "1"}).status_code == 303
    assert counted(session) == 1


@pytest.mark.parametrize(
    "place",
    ["", "ask:1", "answer", "answer:0", "answer:1:2", "answer:x", "answer:1\n", "ticket:1", "answer:99999999999",
     "comment:1:2:3", "answer:١", "ask' OR 1=1", "x" * 5000],
)  # fmt: skip
def test_a_place_that_no_form_has_is_refused(browser, session, place):
    refused = browser.post("/drafts", data={"place": place, "body": WORDS})
    assert refused.status_code == 422
    assert browser.get("/drafts/open", query_string={"place": place}).status_code == 404
    assert browser.post("/drafts/discard", data={"place": place, "stay": "1"}).status_code == 303
    assert counted(session) == 0


def test_a_draft_of_what_never_was_is_kept_quiet(browser):
    for place in ("answer:4000000000", "edit-answer:77", "comment:1:77", "edit-comment:9999999999"):
        kept(browser, place)
    page = browser.get("/drafts")
    assert page.status_code == 200
    assert WORDS not in page.text


def test_too_long_a_draft_is_refused_and_one_without_words_forgotten(browser, make, session):
    place = f"answer:{make.question().id}"
    assert browser.post("/drafts", data={"place": place, "body": "x" * (DRAFT_MAX + 1)}).status_code == 422
    assert browser.post("/drafts", data={"place": place, "body": "a\x00b"}).status_code == 400
    kept(browser, place)
    kept(browser, place, " \n ", impact="slowed")
    assert counted(session) == 0


def test_the_newest_drafts_are_kept(browser, make, session, shared_clock):
    for number in range(1, DRAFTS_MAX + 3):
        shared_clock.advance(seconds=1)
        kept(browser, f"answer:{number}")
    session.rollback()
    places = set(session.scalars(select(Draft.place)))
    assert len(places) == DRAFTS_MAX
    assert "answer:1" not in places
    assert f"answer:{DRAFTS_MAX + 2}" in places


def test_a_draft_that_nobody_comes_back_to_is_forgotten(app, browser, session, shared_clock):
    kept(browser, "ask")
    shared_clock.advance(days=KEPT.days)
    forget_old_drafts(app.extensions["peerdesk"].unit_of_work)
    assert counted(session) == 1
    shared_clock.advance(seconds=1)
    forget_old_drafts(app.extensions["peerdesk"].unit_of_work)
    assert counted(session) == 0


def test_the_list_of_drafts_costs_the_same_for_one_and_for_many(browser, make, count_statements):
    def cost():
        browser.get("/drafts")
        with count_statements() as seen:
            assert browser.get("/drafts").status_code == 200
        return len(seen)

    def more():
        answer = make.answer(make.question())
        kept(browser, f"answer:{answer.question_id}")
        kept(browser, f"edit-answer:{answer.id}")

    more()
    few = cost()
    for _ in range(5):
        more()
    assert cost() == few


def test_the_space_chosen_comes_back_too(browser, make):
    make.space("First")
    second = make.space("Second")
    kept(browser, "ask", space=str(second.id), title="The printer eats paper")
    assert f'<option selected value="{second.id}">' in browser.get("/ask").text

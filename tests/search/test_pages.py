from __future__ import annotations

import pytest
from sqlalchemy import select

from app.forum.models.question import Deflection, Question, QuestionTag
from app.forum.models.space import Visibility
from app.forum.queries.finding import PAGE
from app.search.contract import SearchUnavailable
from app.search.models import SearchMiss

ENHANCED = {"HX-Request": "true"}


@pytest.fixture
def question(make, reindex):
    """A question in public with an accepted answer."""
    question = make.question(asker=make.user("Sam"), title="VPN drops every <few> minutes")
    answer = make.answer(question, author=make.user("Mei"), body="Let the VPN client use port 443.", working_count=14)
    make.save(QuestionTag(question_id=question.id, tag_id=make.tag("vpn").id))
    with make.unit_of_work() as uow:
        uow.session.get_one(Question, question.id).accepted_answer_id = answer.id
    reindex()
    return question


def text(response):
    return response.get_data(as_text=True)


def test_a_guest_finds_a_past_answer_without_javascript(client, question):
    page = text(client.get("/find?q=vpn+drop"))

    assert "<mark>VPN</mark> <mark>drops</mark> every &lt;few&gt; minutes" in page
    assert "Let the <mark>VPN</mark> client use port 443." in page
    assert "Solved by Mei" in page
    assert "worked for 14 people" in page
    assert "1 question found" in page
    assert f'href="/questions/{question.id}"' in page
    assert 'value="vpn drop"' in page


def test_an_enhanced_search_gets_the_results_only_and_says_how_many(client, question):
    response = client.get("/find?q=vpn", headers=ENHANCED)

    assert "<html" not in text(response)
    assert "<mark>VPN</mark>" in text(response)
    assert (
        '<hx-partial hx-target="#say" hx-swap="innerHTML"><span class="vh">1 question found</span></hx-partial>'
        in text(response)
    )
    assert "HX-Request" in response.headers.get("Vary", "")


def test_the_page_shows_nothing_but_the_box_before_anything_was_typed(client, question):
    page = text(client.get("/find"))

    assert "question found" not in page
    assert "Nobody has asked this yet" not in page


def test_a_search_in_vain_offers_to_ask_with_the_sentence_carried(client, question, session):
    page = text(client.get("/find?q=fax+machine+%26+toner"))

    assert "Nobody has asked this yet" in page
    assert 'href="/ask?title=fax%20machine%20%26%20toner"' in page
    assert [(m.words, m.count) for m in session.scalars(select(SearchMiss))] == [("fax machine toner", 1)]


def test_what_is_typed_on_the_way_is_not_recorded_and_neither_is_a_prefetch(client, question, session):
    client.get("/find?q=fax", headers=ENHANCED)
    client.get("/find?q=fax", headers={"Sec-Purpose": "prefetch"})

    assert session.scalars(select(SearchMiss)).all() == []


def test_a_misspelling_is_corrected_by_a_link(client, make, reindex):
    for number in range(3):
        make.question(title=f"Thunderbird trouble {number}")
    reindex()

    page = text(client.get("/find?q=thunderbrid"))

    assert "Did you mean" in page
    assert 'href="/find?q=thunderbird"' in page


def test_filters_are_kept_by_the_form_and_by_the_next_page(client, make, reindex):
    space, asker = make.space("Network", slug="network", visibility=Visibility.PUBLIC), make.user()
    make.space("Office", slug="office", visibility=Visibility.PUBLIC)
    for _ in range(PAGE + 1):
        make.question(space=space, asker=asker, title="VPN drops")
    reindex()

    page = text(client.get("/find?q=vpn&space=network&since=year&sort=newest"))

    assert '<option value="network" selected>' in page
    assert '<option value="year" selected>' in page
    assert f"{PAGE + 1} questions found" in page
    assert "/find?q=vpn&amp;space=network&amp;since=year&amp;sort=newest&amp;page=2" in page
    assert text(client.get("/find?q=vpn&space=network&page=2")).count('id="hit-') == 1


@pytest.mark.parametrize(
    "query",
    [
        "q=%ff",
        "q=" + "a" * 10_000,
        'q="',
        "q=tag:%22",
        "q=vpn&page=-1",
        "q=vpn&page=x",
        "q=vpn&page=999",
        "q=vpn&sort=x",
    ],
)
def test_no_address_breaks_the_page(client, question, query):
    assert client.get(f"/find?{query}").status_code == 200


def test_nothing_private_is_found_by_a_guest(client, make, reindex):
    make.question(space=make.space(visibility=Visibility.INTERNAL), title="Payroll run fails")
    reindex()

    assert "Nobody has asked this yet" in text(client.get("/find?q=payroll"))
    assert "Payroll" not in text(client.get("/similar?title=payroll+run+fails", headers=ENHANCED))


def test_similar_questions_appear_while_typing_with_their_answer_and_a_button(client, question):
    page = text(client.get("/similar?title=My+vpn+drops+often", headers=ENHANCED))

    assert "1 question may already have the answer" in page
    assert "Let the <mark>VPN</mark> client use port 443." in page
    assert f'formaction="/questions/{question.id}/solved-it"' in page
    assert "1 similar question found below" in page


def test_what_was_closed_without_an_answer_is_found_but_not_offered_while_typing(client, make, reindex):
    make.question(title="VPN drops in the train", closed_at=make.now)
    reindex()

    found = text(client.get("/find?q=vpn+train"))
    assert "Closed" in found
    assert "Nobody has answered yet" not in found
    assert "may already have the answer" not in text(client.get("/similar?title=VPN+drops+in+the+train"))


@pytest.mark.parametrize("title", ["VPN", "my vpn", "The VPN zyzzyva", "vpn printer"])
def test_one_word_that_others_used_is_enough(client, question, make, reindex, title):
    make.question(title="Printer is offline", space=None)
    reindex()

    assert f'id="similar-{question.id}"' in text(client.get("/similar", query_string={"title": title}))


@pytest.mark.parametrize("title", ["vp", "the", "why is it so", "???", "zyzzyva", ""])
def test_a_title_that_tells_nothing_has_nothing_similar(client, question, title):
    assert text(client.get("/similar", query_string={"title": title}, headers=ENHANCED)).strip() == ""


def test_this_solved_it_is_recorded_once_and_posts_nothing(client, question, session):
    form = {"title": "My vpn drops", "once": "token-of-the-ask-form", "body": "unfinished"}
    first = client.post(f"/questions/{question.id}/solved-it", data=form)
    again = client.post(f"/questions/{question.id}/solved-it", data=form)

    assert (first.status_code, again.status_code) == (303, 303)
    assert first.location == again.location == f"/questions/{question.id}/solved-it"
    assert [(d.question_id, d.typed) for d in session.scalars(select(Deflection))] == [(question.id, "My vpn drops")]
    assert len(session.scalars(select(Question)).all()) == 1
    thanks = text(client.get(first.location))
    assert "Nothing was posted" in thanks
    assert f'href="/questions/{question.id}"' in thanks


def test_a_hidden_question_cannot_have_solved_anything(client, make):
    secret = make.question(space=make.space(visibility=Visibility.PRIVATE))

    assert client.post(f"/questions/{secret.id}/solved-it", data={"title": "x"}).status_code == 404


@pytest.mark.parametrize("hits", [1, PAGE])
def test_a_search_page_costs_the_same_statements_however_many_hits(client, make, reindex, count_statements, hits):
    space, asker = make.space(visibility=Visibility.PUBLIC), make.user()
    for _ in range(hits):
        make.answer(make.question(space=space, asker=asker, title="VPN drops"))
    reindex()
    client.get("/find?q=vpn")

    with count_statements() as seen:
        assert text(client.get("/find?q=vpn+drops")).count('id="hit-') == hits

    assert len(seen) == 5, seen  # readable spaces, spaces, hits, tags, people

    with count_statements() as typing:
        client.get("/find?q=vpn+drops", headers=ENHANCED)
    assert len(typing) == 4, typing  # the same without spaces: the form that offers them is there already


def test_similar_questions_cost_five_statements_and_one_more_when_any_of_them_is_open(
    client, make, reindex, count_statements
):
    """Who reads, what decides, hits, tags, people; members are told what the desk promises of the open ones."""
    space, asker = make.space(visibility=Visibility.PUBLIC), make.user()
    make.sign_in(client, asker)

    def ask(title: str, *, solved: bool) -> None:
        question = make.question(space=space, asker=asker, title=title)
        answer = make.answer(question)
        if solved:
            with make.unit_of_work() as uow:
                uow.session.get_one(Question, question.id).accepted_answer_id = answer.id

    for number in range(4):
        ask(f"Printer {number} jams", solved=True)
        ask(f"VPN {number} drops", solved=False)
    reindex()

    counted = []
    for title in ("My printer jams", "My VPN drops"):
        client.get("/similar", query_string={"title": title}, headers=ENHANCED)
        with count_statements() as seen:
            page = text(client.get("/similar", query_string={"title": title}, headers=ENHANCED))
        assert page.count('id="similar-') >= 4
        counted.append(len(seen))

    assert counted == [5, 6]


@pytest.fixture
def broken(engine, monkeypatch):
    """An index that stops answering when told to."""

    def stop():
        def refuse(*_arguments, **_options):
            raise SearchUnavailable

        for name in ("search", "doc_freqs", "vocabulary", "num_docs"):
            monkeypatch.setattr(engine, name, refuse)

    return stop


def test_when_the_index_does_not_answer_the_hits_found_lately_are_shown(client, question, make, broken):
    other = make.question(title="VPN is gone")  # not in the index yet
    assert "1 question found" in text(client.get("/find?q=vpn"))
    broken()

    page = text(client.get("/find?q=vpn"))

    assert "Search is slow right now. This is what was found until now" in page
    assert f'href="/questions/{question.id}"' in page
    assert f'href="/questions/{other.id}"' not in page
    assert "Search is slow right now" in text(client.get("/find?q=vpn", headers=ENHANCED))


def test_hits_found_lately_are_read_again_under_the_readers_rights(client, question, make, broken):
    assert "1 question found" in text(client.get("/find?q=vpn"))
    secret = make.space(visibility=Visibility.PRIVATE)
    with make.unit_of_work() as uow:
        uow.session.get_one(Question, question.id).space_id = secret.id
    broken()

    page = text(client.get("/find?q=vpn"))

    assert "Search is slow right now, so nothing can be shown" in page
    assert "VPN drops" not in page


def test_a_search_that_got_no_answer_is_not_one_in_vain(client, question, broken, session):
    broken()

    page = text(client.get("/find?q=unheard+words"))
    similar = client.get("/similar?title=My+VPN+drops", headers=ENHANCED)

    assert "Search again" in page
    assert "Nobody has asked this yet" not in page
    assert session.scalars(select(SearchMiss)).all() == []
    assert similar.status_code == 200
    assert "may already have the answer" not in text(similar)


def test_a_search_box_that_was_emptied_says_nothing(client):
    assert "#say" not in text(client.get("/find?q=", headers=ENHANCED))

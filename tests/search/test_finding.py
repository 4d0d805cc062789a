from __future__ import annotations

from datetime import timedelta

import pytest

from app.forum.models.question import Question, QuestionTag
from app.forum.models.space import TagSynonym, Visibility
from app.forum.queries.finding import MOST_PAGES, PAGE, Search, find_page, similar_questions, similar_solved
from app.kernel.actor import ANONYMOUS, Actor, Role
from app.search.contract import Order


@pytest.fixture
def find(engine, session, reindex):
    def run(actor, text, **options):
        reindex()
        return find_page(session, actor, engine, Search(text, **options))

    return run


def ids(page):
    return [hit.id for hit in page.hits]


def accept(make, question, answer):
    with make.unit_of_work() as uow:
        uow.session.get_one(Question, question.id).accepted_answer_id = answer.id


def test_a_hit_shows_who_asked_the_marked_title_and_two_lines_of_the_accepted_answer(make, find):
    sam, mei, jo = make.user("Sam"), make.user("Mei"), make.user("Jo")
    question = make.question(asker=sam, title="VPN drops every few minutes")
    make.answer(question, author=jo, body="No idea <b>at all</b>", score=9)
    accepted = make.answer(question, author=mei, body="Let the VPN client use port 443.", working_count=3)
    accept(make, question, accepted)
    make.save(QuestionTag(question_id=question.id, tag_id=make.tag("vpn").id))

    hit = find(make.actor(sam), "vpn dropped").hits[0]

    assert str(hit.title) == "<mark>VPN</mark> <mark>drops</mark> every few minutes"
    assert str(hit.excerpt) == "Let the <mark>VPN</mark> client use port 443."
    assert (hit.asker.name, hit.solved_by.name, hit.working_count, hit.tags) == ("Sam", "Mei", 3, ("vpn",))


def test_without_an_accepted_answer_the_best_liked_one_is_shown(make, find):
    question = make.question()
    make.answer(question, body="First", score=1)
    make.answer(question, body="Best", score=4)
    make.answer(question, body="Gone", score=8, deleted_at=make.now)

    hit = find(guest(make, question), "vpn").hits[0]

    assert (str(hit.excerpt), hit.solved_by) == ("Best", None)


def guest(make, *questions):
    return type(ANONYMOUS)(space_ids=frozenset(q.space_id for q in questions))


def test_a_private_question_is_found_by_its_group_and_nobody_else(make, find):
    member, stranger = make.user(), make.user()
    secret = make.space(visibility=Visibility.PRIVATE, groups=(make.group(member),))
    question = make.question(space=secret, title="Payroll run fails")

    assert ids(find(make.actor(member), "payroll")) == [question.id]
    assert find(make.actor(stranger), "payroll").total == 0
    assert find(ANONYMOUS, "payroll").total == 0
    assert find(make.actor(stranger), f"payroll space:{secret.slug}").total == 0
    assert find(make.actor(make.user(roles=(Role.ADMINISTRATOR,))), "payroll").total == 1


def test_a_hit_the_index_should_no_longer_have_is_not_shown(make, engine, session, reindex):
    secret = make.space(visibility=Visibility.PRIVATE)
    public = make.question(title="Payroll run fails")
    deleted = make.question(title="Payroll run fails too")
    reader = guest(make, public, deleted)
    reindex()
    with make.unit_of_work() as uow:  # the index has not heard of either yet
        uow.session.get_one(Question, public.id).space_id = secret.id
        uow.session.get_one(Question, deleted.id).deleted_at = make.now

    page = find_page(session, reader, engine, Search("payroll"))

    assert page.hits == ()
    assert similar_questions(session, reader, engine, "Payroll run fails", now=make.now) == ()


def test_typed_filters_narrow(make, find):
    mei = make.user("Mei", handle="mei")
    question, other = make.question(asker=mei, title="VPN a"), make.question(title="VPN b")
    wifi = make.tag("wifi")
    make.save(QuestionTag(question_id=question.id, tag_id=wifi.id))
    make.save(TagSynonym(slug="wlan", tag_id=wifi.id, created_at=make.now))
    make.answer(other)
    reader = guest(make, question, other)

    assert ids(find(reader, "vpn tag:wifi")) == [question.id]
    assert ids(find(reader, "vpn tag:WLAN")) == [question.id]
    assert ids(find(reader, "vpn -tag:wifi")) == [other.id]
    assert ids(find(reader, "vpn user:mei")) == [question.id]
    assert ids(find(reader, "user:mei")) == [question.id]
    assert ids(find(reader, "vpn user:nobody")) == []
    assert ids(find(reader, "vpn is:unanswered")) == [question.id]
    assert ids(find(reader, "vpn is:answered")) == [other.id]


def test_filters_of_the_form_narrow(make, find, clock):
    space = make.space("Network", slug="network")
    old = make.question(title="VPN old", space=space, asked_at=clock.now() - timedelta(days=90))
    new = make.question(title="VPN new", language="de")
    accept(make, old, make.answer(old))
    reader = guest(make, old, new)

    assert ids(find(reader, "vpn", solved=True)) == [old.id]
    assert ids(find(reader, "vpn", own_language=True, languages=("de", "en"))) == [new.id]
    assert ids(find(reader, "vpn", space="network")) == [old.id]
    assert ids(find(reader, "vpn", since=clock.now() - timedelta(days=7))) == [new.id]
    assert ids(find(reader, "vpn", order=Order.NEWEST)) == [new.id, old.id]


def test_when_nothing_has_all_of_the_words_those_with_some_are_shown_and_said_to_be(make, find):
    question = make.question(title="VPN drops every few minutes")
    reader = guest(make, question)

    page = find(reader, "vpn drops elephant")

    assert (ids(page), page.loosened) == ([question.id], True)
    assert not find(reader, "vpn drops").loosened


def test_a_search_in_vain_offers_another_spelling_and_keeps_only_plain_words(make, find):
    questions = [make.question(title=f"Thunderbird trouble {n}") for n in range(3)]
    reader = guest(make, *questions)

    page = find(reader, "thunderbrid is:unanswered")

    assert page.hits == ()
    assert page.suggestion == "thunderbird is:unanswered"
    assert page.missed_words == "thunderbrid"
    assert find(reader, "mei@example.org 10.0.0.7").missed_words == ""


def test_only_the_misspelt_word_is_replaced_in_what_was_typed(make, find):
    questions = [make.question(title="VPN client drops") for _ in range(3)]
    reader = guest(make, *questions)

    assert find(reader, "tag:vpmx vpm").suggestion == "tag:vpmx vpn"
    assert find(reader, 'xvpm "client drops"vpm').suggestion == 'xvpm "client drops"vpn'


def test_while_somebody_types_the_last_word_may_be_unfinished(make, find):
    question = make.question(title="Thunderbird is slow")
    reader = guest(make, question)

    assert ids(find(reader, "slow thunderb", live=True)) == [question.id]
    assert find(reader, "thunderb").hits == ()


def test_an_empty_box_finds_nothing_and_says_nothing(make, find):
    page = find(guest(make, make.question()), "   ")

    assert (page.asked, page.hits, page.missed_words) == (False, (), "")


def test_pages_follow_each_other_without_gap_or_double_and_end(make, find):
    asker, space = make.user(), make.space(visibility=Visibility.PUBLIC)
    questions = [make.question(asker=asker, space=space, title="VPN drops") for _ in range(PAGE + 4)]
    reader = guest(make, questions[0])

    first, second = find(reader, "vpn", page=1), find(reader, "vpn", page=2)

    assert (first.has_more, second.has_more) == (True, False)
    assert sorted(ids(first) + ids(second)) == [q.id for q in questions]
    assert find(reader, "vpn", page=MOST_PAGES).hits == ()


def test_the_last_page_says_that_it_is_the_last_but_not_of_all(make, find, client, monkeypatch):
    monkeypatch.setattr("app.forum.queries.finding.MOST_PAGES", 2)
    monkeypatch.setattr("app.forum.queries.finding.PAGE", 2)
    asker, space = make.user(), make.space(visibility=Visibility.PUBLIC)
    for _ in range(5):
        question = make.question(asker=asker, space=space, title="VPN drops")
    reader = guest(make, question)

    assert [find(reader, "vpn", page=number).shown_at_most for number in (1, 2)] == [0, 4]
    assert "These were the first 4." not in client.get("/find?q=vpn").text
    assert "These were the first 4." in client.get("/find?q=vpn&page=2").text
    assert find(reader, "vpn -drops", page=1).shown_at_most == 0


@pytest.mark.parametrize("count", [1, PAGE])
def test_a_search_costs_four_statements_however_many_hits(make, engine, session, reindex, count_statements, count):
    asker, space = make.user(), make.space(visibility=Visibility.PUBLIC)
    for _ in range(count):
        make.answer(make.question(asker=asker, space=space, title="VPN drops"))
    reindex()
    reader = type(ANONYMOUS)(space_ids=frozenset({space.id}))

    with count_statements() as seen:
        assert len(find_page(session, reader, engine, Search("vpn drops")).hits) == count
    with count_statements() as similar:
        assert similar_questions(session, reader, engine, "My VPN drops", now=make.now)

    assert len(seen) == 4  # spaces, hits with their best answer, tags, people
    assert len(similar) == 4  # what decides between them, and the same but spaces


def test_similar_questions_come_with_their_best_answer(make, engine, session, reindex):
    question, other = make.question(title="VPN drops every few minutes"), make.question(title="Printer is offline")
    make.answer(question, body="Switch the VPN to TCP 443.")
    reindex()
    reader = guest(make, question, other)

    found = similar_questions(session, reader, engine, "My vpn keeps dropping", now=make.now)

    assert [hit.id for hit in found] == [question.id]
    assert str(found[0].excerpt) == "Switch the <mark>VPN</mark> to TCP 443."


def test_of_questions_as_similar_the_recent_comes_first_and_then_the_solved_one(make, engine, session, reindex):
    open_one, solved, recent = (
        make.question(title="VPN drops every few minutes", asked_at=make.now - timedelta(days=days))
        for days in (800, 800, 1)
    )
    for question in (open_one, solved, recent):
        make.answer(question, body="Switch the VPN to TCP 443.")
    accept(make, solved, make.answer(solved, body="Switch the VPN to TCP 443."))
    reindex()
    reader = guest(make, open_one, solved, recent)

    found = similar_questions(session, reader, engine, "My VPN keeps dropping", now=make.now)

    assert [hit.id for hit in found] == [recent.id, solved.id, open_one.id]


def test_of_questions_as_similar_the_answered_comes_first_and_then_what_one_can_read(make, engine, session, reindex):
    foreign, unanswered, answered = (
        make.question(title="VPN drops", language=language, asked_at=make.now - timedelta(days=900))
        for language in ("fr", "en", "en")
    )
    make.answer(answered, body="Try it at noon.")
    reindex()
    reader = guest(make, foreign, unanswered, answered)

    found = similar_questions(session, reader, engine, "VPN drops", now=make.now, languages=("en",))

    assert [hit.id for hit in found] == [answered.id, unanswered.id, foreign.id]


def test_similar_solved_questions_leave_out_open_ones_and_the_question_itself(make, engine, session, reindex):
    solved, unsolved, own = (make.question(title="VPN drops every few minutes") for _ in range(3))
    accept(make, solved, make.answer(solved))
    reindex()
    reader = guest(make, solved, unsolved, own)

    found = similar_questions(
        session, reader, engine, "VPN drops", now=make.now, solved_only=True, excluded_ids=[own.id]
    )

    assert [hit.id for hit in found] == [solved.id]


def test_whoever_takes_a_question_over_sees_how_others_like_it_were_solved(make, engine, session, reindex):
    space, elsewhere = make.space(), make.space()
    asked = make.question(space=space, title="VPN drops every few minutes")
    solved, foreign = (make.question(space=s, title="VPN drops at noon") for s in (space, elsewhere))
    for question in (solved, foreign):
        accept(make, question, make.answer(question))
    reindex()

    agent = make.actor(make.user(roles=(Role.AGENT,)))
    assert {hit.id for hit in similar_solved(session, agent, engine, asked.id)} == {solved.id, foreign.id}
    assert [hit.id for hit in similar_solved(session, Actor(is_system=True), engine, asked.id)] == [solved.id]


def test_a_sentence_of_stop_words_has_nothing_similar(make, engine, session, reindex):
    question = make.question(title="VPN drops")
    reindex()

    assert similar_questions(session, guest(make, question), engine, "?!", now=make.now) == ()

from __future__ import annotations

import pytest

from app.forum.models.question import Question, QuestionTag
from app.forum.queries.finding import Search, find_page
from app.forum.search_documents import question_documents
from app.forum.services.accepting import AcceptAnswer, accept_answer
from app.forum.services.answering import PostAnswer, post_answer
from app.forum.services.asking import AskQuestion, ask_question
from app.forum.services.deleting import DeleteQuestion, RestoreQuestion, delete_question, restore_question
from app.forum.services.editing import EditQuestion, edit_question
from app.forum.services.tagging import AddSynonym, add_synonym
from app.kernel.actor import Role
from app.search.contract import DocumentSource, SearchEngine
from app.search.maintenance import find_drift, heal
from app.search.misses import record_miss, telling_words
from app.search.models import SearchMiss
from app.text.contract import RichText


def rich(text: str) -> RichText:
    return RichText(text, f"<p>{text}</p>", 1)


@pytest.fixture
def found(engine, runtime, session):
    """Search like a person who has just loaded the page."""

    def search(actor, text: str) -> list[int]:
        runtime.relay.drain()
        engine.refresh()
        session.rollback()  # a new page reads what is true now
        return [hit.id for hit in find_page(session, actor, engine, Search(text)).hits]

    return search


def test_a_question_is_found_by_the_next_search_after_its_facts_were_delivered(engine, make, unit_of_work, found):
    space = make.space()
    mei = make.actor(make.user("Mei"))

    with unit_of_work() as uow:
        question = ask_question(
            uow, mei, AskQuestion(space.id, "VPN drops every few minutes", rich("Since noon"), "slowed")
        )

    assert found(mei, "vpn drop") == [question.id]


def test_the_index_follows_edits_answers_deletion_and_restoring(engine, make, unit_of_work, found):
    sam_user = make.user("Sam")
    space = make.space()
    sam, mei = make.actor(sam_user), make.actor(make.user("Mei"))
    moderator = make.actor(make.user("Leila", roles=(Role.MODERATOR,)))
    with unit_of_work() as uow:
        question = ask_question(
            uow, sam, AskQuestion(space.id, "Printer is offline again", rich("On floor three"), "nothing")
        )
    with unit_of_work() as uow:
        post_answer(uow, mei, PostAnswer(question.id, rich("Restart the print spooler service")))
    assert found(sam, "spooler") == [question.id]

    with unit_of_work() as uow:
        edit_question(
            uow, sam, EditQuestion(question.id, 1, "Plotter is offline again", rich("On floor four"), (), "nothing", "")
        )
    assert found(sam, "plotter") == [question.id]
    assert found(sam, "printer") == []

    with unit_of_work() as uow:
        delete_question(uow, moderator, DeleteQuestion(question.id, "spam"))
    assert found(sam, "plotter") == []
    assert engine.num_docs() == 0

    with unit_of_work() as uow:
        restore_question(uow, moderator, RestoreQuestion(question.id))
    assert found(sam, "plotter") == [question.id]


def test_acceptance_is_a_filter(engine, make, unit_of_work, found):
    sam_user, space = make.user("Sam"), make.space()
    sam, mei = make.actor(sam_user), make.actor(make.user("Mei"))
    question = make.question(asker=sam_user, space=space, title="Mail is slow today")
    with unit_of_work() as uow:
        answer = post_answer(uow, mei, PostAnswer(question.id, rich("Compact the folders")))
    assert found(sam, "mail is:accepted") == []

    with unit_of_work() as uow:
        accept_answer(uow, sam, AcceptAnswer(answer.id))

    assert found(sam, "mail is:accepted") == [question.id]


def test_a_delivery_that_comes_twice_changes_nothing(engine, source, make, runtime, unit_of_work, found):
    space = make.space()
    sam = make.actor(make.user("Sam"))
    with unit_of_work() as uow:
        ask_question(uow, sam, AskQuestion(space.id, "VPN drops every few minutes", rich("Since noon"), "slowed"))
    runtime.relay.drain()

    heal(engine, source)
    engine.refresh()

    assert engine.num_docs() == 1
    assert find_drift(engine, source).count == 0


def test_deleted_and_merged_questions_and_deleted_answers_are_no_documents(make, session, clock):
    kept, merged = make.question(title="Kept one here"), make.question(merged_at=clock.now())
    gone = make.question(deleted_at=clock.now())
    make.answer(kept, body="Visible help")
    make.answer(kept, body="Withdrawn help", deleted_at=clock.now())

    documents = question_documents(session, [kept.id, merged.id, gone.id])

    assert [document.id for document in documents] == [kept.id]
    assert "Visible help" in documents[0].body
    assert "Withdrawn" not in documents[0].body


def test_a_document_carries_what_can_be_asked_for(make, session):
    asker, helper = make.user(), make.user()
    question = make.question(asker=asker, language="de-AT")
    answer = make.answer(question, author=helper)
    with make.unit_of_work() as uow:
        uow.session.get_one(Question, question.id).accepted_answer_id = answer.id
    tag = make.tag("c++")
    make.save(QuestionTag(question_id=question.id, tag_id=tag.id))

    document = question_documents(session, [question.id])[0]

    assert (document.language, document.tags, document.space_id) == ("de", ("c++",), question.space_id)
    assert document.authors == (str(asker.id), str(helper.id))
    assert (document.has_answer, document.has_accepted) == (True, True)


@pytest.mark.parametrize("count", [3, 30])
def test_documents_cost_three_statements_and_versions_two_however_many(make, session, source, count_statements, count):
    asker, space = make.user(), make.space()
    questions = [make.question(asker=asker, space=space) for _ in range(count)]
    for question in questions:
        make.answer(question, author=asker)

    with count_statements() as read:
        assert len(question_documents(session, [q.id for q in questions])) == count
    with count_statements() as compared:
        versions = source.versions(1, 10_000)

    assert (len(read), len(compared)) == (3, 2)
    assert versions == {d.id: d.version for d in question_documents(session, [q.id for q in questions])}


def test_every_indexed_change_changes_the_version(make, source):
    question, elsewhere, tag = make.question(), make.space(), make.tag()

    def version():
        return source.versions(1, 10)[question.id]

    def change(**fields: int) -> None:
        with make.unit_of_work() as uow:
            row = uow.session.get_one(Question, question.id)
            for name, value in fields.items():
                setattr(row, name, value)

    seen = [version()]
    answer = make.answer(question)
    seen.append(version())
    for fields in ({"revision": 2}, {"space_id": elsewhere.id}, {"accepted_answer_id": answer.id}):
        change(**fields)
        seen.append(version())
    make.save(QuestionTag(question_id=question.id, tag_id=tag.id))
    seen.append(version())

    assert len(set(seen)) == len(seen) == 6


def test_a_vote_costs_the_index_nothing(make, source):
    question = make.question()
    before = source.versions(1, 10)
    with make.unit_of_work() as uow:
        row = uow.session.get_one(Question, question.id)
        row.score, row.version = 5, row.version + 1

    assert source.versions(1, 10) == before


def test_the_command_rebuilds_and_the_check_finds_and_heals_drift(app, make, engine, session):
    question = make.question(title="VPN drops every few minutes")
    run = app.test_cli_runner().invoke

    missing = run(args=["search", "check"])
    assert missing.exit_code == 1
    assert f"1 missing: {question.id}" in missing.output

    rebuilt = run(args=["search", "rebuild"])
    assert rebuilt.exit_code == 0
    assert "1 questions can be found" in rebuilt.output
    assert run(args=["search", "check"]).exit_code == 0

    with make.unit_of_work() as uow:
        uow.session.delete(uow.session.get_one(Question, question.id))
    healed = run(args=["search", "check", "--heal"])
    assert healed.exit_code == 0
    assert f"1 superfluous: {question.id}" in healed.output
    engine.refresh()
    assert engine.num_docs() == 0


def test_the_nightly_job_fills_an_empty_index(runtime, make, clock):
    engine, source = runtime.ports[SearchEngine], runtime.ports[DocumentSource]
    make.question(title="VPN drops every few minutes")

    runtime.jobs.run_due()

    engine.refresh()
    assert find_drift(engine, source).count == 0
    assert engine.num_docs() == 1


def test_searches_in_vain_are_counted_by_day_without_saying_who(unit_of_work, session, clock):
    words = telling_words(["The", "Fax", "machine", "mei@example.org", "10.0.0.7", "KB1234567"], ["en"])
    assert words == "fax machine"
    for _ in range(2):
        with unit_of_work() as uow:
            record_miss(uow, words)

    row = session.get_one(SearchMiss, (clock.now().date(), "fax machine"))
    assert row.count == 2


def test_searches_in_vain_are_forgotten_after_ninety_days(runtime, unit_of_work, session, clock):
    with unit_of_work() as uow:
        record_miss(uow, "fax machine")
    runtime.jobs.run_due()
    assert session.query(SearchMiss).count() == 1
    session.rollback()

    clock.advance(days=91)
    runtime.jobs.run_due()

    assert session.query(SearchMiss).count() == 0


def test_joined_tags_are_found_under_their_new_name(make, unit_of_work, reindex, found):
    question = make.question(title="No signal on floor three")
    moderator = make.actor(make.user("Leila", roles=(Role.MODERATOR,)))
    wifi, wlan = make.tag("wifi"), make.tag("wlan")
    make.save(QuestionTag(question_id=question.id, tag_id=wlan.id))
    reindex()
    assert found(moderator, "signal tag:wlan") == [question.id]

    with unit_of_work() as uow:
        add_synonym(uow, moderator, AddSynonym(wifi.id, "wlan"))

    assert found(moderator, "signal tag:wifi") == [question.id]
    assert found(moderator, "signal tag:wlan") == [question.id]

"""What really asks something of its own becomes a question by whoever wrote it; the thread says where it went."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.escalation.contract import EscalateNow, ReplyToAsker, escalate_now, reply_to_asker
from app.escalation.models.clocks import QuestionClock
from app.forum.access import access_attachment
from app.forum.models.answer import Answer, Attachment, Comment, Mention
from app.forum.models.question import Question, QuestionFollow, QuestionTag
from app.forum.services.accepting import AcceptAnswer, accept_answer
from app.forum.services.answering import PostAnswer, post_answer
from app.forum.services.commenting import PostComment, post_comment
from app.forum.services.deleting import RestoreAnswer, restore_answer
from app.forum.services.overtaken import Overtaken
from app.forum.services.voting import SetVote, set_vote
from app.identity.models import User
from app.kernel.actor import Role
from app.kernel.errors import NotFound
from app.kernel.models import AuditEntry, KeptMail
from app.notify.models import InboxItem
from app.reputation.contract import check_ledger, scores
from app.web.runtime import Runtime
from tests.conftest import CountStatements
from tests.support.clock import FixedClock
from tests.support.factories import Make
from tests.support.texts import rich

WORDS = "I have the same but with the dock: both screens stay dark."
TITLE = "Both screens stay dark at the dock"
SENT = {"title": TITLE, "impact": "blocked", "tags": "dock, screen"}
Browser = Callable[[User], FlaskClient]


@pytest.fixture
def browser(app: Flask, make: Make) -> Browser:
    def signed_in(user: User) -> FlaskClient:
        client = app.test_client()
        make.sign_in(client, user)
        return client

    return signed_in


@pytest.fixture
def mei(make: Make) -> User:
    return make.user("Mei Tanaka")


@pytest.fixture
def jo(make: Make) -> User:
    return make.user("Jo Lindqvist", roles=(Role.AGENT,))


@pytest.fixture
def question(make: Make) -> Question:
    return make.question(asker=make.user("Sam Okafor"))


@pytest.fixture
def answer_id(make: Make, question: Question, mei: User) -> int:
    with make.unit_of_work() as uow:
        return post_answer(uow, make.actor(mei), PostAnswer(question.id, rich(WORDS))).id


def comment_on(make: Make, who: User, question: Question, answer_id: int | None, words: str, **more: bool) -> int:
    trusted = make.actor(who, privileges=frozenset({"comment", "edit"}))
    with make.unit_of_work() as uow:
        return post_comment(uow, trusted, PostComment(question.id, answer_id, rich(words), **more)).id


def split_off(session: Session) -> Question:
    session.rollback()
    return session.scalars(select(Question).where(Question.split_from_id.is_not(None))).one()


def test_an_answer_becomes_a_question_by_its_author_with_a_promise_from_now(
    make: Make, browser: Browser, session: Session, question: Question, answer_id: int, mei: User, jo: User,
    clock: FixedClock,
) -> None:  # fmt: skip
    clock.advance(minutes=20)
    jos, here = browser(jo), f"/questions/{question.id}"
    assert f'href="/answers/{answer_id}/split"' in jos.get(here).text
    make.save(QuestionTag(question_id=question.id, tag_id=make.tag("vpn-client").id))
    form = jos.get(f"/answers/{answer_id}/split").text
    assert WORDS in form
    assert 'value="vpn-client"' in form, "the tags of the thread are there to begin with"
    done = jos.post(f"/answers/{answer_id}/split", data=SENT)
    new = split_off(session)
    assert (done.status_code, done.location) == (303, f"/questions/{new.id}")
    assert (new.title, new.body, new.impact, new.asker_id) == (TITLE, WORDS, "blocked", mei.id)
    assert (new.space_id, new.split_from_id, new.asked_at) == (question.space_id, question.id, make.now)
    page = jos.get(done.location).text
    assert f'<a href="{here}">This came up under another question</a>' in page
    assert "It is a question of its own now." in page
    assert 'href="/tags/dock"' in page
    thread = jos.get(here).text
    assert f'<a href="/questions/{new.id}">Mei Tanaka asked this as a question of its own</a>' in thread
    assert WORDS not in thread
    assert "No answers yet" in thread
    clocks = {c.question_id: c for c in session.scalars(select(QuestionClock))}
    assert (clocks[new.id].started_at, clocks[new.id].stopped_at, clocks[new.id].impact) == (make.now, None, "blocked")
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "answer.split")).one()
    assert (entry.actor_id, entry.subject_id, entry.details) == (jo.id, answer_id, {"question_id": new.id})


def test_a_comment_becomes_one_too_and_the_old_line_stands_among_the_others(
    make: Make, browser: Browser, session: Session, question: Question, mei: User, jo: User
) -> None:
    first = comment_on(make, mei, question, None, WORDS)
    comment_on(make, make.user(), question, None, "Which client?")
    jos, place = browser(jo), f"/comments/{first}/split"
    assert WORDS in jos.get(place).text
    assert jos.post(place, data=SENT | {"title": ""}).status_code == 422
    assert jos.post(place, data=SENT).status_code == 303
    new = split_off(session)
    thread = browser(jo).get(f"/questions/{question.id}").text
    line = thread.index(f'<a href="/questions/{new.id}">Mei Tanaka asked this')
    assert thread.index(f'id="c{first}"') < line < thread.index("Which client?")
    assert (new.body, new.asker_id) == (WORDS, mei.id)
    assert session.get_one(Question, question.id).comment_count == 1
    assert session.get_one(Comment, first).became_question_id == new.id


def test_what_others_said_below_goes_along_with_files_and_mentions(
    make: Make, browser: Browser, session: Session, question: Question, mei: User, jo: User
) -> None:
    for key in ("goes-along", "stays-here"):
        make.save(
            Attachment(
                key=key, uploader_id=mei.id, name="a.log", media_type="text/plain", size_bytes=1, sha256="", width=None,
                height=None, uploaded_at=make.now,
            )
        )  # fmt: skip
    ada = make.user("Ada Peer", handle="ada")
    peer = make.actor(make.user("Bo Reader"))
    with make.unit_of_work() as uow:
        words = rich(f"{WORDS} @ada [log](/files/goes-along/a.log)", files=("goes-along",))
        answer_id = post_answer(uow, make.actor(mei), PostAnswer(question.id, words)).id
        stays = rich("See [log](/files/stays-here/a.log)", files=("stays-here",))
        post_answer(uow, make.actor(mei), PostAnswer(question.id, stays))
    below = comment_on(make, ada, question, answer_id, "Which dock is it?")
    browser(jo).post(f"/answers/{answer_id}/split", data=SENT)
    new = split_off(session)
    page = browser(jo).get(f"/questions/{new.id}").text
    assert "Which dock is it?" in page
    assert f'id="c{below}"' in page
    assert "Which dock is it?" not in browser(jo).get(f"/questions/{question.id}").text
    files = {f.key: f.question_id for f in session.scalars(select(Attachment))}
    assert files == {"goes-along": new.id, "stays-here": question.id}
    assert access_attachment(session, peer, "goes-along").question_id == new.id
    mention = session.scalars(select(Mention)).one()
    assert (mention.question_id, mention.answer_id, mention.user_id) == (new.id, None, ada.id)
    follows = select(QuestionFollow.user_id).where(QuestionFollow.question_id == new.id)
    assert set(session.scalars(follows)) == {mei.id, ada.id}


def test_a_file_that_the_old_thread_names_too_is_read_there_still(
    make: Make, browser: Browser, session: Session, question: Question, mei: User, jo: User
) -> None:
    make.save(
        Attachment(
            key="in-both", uploader_id=mei.id, name="a.log", media_type="text/plain", size_bytes=1, sha256="",
            width=None, height=None, uploaded_at=make.now,
        )
    )  # fmt: skip
    with make.unit_of_work() as uow:
        words = rich(f"{WORDS} [log](/files/in-both/a.log)", files=("in-both",))
        answer_id = post_answer(uow, make.actor(mei), PostAnswer(question.id, words)).id
    quoting = comment_on(make, mei, question, None, "Look at /files/in-both/a.log")
    browser(jo).post(f"/answers/{answer_id}/split", data=SENT)
    new = split_off(session)
    with make.unit_of_work() as uow:
        uow.session.get_one(Question, new.id).body = "The log is not needed."
    session.rollback()
    reader = make.actor(make.user())
    assert access_attachment(session, reader, "in-both").question_id == new.id
    with make.unit_of_work() as uow:
        uow.session.get_one(Comment, quoting).deleted_at = uow.now
    session.rollback()
    with pytest.raises(NotFound):
        access_attachment(session, reader, "in-both")


def test_its_author_and_who_was_part_of_it_are_told_once_and_nobody_hears_of_a_removal(
    make: Make, browser: Browser, session: Session, question: Question, mei: User, jo: User, runtime: Runtime,
    answer_id: int,
) -> None:  # fmt: skip
    ada = make.user("Ada Peer")
    comment_on(make, ada, question, answer_id, "Which dock is it?")
    runtime.relay.drain()
    browser(jo).post(f"/answers/{answer_id}/split", data=SENT)
    runtime.relay.drain()
    new = split_off(session)
    for person in (mei, ada):
        items = session.scalars(
            select(InboxItem).where(InboxItem.user_id == person.id, InboxItem.question_id == new.id)
        )
        assert [item.kind for item in items] == ["split_off"]
        letters = session.scalars(select(KeptMail).where(KeptMail.to == person.email)).all()
        (letter,) = [each for each in letters if "question of its own" in each.subject]
        assert letter.subject == f"Jo Lindqvist made this a question of its own: {TITLE}"
        assert f"/questions/{new.id}\n" in letter.text
        assert not [each for each in letters if "took your" in each.subject]


def test_votes_stay_behind_and_what_they_gave_is_taken_back(
    make: Make, browser: Browser, session: Session, question: Question, mei: User, jo: User, answer_id: int
) -> None:
    voter = make.actor(make.user(), privileges=frozenset({"vote_up"}))
    with make.unit_of_work() as uow:
        set_vote(uow, voter, SetVote(None, answer_id, 1))
    session.rollback()
    before = scores(session, [mei.id])[mei.id]
    browser(jo).post(f"/answers/{answer_id}/split", data=SENT)
    assert split_off(session).score == 0
    assert (before, scores(session, [mei.id])[mei.id]) == (11, 1)
    assert check_ledger(session) == [], "the kept sum, the rows and the facts agree"


@pytest.mark.parametrize(
    ("why", "sentence"),
    [
        ("accepted", "This answer solved the question, so it stays with it."),
        ("from the desk", "This is the service desk’s reply to the person who asked, so it stays here."),
        ("asks back", "This asks something of the person who asked, so it stays here."),
    ],
)
def test_what_others_build_on_stays_and_says_why(
    make: Make, browser: Browser, session: Session, question: Question, jo: User, answer_id: int, why: str,
    sentence: str,
) -> None:  # fmt: skip
    place = f"/answers/{answer_id}/split"
    sam = session.get_one(User, question.asker_id)
    if why == "accepted":
        with make.unit_of_work() as uow:
            accept_answer(uow, make.actor(sam), AcceptAnswer(answer_id))
    elif why == "asks back":
        place = f"/comments/{comment_on(make, jo, question, None, 'Which dock?', asks_back=True)}/split"
    else:
        with make.unit_of_work() as uow:
            ticket_id = escalate_now(uow, make.actor(sam), EscalateNow(question.id)).id
            reply_to_asker(uow, make.actor(jo), ReplyToAsker(ticket_id, rich("Use gateway 4.")))
        session.rollback()
        place = f"/answers/{session.scalars(select(Answer.id).where(Answer.from_desk)).one()}/split"
    assert f'href="{place}"' not in browser(jo).get(f"/questions/{question.id}").text
    for answered in (browser(jo).get(place), browser(jo).post(place, data=SENT)):
        assert answered.status_code == 403
        assert sentence in answered.text
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Question)) == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"title": ""}, "Say what is wrong in one sentence"),
        ({"title": "Dark"}, "Say it in a few more words"),
        ({"impact": ""}, "Choose what it keeps them from doing"),
        ({"tags": "a b c d e f"}, "Use at most 5 tags."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    browser: Browser, session: Session, jo: User, answer_id: int, typed: dict[str, str], sentence: str
) -> None:
    sent = SENT | typed
    refused = browser(jo).post(f"/answers/{answer_id}/split", data=sent)
    assert refused.status_code == 422
    assert refused.text.count(sentence) == 2, "in the summary and at the field"
    assert all(value in refused.text for value in sent.values())
    session.rollback()
    assert session.get_one(Answer, answer_id).became_question_id is None


def test_twice_is_once_and_who_is_too_late_is_told_by_whom(
    make: Make, browser: Browser, session: Session, jo: User, answer_id: int
) -> None:
    jos, place = browser(jo), f"/answers/{answer_id}/split"
    once = SENT | {"once": "one form"}
    first, again = (jos.post(place, data=once) for _ in range(2))
    assert (first.status_code, again.status_code, again.location) == (303, 303, first.location)
    late = browser(make.user("Lee Moreau", roles=(Role.MODERATOR,)))
    for answered in (late.get(place), late.post(place, data=SENT)):
        assert answered.status_code == 409
        assert "Somebody has already made this a question of its own." in answered.text
        assert "Jo Lindqvist" in answered.text
    assert browser(jo).get(place).status_code == 409
    split_off(session)
    moderator = make.actor(make.user(roles=(Role.MODERATOR,)))
    with pytest.raises(Overtaken, match="split_already"), make.unit_of_work() as uow:
        restore_answer(uow, moderator, RestoreAnswer(answer_id))


def test_the_desk_splits_from_the_ticket_and_reads_there_where_it_went(
    make: Make, browser: Browser, session: Session, question: Question, jo: User, answer_id: int
) -> None:
    below = comment_on(make, make.user("Ada Peer"), question, None, "And what about the printer?")
    with make.unit_of_work() as uow:
        ticket_id = escalate_now(uow, make.actor(session.get_one(User, question.asker_id)), EscalateNow(question.id)).id
    jos, place = browser(jo), f"/waiting/{ticket_id}"
    page = jos.get(place).text
    for address in (f"/answers/{answer_id}/split", f"/comments/{below}/split"):
        assert f'href="{address}"' in page
    jos.post(f"/answers/{answer_id}/split", data=SENT)
    new, page = split_off(session), jos.get(place).text
    assert f'<a href="/questions/{new.id}">Mei Tanaka asked this as a question of its own</a>' in page
    assert WORDS not in page
    assert page.index("Since this morning.") < page.index("Mei Tanaka asked this as")


def test_only_staff_do_it(
    make: Make, browser: Browser, app: Flask, mei: User, answer_id: int, session: Session
) -> None:
    place = f"/answers/{answer_id}/split"
    assert browser(mei).get(place).status_code == browser(mei).post(place, data=SENT).status_code == 403
    assert app.test_client().post(place, data=SENT).status_code in {302, 303, 401}
    session.rollback()
    assert session.get_one(Answer, answer_id).became_question_id is None


def test_the_line_costs_no_statement(
    make: Make, browser: Browser, question: Question, jo: User, answer_id: int, count_statements: CountStatements
) -> None:
    jos = browser(jo)
    with count_statements() as before:
        jos.get(f"/questions/{question.id}")
    jos.post(f"/answers/{answer_id}/split", data=SENT)
    jos.get(f"/questions/{question.id}")  # the note that it is done
    with count_statements() as after:
        jos.get(f"/questions/{question.id}")
    assert len(after) <= len(before)

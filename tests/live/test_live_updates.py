from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.escalation.contract import EscalateNow, escalate_now
from app.escalation.services.working import WriteNote, write_note
from app.forum.contract import MoveQuestion, move_question
from app.forum.models.question import Question
from app.forum.models.space import Visibility
from app.forum.services.answering import PostAnswer, post_answer
from app.forum.services.voting import SetVote, set_vote
from app.identity.models import User
from app.kernel.actor import ANONYMOUS, Role
from app.live.access import may_join
from app.live.hints import Draft
from app.live.models import StreamEvent
from app.live.queries.missing import MOST
from app.live.services.recording import KEPT, forget_old_hints, record_hints
from app.live.socket import LiveUpdates
from app.web.runtime import Runtime
from tests.support.clock import FixedClock
from tests.support.factories import Make
from tests.support.texts import rich


class Page:
    """An open page: a signed-in browser's connection and what it has heard."""

    def __init__(self, app: Flask, make: Make, user: User | None) -> None:
        browser = app.test_client()
        if user is not None:
            make.sign_in(browser, user)
        live: LiveUpdates = app.extensions["peerdesk"].ports[LiveUpdates]
        self._connection = live.socket.test_client(app, flask_test_client=browser)

    @property
    def connected(self) -> bool:
        return bool(self._connection.is_connected())

    def join(self, room: object, cursor: int = 0, age: int = 0) -> bool:
        answer: dict[str, bool] = self._connection.emit(
            "join", {"room": room, "cursor": cursor, "age": age}, callback=True
        )
        return answer["joined"]

    def say(self, name: str, value: object) -> None:
        self._connection.emit(name, value)

    def heard(self, *names: str) -> list[dict[str, Any]]:
        wanted = names or ("hint", "count", "reset", "presence")
        return [m["args"][0] for m in self._connection.get_received() if m["name"] in wanted]


@pytest.fixture
def question(make: Make) -> Question:
    return make.question(space=make.space(visibility=Visibility.INTERNAL))


def answer(runtime: Runtime, make: Make, question: Question, author: User) -> int:
    with runtime.unit_of_work() as uow:
        answer_id = post_answer(uow, make.actor(author), PostAnswer(question.id, rich())).id
    runtime.relay.drain()
    return answer_id


def test_an_open_page_hears_of_a_new_answer_by_ids_only(app, make, runtime, question):
    reader, author = make.user(), make.user()
    page = Page(app, make, reader)
    assert page.join(f"q:{question.id}")

    answer_id = answer(runtime, make, question, author)

    (hint,) = page.heard("hint")
    assert hint == {"id": hint["id"], "kind": "answer", "place": f"a{answer_id}", "by": author.id}


def test_a_vote_patches_the_count_and_does_not_tell_who(app, make, runtime, question):
    page = Page(app, make, make.user())
    found = make.answer(question)
    page.join(f"q:{question.id}")

    voter = make.actor(make.user(), privileges=frozenset({"vote_up"}))

    with runtime.unit_of_work() as uow:
        set_vote(uow, voter, SetVote(question_id=None, answer_id=found.id, value=1))
    runtime.relay.drain()

    (count,) = page.heard("count")
    assert (count["place"], count["n"], count["by"]) == (f"a{found.id}", 1, None)


def test_guests_are_not_let_in(app, make):
    assert not Page(app, make, None).connected


def test_a_page_that_was_away_hears_what_it_missed(app, make, runtime, question):
    first = answer(runtime, make, question, make.user())
    page = Page(app, make, make.user())
    page.join(f"q:{question.id}", age=60_000)
    seen = [h["place"] for h in page.heard("hint")]
    with runtime.reads() as session:
        cursor = session.scalar(select(func.max(StreamEvent.id)))
    second = answer(runtime, make, question, make.user())

    back = Page(app, make, make.user())
    back.join(f"q:{question.id}", cursor=cursor)

    assert seen in ([f"a{first}"], [])  # within the clock's same instant nothing is «after»
    assert [h["place"] for h in back.heard("hint")] == [f"a{second}"]


def test_a_page_that_missed_too_much_is_told_to_load_again(app, make, runtime, question):
    room = f"q:{question.id}"
    for number in range(MOST + 2):
        with runtime.unit_of_work() as uow:
            record_hints(uow, {number + 1: [Draft(room, "state", "q1", None)]})
    page = Page(app, make, make.user())

    with runtime.reads() as session:
        oldest = session.scalar(select(func.min(StreamEvent.id)))
    page.join(room, cursor=oldest)

    assert [set(m) for m in page.heard()] == [{"room", "to"}]


def test_a_cursor_older_than_the_log_means_load_again(app, make, runtime, question, clock: FixedClock):
    room = f"q:{question.id}"
    for number in (1, 2):
        with runtime.unit_of_work() as uow:
            record_hints(uow, {number: [Draft(room, "state", "q1", None)]})
        clock.advance(hours=25)
    clock.at += KEPT
    with runtime.unit_of_work() as uow:
        forget_old_hints(uow)
        record_hints(uow, {3: [Draft(room, "state", "q1", None)]})

    page = Page(app, make, make.user())
    page.join(room, cursor=1)

    assert [set(m) for m in page.heard()] == [{"room", "to"}]


def test_a_fact_delivered_twice_is_one_hint_with_one_id(runtime):
    ids = []
    for _delivery in range(2):
        with runtime.unit_of_work() as uow:
            ids.append([row.id for row in record_hints(uow, {7: [Draft("q:1", "answer", "a1", None)]})])

    assert ids[0] == ids[1]


def test_the_hints_of_many_facts_are_written_in_their_order_and_at_once(runtime, count_statements):
    def hints(*numbers):
        drafts = {
            n: [Draft(f"q:{n}", "state", f"q{n}", None), Draft("desk:1", "queue", f"t{n}", None)] for n in numbers
        }
        with runtime.unit_of_work() as uow, count_statements() as seen:
            found = [(row.message_id, row.room, row.id) for row in record_hints(uow, drafts)]
        return found, len(seen) - (runtime.settings.database_address.startswith("postgresql"))

    first, one = hints(1)
    all_of_them, many = hints(1, 2, 3)

    assert (one, many) == (2, 2)
    assert all_of_them[:2] == first
    assert [room for _, room, _ in all_of_them] == ["q:1", "desk:1", "q:2", "desk:1", "q:3", "desk:1"]
    assert sorted(all_of_them, key=lambda hint: hint[2]) == all_of_them


@pytest.mark.parametrize("room", ["", "q:", "q:x", "q:-1", "q:²", "z:1", "q:99999999999999999999999", "u:1:2"])
def test_a_room_that_is_no_room_is_not_joined(make, session, room):
    assert not may_join(session, make.actor(make.user()), room)


def test_rooms_open_to_whom_their_pages_open(make, session, question):
    reader, agent = make.actor(make.user()), make.actor(make.user(roles=(Role.AGENT,)))
    private = make.question(space=make.space(visibility=Visibility.PRIVATE))

    assert may_join(session, reader, f"q:{question.id}")
    assert not may_join(session, reader, f"q:{private.id}")
    assert not may_join(session, ANONYMOUS, f"q:{question.id}")
    assert may_join(session, reader, f"u:{reader.id}")
    assert not may_join(session, reader, f"u:{agent.id}")
    assert may_join(session, agent, "desk:1")
    assert not may_join(session, reader, "desk:1")


def test_others_see_who_is_writing_but_not_at_every_key(app, make, question):
    writer, reader = make.user("Mei Tanaka"), make.user()
    writing, reading = Page(app, make, writer), Page(app, make, reader)
    for page in (writing, reading):
        page.join(f"q:{question.id}")

    for _key in range(3):
        writing.say("writing", {"room": f"q:{question.id}"})

    assert [p["who"] for p in reading.heard("presence")] == ["Mei Tanaka"]
    assert writing.heard("presence") == []


def test_nobody_is_announced_in_a_room_they_are_not_in(app, make, question):
    writing, reading = Page(app, make, make.user()), Page(app, make, make.user())
    reading.join(f"q:{question.id}")

    writing.say("writing", {"room": f"q:{question.id}"})

    assert reading.heard("presence") == []


def test_agents_see_who_is_replying_to_whom_and_nobody_else_does(app, make):
    jo, mei, sam = make.user("Jo Lindqvist", roles=(Role.AGENT,)), make.user(roles=(Role.AGENT,)), make.user()
    public = make.question(asker=sam, space=make.space())
    hidden = make.question(asker=sam, space=make.space(visibility=Visibility.PRIVATE, groups=(make.group(jo, sam),)))
    with make.unit_of_work() as uow:
        tickets = [escalate_now(uow, make.actor(sam), EscalateNow(q.id)) for q in (public, hidden)]
    desk, places = f"desk:{tickets[0].desk_id}", [f"t{ticket.id}" for ticket in tickets]
    writing, reading, asking = (Page(app, make, person) for person in (jo, mei, sam))
    assert [page.join(desk) for page in (writing, reading, asking)] == [True, True, False]
    asking.join(f"q:{public.id}")

    for place in (*places, places[0], "t999", ""):
        writing.say("writing", {"room": desk, "place": place})

    assert reading.heard("presence") == [{"room": desk, "who": "Jo Lindqvist", "place": places[0]}]
    assert asking.heard("presence") == []


def test_a_private_note_reaches_agents_pages_and_nobody_elses(app, make, runtime):
    jo, mei, sam = make.user(roles=(Role.AGENT,)), make.user(roles=(Role.AGENT,)), make.user()
    question = make.question(asker=sam, space=make.space())
    with make.unit_of_work() as uow:
        ticket = escalate_now(uow, make.actor(sam), EscalateNow(question.id))
    runtime.relay.drain()
    reading, asking = Page(app, make, mei), Page(app, make, sam)
    assert reading.join(f"ticket:{ticket.id}")
    assert asking.join(f"q:{question.id}")

    with make.unit_of_work() as uow:
        write_note(uow, make.actor(jo), WriteNote(ticket.id, rich()))
    runtime.relay.drain()

    assert [(hint["place"], hint["by"]) for hint in reading.heard("hint")] == [(f"t{ticket.id}", jo.id)]
    assert asking.heard() == []


@pytest.mark.parametrize("moved", [True, False])
def test_a_move_reaches_open_pages(app, make, runtime, question, moved):
    page, elsewhere = Page(app, make, make.user()), make.space(visibility=Visibility.INTERNAL)
    moderator = make.actor(make.user(roles=(Role.MODERATOR,)))
    assert page.join(f"q:{question.id}")

    with make.unit_of_work() as uow:
        move_question(uow, moderator, MoveQuestion(question.id, elsewhere.id if moved else question.space_id))
    runtime.relay.drain()

    assert [hint["kind"] for hint in page.heard("hint")] == (["state"] if moved else [])


def test_a_room_that_is_left_is_heard_no_more(app, make, runtime, question):
    reader = make.user()
    page, other = Page(app, make, reader), Page(app, make, reader)
    for each in (page, other):
        assert each.join(f"q:{question.id}")

    page.say("leave", {"room": f"q:{question.id}"})
    answer(runtime, make, question, make.user())

    assert page.heard("hint") == []
    assert [hint["kind"] for hint in other.heard("hint")] == ["answer"]
    page.say("leave", {"room": f"person:{reader.id}"})
    assert page.join(f"q:{question.id}")


@pytest.mark.parametrize("wish", [None, 7, "q:1", [], {"room": 7}, {"room": "q:1", "cursor": "x", "age": None}])
def test_nonsense_from_a_browser_is_refused_quietly(app, make, wish):
    page = Page(app, make, make.user())

    page.say("join", wish)
    page.say("writing", wish)
    page.say("leave", wish)

    assert page.connected
    assert page.heard() == []

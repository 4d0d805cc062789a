from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escalation.calendar import Calendar, Window
from app.escalation.later import Later, later_moments
from app.escalation.models.tickets import State, Ticket, TicketEvent
from app.escalation.queries.queue import View, queue_page
from app.escalation.services.putting_aside import PutAside, come_back, put_aside, take_up
from app.escalation.services.working import HandOver, hand_over
from app.forum.contract import PostAnswer, PostComment, post_answer, post_comment
from app.forum.models.space import Visibility
from app.kernel.actor import Role
from app.kernel.errors import Denied, Invalid, NotFound
from app.kernel.models import KeptMail
from app.live.models import StreamEvent
from app.notify.models import InboxItem
from app.notify.services.deciding import choose_mail
from app.web.runtime import Runtime
from tests.escalation.desk import Desk, open_another_desk, open_desk
from tests.support.clock import FixedClock
from tests.support.factories import Make
from tests.support.texts import rich

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OFFICE = tuple(Window(day, 9 * 60, 17 * 60) for day in range(5))


@pytest.fixture
def desk(make: Make) -> Desk:
    return open_desk(make)


@pytest.fixture
def jos(client: FlaskClient, make: Make, desk: Desk) -> FlaskClient:
    """Jo's browser."""
    make.sign_in(client, desk.jo)
    return client


@pytest.fixture
def patient(desk: Desk) -> int:
    """A ticket whose asker hears from us by 17:00."""
    return desk.ticket(desk.question("Where do I find the old minutes?", impact="nothing"))


def aside(make: Make, desk: Desk, ticket_id: int, sentence: str = "", **span: float) -> None:
    with make.unit_of_work() as uow:
        put_aside(uow, make.actor(desk.jo), PutAside(ticket_id, uow.now + timedelta(**span), sentence))


def stands(session: Session, ticket_id: int) -> Ticket:
    session.expire_all()
    session.rollback()
    return session.get_one(Ticket, ticket_id)


def seen(make: Make, desk: Desk, session: Session, view: View) -> list[int]:
    session.rollback()
    page = queue_page(session, make.actor(desk.jo), view, make.now)
    return [row.ticket_id for row in page.rows.items]


def acts(session: Session, ticket_id: int) -> list[str]:
    session.rollback()
    query = select(TicketEvent.kind).where(TicketEvent.ticket_id == ticket_id).order_by(TicketEvent.id)
    return list(session.scalars(query))


def test_the_moments_are_those_of_the_desk() -> None:
    assert later_moments(NOW, Calendar("UTC", OFFICE)) == {
        Later.HOUR: NOW + timedelta(hours=1),
        Later.AFTERNOON: datetime(2026, 3, 2, 14, 0, tzinfo=UTC),
        Later.OPENING: datetime(2026, 3, 3, 9, 0, tzinfo=UTC),
        Later.NEXT_WEEK: datetime(2026, 3, 9, 9, 0, tzinfo=UTC),
    }
    late = later_moments(datetime(2026, 3, 2, 13, 0, tzinfo=UTC), Calendar("UTC", OFFICE))
    assert Later.AFTERNOON not in late
    friday = later_moments(datetime(2026, 3, 6, 15, 0, tzinfo=UTC), Calendar("UTC", OFFICE))
    assert list(friday) == [Later.HOUR, Later.OPENING], "next week is the next opening"
    holiday = Calendar("Europe/Berlin", OFFICE, frozenset({date(2026, 3, 3), date(2026, 3, 9)}))
    berlin = later_moments(NOW, holiday)
    assert berlin[Later.AFTERNOON] == datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
    assert berlin[Later.OPENING] == datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
    assert berlin[Later.NEXT_WEEK] == datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
    assert list(later_moments(NOW, Calendar("UTC", ()))) == [Later.HOUR]


def test_what_is_put_aside_leaves_the_views_and_comes_back_by_itself(
    desk: Desk, make: Make, session: Session, clock: FixedClock, patient: int, runtime: Runtime
) -> None:
    due = stands(session, patient).reply_due_at
    aside(make, desk, patient, "The archive opens at eleven.", hours=2)
    ticket = stands(session, patient)
    assert (ticket.reply_due_at, ticket.assignee_id, ticket.state) == (due, desk.jo.id, State.OPEN)
    assert seen(make, desk, session, View.MINE) == []
    assert seen(make, desk, session, View.ASIDE) == [patient]
    assert seen(make, desk, session, View.ALL) == [patient], "they still wait for us"
    clock.advance(hours=2)
    assert seen(make, desk, session, View.MINE) == [patient], "before any sweeper"
    assert seen(make, desk, session, View.ASIDE) == []
    assert come_back(runtime.unit_of_work, runtime.reads, clock.now) == 1
    assert come_back(runtime.unit_of_work, runtime.reads, clock.now) == 0
    assert acts(session, patient) == ["opened", "claimed", "put_aside", "came_back"]
    assert stands(session, patient).reply_due_at == due


def test_late_soon_does_not_show_what_is_put_aside(
    app: Flask, desk: Desk, make: Make, session: Session, clock: FixedClock
) -> None:
    ticket_id = desk.ticket(desk.question(impact="blocked"))
    clock.advance(minutes=25)
    aside(make, desk, ticket_id, hours=5)
    assert stands(session, ticket_id).aside_until == NOW + timedelta(minutes=30), "half an hour before the promise"
    assert seen(make, desk, session, View.SOON) == []
    clock.advance(minutes=5)
    assert seen(make, desk, session, View.SOON) == [ticket_id]
    with pytest.raises(Invalid, match="promise_first"):
        aside(make, desk, ticket_id, minutes=10)
    browser = app.test_client()
    make.sign_in(browser, desk.jo)
    assert "We promised that they hear from us soon." in browser.get(f"/waiting/{ticket_id}").text
    late = browser.post(f"/waiting/{ticket_id}/put-aside", data={"own": "2026-03-02T09:40"})
    assert (late.status_code, late.text.count("We promised that they hear from us soon.")) == (422, 2)


@pytest.mark.parametrize("says", ["comment", "answer"])
def test_whatever_the_asker_says_brings_it_back_at_once(
    desk: Desk, make: Make, session: Session, patient: int, says: str
) -> None:
    aside(make, desk, patient, hours=2)
    ticket = stands(session, patient)
    peer = make.actor(make.user())
    with make.unit_of_work() as uow:
        post_comment(uow, peer, PostComment(ticket.question_id, None, rich("Same here.")))
    assert stands(session, patient).aside_until is not None, "others bring nothing back"
    with make.unit_of_work() as uow:
        if says == "comment":
            post_comment(uow, make.actor(desk.sam), PostComment(ticket.question_id, None, rich("Found it.")))
        else:
            post_answer(uow, make.actor(desk.sam), PostAnswer(ticket.question_id, rich("I found it myself.")))
    assert stands(session, patient).aside_until is None
    assert acts(session, patient)[-1] == "came_back"


def test_any_other_act_brings_it_back(desk: Desk, make: Make, session: Session, patient: int) -> None:
    aside(make, desk, patient, hours=2)
    archive = open_another_desk(make)
    with make.unit_of_work() as uow:
        hand_over(uow, make.actor(desk.jo), HandOver(patient, archive, "Knows the archive."))
    assert stands(session, patient).aside_until is None


def test_an_agent_puts_aside_and_takes_it_up_again_on_the_page(
    jos: FlaskClient, session: Session, patient: int, clock: FixedClock
) -> None:
    page = jos.get(f"/waiting/{patient}").text
    assert "In an hour, at 10:00" in page
    assert "When the desk opens next, at Tue 09:00" in page
    done = jos.post(
        f"/waiting/{patient}/put-aside",
        data={"when": "afternoon", "awaited": "The archive opens at noon."},
        follow_redirects=True,
    ).text
    assert "Put aside. It comes back at 14:00." in done
    assert "Jo Lindqvist put this aside until 14:00" in done
    assert done.count("The archive opens at noon.") == 2, "in the banner and in the timeline"
    assert "Put aside until 14:00" in jos.get("/waiting?view=aside").text
    back = jos.post(f"/waiting/{patient}/take-up", follow_redirects=True).text
    assert "Take it up again" not in back
    assert "Jo Lindqvist took this up again" in back
    jos.post(f"/waiting/{patient}/take-up")
    assert acts(session, patient) == ["opened", "claimed", "put_aside", "taken_up"]


def test_ones_own_time_is_read_in_ones_own_zone(app: Flask, make: Make, session: Session, patient: int) -> None:
    browser = app.test_client()
    make.sign_in(browser, make.user("Kei Mori", roles=(Role.AGENT,), time_zone="Asia/Tokyo"))
    assert "Asia/Tokyo" in browser.get(f"/waiting/{patient}").text
    for typed in ("2026-03-02T20:15", "2026-03-02 20:15"):
        assert browser.post(f"/waiting/{patient}/put-aside", data={"own": typed}).status_code == 303
        assert stands(session, patient).aside_until == datetime(2026, 3, 2, 11, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Choose when this comes back."),
        ({"when": "never"}, "Choose one from the list."),
        ({"when": "hour", "own": "2026-03-05T10:00"}, "Choose one: a moment from the list"),
        ({"own": "tomorrow"}, "Write a date and a time"),
        ({"own": "2026-03-02T08:59"}, "Choose a time to come"),
        ({"own": "0001-01-01T00:00"}, "Choose a time to come"),
        ({"own": "9999-12-31T23:59"}, "Choose a time to come"),
        ({"own": "2026-06-30T10:00"}, "within the next 90 days"),
        ({"when": "hour", "awaited": "x" * 1001}, "at most 1000 characters"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    jos: FlaskClient, session: Session, patient: int, typed: dict[str, str], sentence: str
) -> None:
    data = {"awaited": "Because of the archive.", **typed}
    refused = jos.post(f"/waiting/{patient}/put-aside", data=data)
    assert refused.status_code == 422
    assert sentence in refused.text
    assert data["awaited"] in refused.text
    assert stands(session, patient).aside_until is None


def test_twice_is_once_and_who_is_too_late_is_told(
    jos: FlaskClient, desk: Desk, make: Make, session: Session, patient: int
) -> None:
    version = str(stands(session, patient).version)
    data = {"when": "hour", "once": "one form", "version": version}
    assert [jos.post(f"/waiting/{patient}/put-aside", data=data).status_code for _ in range(2)] == [303, 303]
    assert acts(session, patient).count("put_aside") == 1
    stale = jos.post(f"/waiting/{patient}/put-aside", data={"when": "hour", "version": version})
    assert stale.status_code == 409


def test_who_may_and_what_cannot_be_put_aside(
    desk: Desk, make: Make, session: Session, app: Flask, patient: int
) -> None:
    for person in (desk.sam, desk.lee):
        browser = app.test_client()
        make.sign_in(browser, person)
        assert browser.post(f"/waiting/{patient}/put-aside", data={"when": "hour"}).status_code == 403
        assert browser.post(f"/waiting/{patient}/take-up").status_code == 403
    stranger = make.user(roles=(Role.AGENT,))
    private = make.space("Board", visibility=Visibility.PRIVATE, groups=(make.group(desk.sam),))
    hidden = desk.ticket(desk.question("Board matters", space=private, impact="nothing"))
    with pytest.raises(NotFound), make.unit_of_work() as uow:
        put_aside(uow, make.actor(stranger), PutAside(hidden, uow.now + timedelta(hours=1)))
    with pytest.raises(NotFound), make.unit_of_work() as uow:
        take_up(uow, make.actor(stranger), hidden)
    jos = app.test_client()
    make.sign_in(jos, desk.jo)
    jos.post(f"/waiting/{patient}/message", data={"lane": "open", "body": "Shelf 4.", "then": "solved"})
    page = jos.get(f"/waiting/{patient}").text
    assert "They are asked whether they are back to work." in page
    assert f"/waiting/{patient}/put-aside" not in page
    with pytest.raises(Denied, match="asker_is_asked"):
        aside(make, desk, patient, hours=1)


def test_only_agents_hear_of_it(desk: Desk, make: Make, session: Session, patient: int, runtime: Runtime) -> None:
    runtime.relay.drain()
    before = session.scalars(select(StreamEvent.id).order_by(StreamEvent.id.desc())).first() or 0
    with make.unit_of_work() as uow:
        ticket = uow.session.get_one(Ticket, patient)
        ticket.assignee_id = desk.jo.id
    aside(make, desk, patient, hours=1)
    runtime.relay.drain()
    session.rollback()
    rooms = session.scalars(select(StreamEvent.room).where(StreamEvent.id > before)).all()
    assert {re.split(":", room)[0] for room in rooms} == {"desk", "ticket"}


def test_views_of_what_is_put_aside_are_read_page_by_page(desk: Desk, make: Make, session: Session) -> None:
    ids = [desk.ticket(desk.question(f"Question {n}", impact="nothing")) for n in range(5)]
    for n, ticket_id in enumerate(ids):
        aside(make, desk, ticket_id, hours=5 - n)
    found, cursor = [], None
    while True:
        session.rollback()
        page = queue_page(session, make.actor(desk.jo), View.ASIDE, make.now, cursor, size=2)
        found += [row.ticket_id for row in page.rows.items]
        cursor = page.rows.next_cursor
        if cursor is None:
            break
    assert found == ids[::-1]


@pytest.mark.parametrize("why", ["the moment came", "the asker spoke"])
def test_who_has_it_finds_it_in_the_inbox_when_it_comes_back(
    desk: Desk, make: Make, session: Session, patient: int, runtime: Runtime, clock: FixedClock, why: str
) -> None:
    aside(make, desk, patient, hours=2)
    with make.unit_of_work() as uow:
        choose_mail(uow, desk.jo.id, "came_back", wanted=True)
    clock.advance(hours=2)
    if why == "the moment came":
        come_back(runtime.unit_of_work, runtime.reads, clock.now)
    else:
        with make.unit_of_work() as uow:
            question_id = stands(session, patient).question_id
            post_comment(uow, make.actor(desk.sam), PostComment(question_id, None, rich("Found it.")))
    runtime.relay.drain()

    session.rollback()
    (item,) = session.scalars(
        select(InboxItem).where(InboxItem.user_id == desk.jo.id, InboxItem.question_id.is_not(None))
    )
    assert (item.kind, item.why, item.needs_you) == ("came_back", "at_desk", True)
    letters = session.scalars(select(KeptMail.subject).where(KeptMail.to == desk.jo.email)).all()
    assert letters.count("What was put aside is back: Where do I find the old minutes?") == 1


def test_who_takes_it_up_again_themselves_is_not_told(
    desk: Desk, make: Make, session: Session, patient: int, runtime: Runtime
) -> None:
    aside(make, desk, patient, hours=2)
    mei = make.user("Mei Tanaka", roles=(Role.AGENT,))
    for who, told in ((desk.jo, 0), (mei, 1)):
        with make.unit_of_work() as uow:
            take_up(uow, make.actor(who), patient)
        runtime.relay.drain()
        session.rollback()
        items = select(InboxItem.kind).where(InboxItem.user_id == desk.jo.id, InboxItem.kind == "came_back")
        assert len(session.scalars(items).all()) == told, "what a colleague takes up, its agent hears of"
        aside(make, desk, patient, hours=2)

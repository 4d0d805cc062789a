from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.escalation.models.tickets import Ticket, TicketEvent
from app.escalation.queries.queue import View, queue_page
from app.forum.models.space import Visibility
from app.kernel.actor import Role
from app.kernel.models import AuditEntry
from tests.conftest import CountStatements
from tests.escalation.desk import Desk, open_desk
from tests.support.clock import FixedClock
from tests.support.factories import Make


@pytest.fixture
def desk(make: Make) -> Desk:
    return open_desk(make)


@pytest.fixture
def jos(client: FlaskClient, make: Make, desk: Desk) -> FlaskClient:
    """Jo's browser."""
    make.sign_in(client, desk.jo)
    return client


def test_the_queue_says_how_many_people_wait_and_why_it_matters(jos: FlaskClient, desk: Desk) -> None:
    desk.ticket()
    page = jos.get("/waiting").text
    assert "1 person waiting for us" in page
    assert "Sam Okafor" in page
    assert "Month-end close blocked" in page
    assert "They can’t do their work" in page


def test_the_clock_is_written_in_words_by_the_server(jos: FlaskClient, desk: Desk, clock: FixedClock) -> None:
    desk.ticket()
    assert "1 h left" in jos.get("/waiting").text
    clock.advance(minutes=72)
    page = jos.get("/waiting").text
    assert "12 min late" in page
    clock.advance(days=3)
    assert "3 days late" in jos.get("/waiting").text
    assert 'class="clock late"' in page


def test_whoever_was_promised_an_answer_first_is_on_top(jos: FlaskClient, desk: Desk) -> None:
    desk.ticket(desk.question("Badge printer is out of ribbon", impact="slowed"))
    desk.ticket(desk.question("Nobody can sign in at all", impact="several_blocked"))
    page = jos.get("/waiting").text
    assert page.index("Nobody can sign in") < page.index("Badge printer")


def test_an_empty_queue_points_to_the_community(jos: FlaskClient, desk: Desk) -> None:
    desk.question()
    page = jos.get("/waiting").text
    assert "Nobody is waiting." in page
    assert "1 question in the community could use you." in page


def test_views_narrow_the_queue(jos: FlaskClient, desk: Desk, clock: FixedClock) -> None:
    desk.ticket()
    for view, shown in (("all", True), ("mine", False), ("soon", False), ("them", False)):
        assert ("Month-end" in jos.get(f"/waiting?view={view}").text) is shown
    clock.advance(minutes=31)
    assert "Month-end" in jos.get("/waiting?view=soon").text


def test_the_queue_is_for_agents(client: FlaskClient, make: Make, desk: Desk) -> None:
    ticket_id = desk.ticket()
    assert client.get("/waiting").status_code == 303
    make.sign_in(client, desk.sam)
    assert client.get("/waiting").status_code == 403
    assert client.get(f"/waiting/{ticket_id}").status_code == 403


def test_the_queue_costs_the_same_however_many_wait(
    jos: FlaskClient, desk: Desk, count_statements: CountStatements
) -> None:
    costs = []
    for more in (2, 8):
        for number in range(more):
            desk.ticket(desk.question(f"Problem number {number} of {more}"))
        jos.get("/waiting")
        with count_statements() as seen:
            assert jos.get("/waiting").status_code == 200
        costs.append(len(seen))
    assert costs[0] == costs[1]


def test_long_queues_are_read_page_by_page_without_gaps(desk: Desk, make: Make, session: Session) -> None:
    ids = {desk.ticket(desk.question(f"Problem {number}", impact=impact)) for number, impact in enumerate(
        ("blocked", "slowed", "several_blocked", "blocked", "nothing")
    )}  # fmt: skip
    actor, seen, cursor = make.actor(desk.jo), [], None
    while True:
        page = queue_page(session, actor, View.ALL, make.now, cursor, size=2)
        seen += [row.ticket_id for row in page.rows.items]
        cursor = page.rows.next_cursor
        if cursor is None:
            break
    assert len(seen) == len(ids)
    assert set(seen) == ids


def test_a_made_up_page_of_the_queue_does_not_exist(jos: FlaskClient) -> None:
    assert jos.get("/waiting?after=nonsense").status_code == 404


def ticks(page: str) -> list[str]:
    return re.findall(r'name="tickets" value="(\d+:\d+)"', page)


def test_several_people_are_given_to_one_agent_at_once(
    jos: FlaskClient, desk: Desk, make: Make, session: Session
) -> None:
    mei = make.user("Mei Tanaka", roles=(Role.AGENT,))
    ids = [desk.ticket(desk.question(f"Question {number}")) for number in range(3)]
    page = jos.get("/waiting").text
    told = jos.post("/waiting", data={"tickets": ticks(page)[:2], "assignee_id": str(mei.id)}, follow_redirects=True)
    assert "Done for 2 people." in told.text
    assert [session.get_one(Ticket, i).assignee_id for i in ids] == [mei.id, mei.id, None]


def test_deciding_for_others_is_on_record_one_by_one_and_in_bulk(
    jos: FlaskClient, desk: Desk, make: Make, session: Session
) -> None:
    mei = make.user("Mei Tanaka", roles=(Role.AGENT,))
    ids = [desk.ticket(desk.question(f"Question {number}")) for number in range(3)]
    jos.post(f"/waiting/{ids[0]}/take")
    jos.post(f"/waiting/{ids[0]}/assign", data={"assignee_id": str(mei.id)})
    chosen = [tick for tick in ticks(jos.get("/waiting").text) if not tick.startswith(f"{ids[0]}:")]
    jos.post("/waiting", data={"tickets": chosen, "assignee_id": str(mei.id)})
    query = select(AuditEntry).where(AuditEntry.action == "ticket.given").order_by(AuditEntry.subject_id)
    entries = session.scalars(query).all()
    assert [(e.subject_id, e.actor_id, e.details["assignee_id"]) for e in entries] == [
        (ticket_id, desk.jo.id, mei.id) for ticket_id in ids
    ]
    assert [e.details["before"] for e in entries] == [desk.jo.id, None, None]


def test_whoever_changed_meanwhile_is_left_alone(jos: FlaskClient, desk: Desk, make: Make, session: Session) -> None:
    mei = make.user("Mei Tanaka", roles=(Role.AGENT,))
    first, second = desk.ticket(desk.question("One")), desk.ticket(desk.question("Two"))
    chosen = ticks(jos.get("/waiting").text)
    meis = jos.application.test_client()
    make.sign_in(meis, mei)
    meis.post(f"/waiting/{first}/take")
    told = jos.post("/waiting", data={"tickets": chosen, "assignee_id": str(desk.jo.id)}, follow_redirects=True)
    assert "Done for 1 person." in told.text
    assert "1 had changed meanwhile and was left alone." in told.text
    assert session.get_one(Ticket, first).assignee_id == mei.id
    assert session.get_one(Ticket, second).assignee_id == desk.jo.id


def test_ticking_nobody_is_said_and_hidden_people_stay_hidden(
    jos: FlaskClient, desk: Desk, make: Make, session: Session
) -> None:
    empty = jos.post("/waiting", data={"assignee_id": str(desk.jo.id)})
    assert (empty.status_code, "Tick at least one person." in empty.text) == (422, True)
    board = make.space("Board", visibility=Visibility.PRIVATE, groups=(make.group(desk.sam),))
    hidden = desk.ticket(desk.question("Board matters", space=board))
    version = session.get_one(Ticket, hidden).version
    data = {"tickets": [f"{hidden}:{version}", "999:1", "x", "1:2:3"], "assignee_id": str(desk.jo.id)}
    assert "2 had changed meanwhile" in jos.post("/waiting", data=data, follow_redirects=True).text
    session.expire_all()
    assert session.get_one(Ticket, hidden).assignee_id is None


def test_only_agents_share_out(client: FlaskClient, desk: Desk, make: Make) -> None:
    make.sign_in(client, desk.sam)
    assert client.post("/waiting", data={"tickets": ["1:1"], "assignee_id": "0"}).status_code == 403


def test_sharing_out_twice_tells_once(jos: FlaskClient, desk: Desk, session: Session) -> None:
    ticket_id = desk.ticket()
    page = jos.get("/waiting").text
    form = page[page.index('method="post" action="/waiting"') :]
    once = re.search(r'name="once"[^>]*value="([^"]+)"', form)
    assert once
    data = {"tickets": ticks(page), "assignee_id": str(desk.jo.id), "once": once[1]}
    assert [jos.post("/waiting", data=data).status_code for _ in range(2)] == [303, 303]
    taken = select(func.count()).select_from(TicketEvent).where(TicketEvent.kind == "claimed")
    assert session.scalar(taken) == 1
    assert session.get_one(Ticket, ticket_id).assignee_id == desk.jo.id

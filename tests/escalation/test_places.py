"""What escalation puts on the forum's pages, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.escalation.routes.places import impact_promises, question_sidebars, question_statuses
from app.escalation.services.agreeing import ensure_policy
from app.escalation.services.replying import AskBack, ReplyToAsker, ask_back, reply_to_asker
from app.escalation.services.working import AssignTicket, assign_ticket
from app.forum.models.space import Visibility
from app.identity.models import User
from app.kernel.actor import ANONYMOUS, Role
from tests.conftest import CountStatements
from tests.escalation.support import Desk, text


@contextmanager
def request_of(desk: Desk) -> Iterator[Session]:
    app = desk.make._app
    with desk.runtime.reads() as session, app.test_request_context():
        app.preprocess_request()
        yield session


def status(desk: Desk, who: User, question_id: int) -> str:
    with request_of(desk) as session:
        line = question_statuses(session, desk.make.actor(who), [question_id]).get(question_id)
        return "" if line is None else f"{line.tone}: {line.sentence}"


def page(client: FlaskClient, question_id: int) -> str:
    return client.get(f"/questions/{question_id}").get_data(as_text=True)


def test_who_asks_is_promised_a_colleague_from_the_first_moment(desk: Desk) -> None:
    question_id = desk.ask("slowed")
    assert status(desk, desk.sam, question_id) == (
        "open: If nobody helps, a colleague from the Service desk takes this by 13:00"
    )


def test_tomorrow_is_named_with_its_day(desk: Desk, clock) -> None:
    clock.advance(hours=7)
    assert status(desk, desk.sam, desk.ask("slowed")).endswith("by Tue 12:00")


def test_the_ask_form_says_what_each_answer_means(desk: Desk, client: FlaskClient, make) -> None:
    make.sign_in(client, desk.sam)
    html = client.get("/ask").get_data(as_text=True)
    assert "If nobody helps by 09:30, a colleague from the Service desk takes this." in html
    assert "A colleague from the Service desk takes this at once. You will hear by 09:30." in html


def test_the_status_tells_who_has_it_and_by_when_and_that_late_is_on_us(desk: Desk, clock, make) -> None:
    ticket = desk.escalated()
    assert status(desk, desk.sam, ticket.question_id) == "open: The Service desk has this. You will hear by 09:30"
    desk.act(desk.jo, assign_ticket, AssignTicket(ticket.id, desk.jo.id))
    assert (
        status(desk, desk.sam, ticket.question_id) == "open: Jo from the Service desk has this. You will hear by 09:30"
    )
    assert status(desk, desk.mei, ticket.question_id).endswith("The next word comes by 09:30")
    clock.advance(hours=1)
    assert status(desk, desk.sam, ticket.question_id) == "late: This is late. That’s on us. Jo is on it now"


def test_the_status_tells_who_is_waited_for_and_how_long_it_took(desk: Desk, clock, client: FlaskClient, make) -> None:
    ticket = desk.escalated()
    desk.act(desk.jo, ask_back, AskBack(ticket.id, text("Which dock do you have?")))
    assert status(desk, desk.sam, ticket.question_id) == "waiting: Waiting for Sam: Jo asked back"
    clock.advance(minutes=33)
    desk.act(desk.jo, reply_to_asker, ReplyToAsker(ticket.id, text("Take the new profile."), solves=True))
    assert status(desk, desk.sam, ticket.question_id) == "waiting: Jo thinks this is solved. Back to work?"
    make.sign_in(client, desk.sam)
    client.post(f"/questions/{ticket.question_id}/back-to-work", data={"value": "1"})
    assert status(desk, desk.mei, ticket.question_id) == "solved: Solved by Jo in 33 minutes"


def test_guests_see_the_forums_own_words_so_that_their_copies_stay_good(desk: Desk) -> None:
    question_id = desk.ask()
    with desk.runtime.reads() as session:
        assert question_statuses(session, ANONYMOUS, [question_id]) == {}
        assert question_sidebars(session, ANONYMOUS, [question_id]) == {}


def test_the_asker_gets_a_person_with_one_press_and_pressing_twice_is_one(desk: Desk, client, make) -> None:
    question_id = desk.ask("slowed")
    make.sign_in(client, desk.sam)
    assert "Still stuck?" in page(client, question_id)
    for _ in range(2):
        assert client.post(f"/questions/{question_id}/ask-for-person").status_code == 303
    assert len(desk.tickets(question_id)) == 1
    assert desk.tickets(question_id)[0].opened_by == "asker"
    assert "Still stuck?" not in page(client, question_id)


def test_staff_hand_over_with_a_reason_and_what_they_typed_is_never_lost(desk: Desk, client, make) -> None:
    question_id, leila = desk.ask("slowed"), make.user("Leila", roles=(Role.MODERATOR,))
    make.sign_in(client, leila)
    assert "Hand to the Service desk now" in page(client, question_id)
    assert client.get(f"/questions/{question_id}/escalate").status_code == 200
    refused = client.post(f"/questions/{question_id}/escalate", data={"reason": "  "})
    assert refused.status_code == 422
    assert "Say in one sentence why." in refused.get_data(as_text=True)
    long = "x" * 1001
    assert long in client.post(f"/questions/{question_id}/escalate", data={"reason": long}).get_data(as_text=True)
    assert client.post(f"/questions/{question_id}/escalate", data={"reason": "A VIP waits."}).status_code == 303
    assert desk.tickets(question_id)[0].opened_by == "moderator"


def test_nobody_else_can_call_the_desk(desk: Desk, client, make) -> None:
    question_id = desk.ask("slowed")
    make.sign_in(client, desk.mei)
    assert "Still stuck?" not in page(client, question_id)
    assert client.get(f"/questions/{question_id}/escalate").status_code == 403
    assert client.post(f"/questions/{question_id}/ask-for-person").status_code == 403
    assert client.post(f"/questions/{question_id}/back-to-work").status_code == 404
    assert desk.tickets(question_id) == []


def test_a_question_one_may_not_see_cannot_be_handed_over(desk: Desk, client, make) -> None:
    hidden = make.question(space=make.space(groups=(make.group(),), visibility=Visibility.PRIVATE))
    make.sign_in(client, make.user(roles=(Role.MODERATOR,)))
    assert client.get(f"/questions/{hidden.id}/escalate").status_code == 404
    assert client.post(f"/questions/{hidden.id}/escalate", data={"reason": "x"}).status_code == 404


@pytest.mark.parametrize(("value", "state"), [("1", "confirmed"), ("0", "reopened")])
def test_the_asker_is_asked_on_the_page_and_at_home_and_says_so(desk: Desk, client, make, value, state) -> None:
    ticket = desk.escalated()
    desk.act(desk.jo, reply_to_asker, ReplyToAsker(ticket.id, text("Take the new profile."), solves=True))
    make.sign_in(client, desk.sam)
    assert "Only you know." in page(client, ticket.question_id)
    assert "Jo Lindqvist thinks this is solved." in client.get("/").get_data(as_text=True)
    for _ in range(2):
        answer = client.post(f"/questions/{ticket.question_id}/back-to-work", data={"value": value})
        assert answer.status_code == 303
    assert desk.tickets(ticket.question_id)[0].state == state
    assert "Only you know." not in page(client, ticket.question_id)


def test_an_agent_finds_the_way_from_the_thread_to_the_ticket(desk: Desk, client, make) -> None:
    ticket = desk.escalated()
    make.sign_in(client, desk.jo)
    html = page(client, ticket.question_id)
    assert f"/waiting/{ticket.id}" in html
    assert 'People waiting <span class="count">1</span>' in html


def test_many_questions_cost_two_statements(desk: Desk, count_statements: CountStatements) -> None:
    ids = [desk.escalated().question_id for _ in range(3)] + [desk.ask("slowed") for _ in range(3)]
    actor = desk.make.actor(desk.sam)
    for some in (ids[:1], ids):
        with request_of(desk) as session, count_statements() as seen:
            assert len(question_statuses(session, actor, some)) == len(some)
        assert len(seen) == 2


def test_promises_of_a_space_cost_two_statements(desk: Desk, count_statements: CountStatements) -> None:
    with desk.runtime.unit_of_work() as uow:
        ensure_policy(uow, desk.space.id)
    actor = desk.make.actor(desk.sam)
    with request_of(desk) as session, count_statements() as seen:
        impact_promises(session, actor, [desk.space.id])
    assert len(seen) == 2

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.escalation.models.tickets import PrivateNote, State, Ticket
from app.escalation.quoting import quoted_words
from app.forum.contract import AcceptAnswer, MoveQuestion, PostAnswer, accept_answer, move_question, post_answer
from app.forum.models.answer import Answer, Comment
from app.forum.models.space import Visibility
from app.identity.models import User
from app.kernel.actor import Role
from app.text.contract import RichText
from tests.conftest import CountStatements
from tests.escalation.desk import Desk, open_another_desk, open_desk
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


@pytest.fixture
def mei(make: Make) -> User:
    return make.user("Mei Tanaka", roles=(Role.AGENT,))


def token_of(page: str, action: str) -> str:
    """Return the once-token of the form with this action."""
    form = page[page.index(f'action="{action}"') :]
    found = re.search(r'name="once"[^>]*value="([^"]+)"', form)
    assert found
    return found[1]


def test_the_page_tells_the_whole_story_in_one_order(jos: FlaskClient, desk: Desk, make: Make) -> None:
    question = desk.question()
    make.answer(question, author=make.user("Ada Peer"), body="Did you restart it?")
    ticket_id = desk.ticket(question)
    jos.post(f"/waiting/{ticket_id}/message", data={"lane": "private", "body": "Gateway 3 was retired."})
    page = jos.get(f"/waiting/{ticket_id}").text
    order = [
        page.index(words)
        for words in (
            "Since this morning.",
            "Did you restart it?",
            "brought this to the desk",
            "Gateway 3 was retired.",
        )
    ]
    assert order == sorted(order)
    assert page.index("Only agents see this") < page.index("Gateway 3 was retired.")


def test_the_card_beside_it_shows_the_person_and_why_this_is_here(jos: FlaskClient, desk: Desk) -> None:
    desk.question("The printer eats paper")
    page = jos.get(f"/waiting/{desk.ticket()}").text
    for words in ("Finance, Lagos", "English, Yoruba", "The printer eats paper", "Sam Okafor asked for a person."):
        assert words in page
    assert re.search(r"Time there</dt><dd>10:00", page)


def test_a_reply_lands_in_the_thread_and_keeps_the_promise(jos: FlaskClient, desk: Desk, session: Session) -> None:
    ticket_id = desk.ticket()
    sent = jos.post(f"/waiting/{ticket_id}/message", data={"lane": "open", "body": "Use gateway 4.", "then": "send"})
    assert sent.status_code == 303
    answer = session.scalars(select(Answer)).one()
    assert (answer.from_desk, answer.author_id) == (True, desk.jo.id)
    assert session.get_one(Ticket, ticket_id).state == State.OPEN


def test_a_reply_can_ask_whether_it_is_solved(jos: FlaskClient, desk: Desk, session: Session) -> None:
    ticket_id = desk.ticket()
    jos.post(f"/waiting/{ticket_id}/message", data={"lane": "open", "body": "Use gateway 4.", "then": "solved"})
    assert session.get_one(Ticket, ticket_id).state == State.SOLVED


def test_asking_back_makes_it_wait_for_them(jos: FlaskClient, desk: Desk, session: Session) -> None:
    ticket_id = desk.ticket()
    jos.post(f"/waiting/{ticket_id}/message", data={"lane": "open", "body": "Which dock?", "then": "ask"})
    assert session.get_one(Ticket, ticket_id).state == State.PENDING
    assert session.scalars(select(Comment)).one().asks_back
    assert "Which dock?" in jos.get(f"/waiting/{ticket_id}").text
    assert "Month-end" in jos.get("/waiting?view=them").text


@pytest.mark.parametrize("then", ["send", "solved", "ask", "note"])
def test_what_is_written_in_the_private_lane_never_becomes_public(
    jos: FlaskClient, desk: Desk, session: Session, then: str
) -> None:
    ticket_id = desk.ticket()
    jos.post(f"/waiting/{ticket_id}/message", data={"lane": "private", "body": "He forgot it again.", "then": then})
    assert session.scalar(select(func.count()).select_from(PrivateNote)) == 1
    assert session.scalar(select(func.count()).select_from(Answer)) == 0
    assert session.scalar(select(func.count()).select_from(Comment)) == 0


def test_taking_it_says_who_has_it(jos: FlaskClient, desk: Desk) -> None:
    ticket_id = desk.ticket()
    assert "I’ll take this" in jos.get(f"/waiting/{ticket_id}").text
    jos.post(f"/waiting/{ticket_id}/take")
    assert "You have this" in jos.get(f"/waiting/{ticket_id}").text
    assert "Month-end" in jos.get("/waiting?view=mine").text


def test_a_colleague_can_be_given_it(jos: FlaskClient, desk: Desk, mei: User) -> None:
    ticket_id = desk.ticket()
    jos.post(f"/waiting/{ticket_id}/assign", data={"assignee_id": str(mei.id)})
    page = jos.get(f"/waiting/{ticket_id}").text
    assert "Mei Tanaka has this" in page
    assert "Jo Lindqvist gave this to Mei Tanaka" in page
    assert jos.post(f"/waiting/{ticket_id}/assign", data={"assignee_id": str(desk.sam.id)}).status_code == 422


def test_handing_over_needs_another_desk_and_a_sentence(jos: FlaskClient, desk: Desk, session: Session) -> None:
    ticket_id = desk.ticket()
    address = f"/waiting/{ticket_id}/hand-over"
    assert "Hand over to a desk" not in jos.get(f"/waiting/{ticket_id}").text, "there is only one"
    here = str(session.get_one(Ticket, ticket_id).desk_id)
    assert jos.post(address, data={"desk_id": here, "sentence": "Needs a new profile."}).status_code == 422
    desk_id = open_another_desk(desk.make)
    page = jos.get(f"/waiting/{ticket_id}").text
    offered = page[page.index(f'action="{address}"') :]
    assert re.findall(r'<option value="(\d+)"', offered[: offered.index("</form>")]) == [str(desk_id)]
    refused = jos.post(address, data={"desk_id": str(desk_id), "sentence": ""})
    assert refused.status_code == 422
    assert "Say in one sentence what the next person needs to know." in refused.text
    assert jos.post(address, data={"desk_id": str(desk_id), "sentence": "Needs a new profile."}).status_code == 303
    assert "Needs a new profile." in jos.get(f"/waiting/{ticket_id}").text


def test_an_answer_that_stands_can_be_the_solution(jos: FlaskClient, desk: Desk, make: Make, session: Session) -> None:
    question = desk.question()
    answer = make.answer(question, author=make.user("Ada Peer"))
    ticket_id = desk.ticket(question)
    jos.post(f"/waiting/{ticket_id}/solve", data={"answer_id": str(answer.id)})
    assert session.get_one(Ticket, ticket_id).solution_answer_id == answer.id


def test_an_empty_message_is_refused_and_a_double_press_has_one_effect(
    jos: FlaskClient, desk: Desk, session: Session
) -> None:
    ticket_id = desk.ticket()
    address = f"/waiting/{ticket_id}/message"
    assert jos.post(address, data={"lane": "open", "body": ""}).status_code == 422
    data = {"lane": "open", "body": "Use gateway 4.", "once": token_of(jos.get(f"/waiting/{ticket_id}").text, address)}
    assert [jos.post(address, data=data).status_code for _ in range(2)] == [303, 303]
    assert session.scalar(select(func.count()).select_from(Answer)) == 1


def test_somebody_faster_is_shown_beside_what_was_typed(
    jos: FlaskClient, desk: Desk, make: Make, mei: User, session: Session, clock: FixedClock
) -> None:
    ticket_id = desk.ticket()
    seen = session.get_one(Ticket, ticket_id).version
    meis = jos.application.test_client()
    make.sign_in(meis, mei)
    clock.advance(minutes=5)
    meis.post(f"/waiting/{ticket_id}/message", data={"lane": "open", "body": "Mei was faster.", "version": str(seen)})
    late = {"lane": "open", "body": "Jo was slower.", "version": str(seen)}
    refused = jos.post(f"/waiting/{ticket_id}/message", data=late)
    assert refused.status_code == 409
    conflict = refused.text[refused.text.index('id="stale-title"') :]
    assert "Mei was faster." in conflict
    assert conflict.count("Jo was slower.") == 2  # beside the other text, and still in the box
    now = re.search(r'name="version" value="(\d+)"', conflict)
    assert now
    again = jos.post(f"/waiting/{ticket_id}/message", data=late | {"version": now[1]})
    assert again.status_code == 303


def test_opening_a_row_in_place_brings_the_ticket_and_the_person(jos: FlaskClient, desk: Desk) -> None:
    piece = jos.get(f"/waiting/{desk.ticket()}", headers={"HX-Request": "true"}).text
    assert "<html" not in piece
    assert 'id="ticket"' in piece
    assert '<hx-partial hx-target="#about"' in piece


def test_what_is_over_takes_no_more_messages(jos: FlaskClient, desk: Desk, make: Make) -> None:
    question = desk.question()
    ticket_id = desk.ticket(question)
    jos.post(f"/waiting/{ticket_id}/message", data={"lane": "open", "body": "Use gateway 4.", "then": "solved"})
    sams = jos.application.test_client()
    make.sign_in(sams, desk.sam)
    sams.post(f"/questions/{question.id}/back-to-work", data={"value": "1"})
    assert "This is already over." in jos.get(f"/waiting/{ticket_id}").text
    assert jos.post(f"/waiting/{ticket_id}/message", data={"lane": "open", "body": "More"}).status_code == 403


def test_a_story_costs_the_same_however_long_it_is(
    jos: FlaskClient, desk: Desk, make: Make, count_statements: CountStatements
) -> None:
    question = desk.question()
    ticket_id, costs = desk.ticket(question), []
    for more in (1, 6):
        for number in range(more):
            make.answer(question)
            jos.post(f"/waiting/{ticket_id}/message", data={"lane": "private", "body": f"Note {number}"})
        jos.get(f"/waiting/{ticket_id}")
        with count_statements() as seen:
            assert jos.get(f"/waiting/{ticket_id}").status_code == 200
        costs.append(len(seen))
    assert costs[0] == costs[1]


def test_a_ticket_that_is_over_goes_where_its_question_goes(jos: FlaskClient, desk: Desk, make: Make) -> None:
    question = desk.question()
    found = make.answer(question)
    ticket_id = desk.ticket(question)
    hidden = make.space(visibility=Visibility.PRIVATE, groups=(make.group(),))
    sam, ada = make.actor(desk.sam), make.actor(make.user(roles=(Role.ADMINISTRATOR,)))
    with desk.make.unit_of_work() as uow:
        accept_answer(uow, sam, AcceptAnswer(found.id))
    over = jos.get(f"/waiting/{ticket_id}").text
    over = over[over.index('id="ticket"') :]
    assert "This is already over." in over
    assert "Nobody has this yet" not in over

    with desk.make.unit_of_work() as uow:
        move_question(uow, ada, MoveQuestion(question.id, hidden.id))

    assert jos.get(f"/waiting/{ticket_id}").status_code == 404


def page_fields(page: str) -> dict[str, str]:
    """Return what the composer of this page would send unseen."""
    form = page[page.index('id="reply"') :]
    return {name: re.findall(rf'name="{name}" value="([^"]*)"', form)[0] for name in ("version", "seen")}


def test_who_wrote_while_a_peer_answered_sees_that_answer_first(
    jos: FlaskClient, desk: Desk, make: Make, session: Session, clock: FixedClock
) -> None:
    question = desk.question()
    ticket_id = desk.ticket(question)
    reply = {"lane": "open", "body": "Use gateway 4."} | page_fields(jos.get(f"/waiting/{ticket_id}").text)
    clock.advance(minutes=1)
    ada, body = make.actor(make.user("Ada Peer")), RichText("Old lock", "<p>Old lock</p>", 1)
    with make.unit_of_work() as uow:
        post_answer(uow, ada, PostAnswer(question.id, body))
    shown = jos.post(f"/waiting/{ticket_id}/message", data=reply)
    assert shown.status_code == 409
    conflict = shown.text[shown.text.index('id="stale-title"') :]
    assert conflict.index("Old lock") < conflict.index("Use gateway 4.")
    assert session.scalar(select(func.count()).select_from(Answer)) == 1
    again = jos.post(f"/waiting/{ticket_id}/message", data=reply | page_fields(shown.text))
    assert again.status_code == 303


def test_a_reply_that_quotes_a_private_note_is_asked_about_once(jos: FlaskClient, desk: Desk, session: Session) -> None:
    ticket_id = desk.ticket()
    note = "Her manager said she may be leaving us in May."
    jos.post(f"/waiting/{ticket_id}/message", data={"lane": "private", "body": note})
    reply = {"lane": "open", "body": f"Please wait.\n\n> {note.upper()}", "then": "send"}
    asked = jos.post(f"/waiting/{ticket_id}/message", data=reply)
    assert asked.status_code == 422
    assert "stands in a note that only agents see: “Her manager said she may …”" in asked.text
    assert 'name="knowingly"' in asked.text
    assert session.scalar(select(func.count()).select_from(Answer)) == 0
    assert jos.post(f"/waiting/{ticket_id}/message", data=reply | {"knowingly": "y"}).status_code == 303
    assert 'name="knowingly"' not in jos.get(f"/waiting/{ticket_id}").text


@pytest.mark.parametrize(
    ("said", "private", "public", "expected"),
    [
        ("We lost the key of the safe.", "lost the key of the safe", "", "lost the key of the"),
        ("Error 0x1 in module boot of disk", "Error 0x1 in module boot", "I see: error 0x1 in module boot", ""),
        ("We lost it", "The key was lost by Tom", "", ""),
        ("Thanks, done", "Thanks, done", "", ""),
        ("Gateway 3 was retired", "gateway 3 was RETIRED!", "", "gateway 3 was RETIRED"),
        ("", "one two three", "", ""),
    ],
)
def test_what_counts_as_quoting(said: str, private: str, public: str, expected: str) -> None:
    assert quoted_words(said, [private], [public]) == expected

"""The main job from question to «back to work», over the services and the periodic work alone."""

from __future__ import annotations

from datetime import timedelta

from app.escalation.models.clocks import StopReason
from app.escalation.services.concluding import confirm_solution
from app.escalation.services.replying import AskBack, ReplyToAsker, ask_back, reply_to_asker
from app.forum.contract import PostComment, post_comment, thread_of
from app.reputation.contract import check_ledger, scores
from tests.escalation.support import Desk, text
from tests.support.clock import FixedClock


def test_nobody_answers_and_a_person_gets_the_asker_back_to_work(desk: Desk, clock: FixedClock) -> None:
    question_id = desk.ask("blocked")
    due = desk.due(question_id)
    assert due == clock.now() + timedelta(minutes=30)

    clock.advance(minutes=31)
    for _ in range(2):
        desk.runtime.jobs.run_due()
        clock.advance(seconds=10)
    (ticket,) = desk.tickets(question_id)
    assert desk.clock(question_id).stop_reason == StopReason.ESCALATED
    assert (ticket.state, ticket.opened_by, ticket.rule["late_seconds"]) == ("new", "sweeper", 60)

    desk.act(desk.jo, ask_back, AskBack(ticket.id, text("Which dock do you have?")))
    (ticket,) = desk.tickets(question_id)
    assert (ticket.state, ticket.assignee_id, ticket.reply_due_at) == ("pending", desk.jo.id, None)

    clock.advance(days=1)
    desk.act(desk.sam, post_comment, PostComment(question_id, None, text("The one with two screens.")))
    (ticket,) = desk.tickets(question_id)
    assert ticket.state == "open"
    assert ticket.reply_due_at is not None
    assert ticket.reply_due_at > clock.now()

    clock.advance(minutes=20)
    desk.act(desk.jo, reply_to_asker, ReplyToAsker(ticket.id, text("Update its firmware to 1.4."), solves=True))
    assert desk.tickets(question_id)[0].state == "solved"

    desk.act(desk.sam, confirm_solution, question_id)
    desk.runtime.relay.drain()
    (ticket,) = desk.tickets(question_id)
    assert (ticket.state, ticket.confirmed_at) == ("confirmed", clock.now())
    with desk.runtime.reads() as session:
        thread = thread_of(session, desk.make.actor(desk.mei), question_id)
        assert [(a.author.id, a.from_desk, a.accepted_at) for a in thread.answers] == [(desk.jo.id, True, clock.now())]
        assert scores(session, [desk.jo.id])[desk.jo.id] == 1 + 15
        assert list(check_ledger(session)) == []
    clock.advance(days=60)
    desk.runtime.jobs.run_due()
    assert len(desk.tickets(question_id)) == 1

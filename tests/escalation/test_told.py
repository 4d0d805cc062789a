"""Who hears of what happens at the desk: inbox and letters."""

from __future__ import annotations

from sqlalchemy import select

from app.escalation.events import NoteWritten
from app.escalation.services.concluding import reopen_ticket
from app.escalation.services.escalating import EscalateNow, escalate_now
from app.escalation.services.replying import ReplyToAsker, reply_to_asker
from app.escalation.services.working import AssignTicket, WriteNote, assign_ticket, write_note
from app.identity.models import User
from app.kernel.actor import Role
from app.kernel.events import Event, restore_event
from app.kernel.models import Delivery, KeptMail, OutboxMessage
from app.live.hints import RULES
from app.live.models import StreamEvent
from app.notify.queries.inbox import inbox_page
from tests.escalation.support import Desk, text
from tests.support.factories import Make


def told(desk: Desk, user: User) -> list[tuple[str, str, bool]]:
    desk.runtime.relay.drain()
    with desk.runtime.reads() as session:
        page = inbox_page(session, desk.make.actor(user), desk.runtime.clock.now(), None)
        items = (*page.needs_you, *page.for_information)
        return [(item.kind, item.why, item.needs_you) for item in items if item.kind != "badge"]


def letters(desk: Desk, user: User) -> list[str]:
    desk.runtime.relay.drain()
    with desk.runtime.reads() as session:
        return list(session.scalars(select(KeptMail.subject).where(KeptMail.to == user.email).order_by(KeptMail.id)))


def test_the_asker_hears_that_a_colleague_takes_it(desk: Desk) -> None:
    desk.escalated()
    assert told(desk, desk.sam) == [("escalated", "wrote", False)]
    assert letters(desk, desk.sam) == ["A colleague from the service desk takes this: VPN drops every few minutes"]


def test_who_asked_for_a_person_is_not_told_so(desk: Desk) -> None:
    desk.act(desk.sam, escalate_now, EscalateNow(desk.ask("slowed")))
    assert told(desk, desk.sam) == []


def test_a_reply_that_solves_it_is_one_row_and_one_letter_more(desk: Desk) -> None:
    ticket = desk.escalated()
    desk.act(desk.jo, reply_to_asker, ReplyToAsker(ticket.id, text("Take the new profile."), solves=True))
    assert told(desk, desk.sam) == [("back_to_work", "wrote", True)]
    assert letters(desk, desk.sam)[1:] == ["Jo Lindqvist answered: VPN drops every few minutes"]


def test_who_is_given_something_hears_it_and_who_takes_it_does_not(desk: Desk, make: Make) -> None:
    ticket, leo = desk.escalated(), make.user("Leo Park", roles=(Role.AGENT,))
    desk.act(desk.jo, assign_ticket, AssignTicket(ticket.id, desk.jo.id))
    desk.act(desk.jo, assign_ticket, AssignTicket(ticket.id, leo.id))
    assert told(desk, desk.jo) == []
    assert told(desk, leo) == [("given", "at_desk", True)]
    assert letters(desk, leo) == ["Jo Lindqvist gave you this: VPN drops every few minutes"]


def test_whoever_has_it_hears_that_it_did_not_help_yet(desk: Desk) -> None:
    ticket = desk.escalated()
    desk.act(desk.jo, reply_to_asker, ReplyToAsker(ticket.id, text("Take the new profile."), solves=True))
    desk.act(desk.sam, reopen_ticket, ticket.question_id)
    assert ("not_yet", "at_desk", True) in told(desk, desk.jo)


def test_open_pages_of_the_question_the_queue_and_the_ticket_hear_of_it(desk: Desk) -> None:
    ticket = desk.escalated()
    desk.runtime.relay.drain()
    with desk.runtime.reads() as session:
        hints = session.execute(select(StreamEvent.room, StreamEvent.kind).order_by(StreamEvent.id)).all()
    assert [tuple(hint) for hint in hints if hint.kind != "inbox"] == [
        (f"q:{ticket.question_id}", "state"),
        (f"desk:{ticket.desk_id}", "queue"),
        (f"ticket:{ticket.id}", "state"),
    ]


def test_a_private_note_leaves_no_trace_outside_the_desk(desk: Desk) -> None:
    ticket = desk.escalated()
    desk.runtime.relay.drain()
    desk.act(desk.jo, write_note, WriteNote(ticket.id, text("She sounds upset, the VIP contract is at risk.")))
    with desk.runtime.reads() as session:
        written = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
        assert written is not None
        assert written.kind == "escalation.note_written.1"
        assert "upset" not in str(written.payload)
        readers = session.scalars(select(Delivery.reaction).where(Delivery.message_id == written.id)).all()
    assert readers == ["live.hints"]
    (told_to,) = {draft.room.partition(":")[0] for draft in RULES[NoteWritten](restored(written))} - {"ticket"}
    assert told_to == "desk"


def restored(row: OutboxMessage) -> Event:
    return restore_event(row.kind, row.payload, row.occurred_at)

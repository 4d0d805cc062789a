from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.escalation.jobs import ClockGuard
from app.escalation.models.clocks import StopReason
from app.escalation.models.tickets import PrivateNote, Ticket, TicketEvent
from app.escalation.services import escalating, timing
from app.escalation.services.agreeing import ensure_policy
from app.escalation.services.concluding import confirm_solution, reopen_ticket
from app.escalation.services.escalating import MOST_PER_SWEEP, EscalateNow, escalate_due, escalate_now
from app.escalation.services.recording import StaleTicket
from app.escalation.services.replying import AskBack, ReplyToAsker, SolveWith, ask_back, reply_to_asker, solve_with
from app.escalation.services.sharing_out import ShareOut, share_out
from app.escalation.services.working import AssignTicket, HandOver, WriteNote, assign_ticket, hand_over, write_note
from app.forum.contract import (
    AcceptAnswer,
    MoveQuestion,
    PostAnswer,
    PostComment,
    QuestionFacts,
    accept_answer,
    move_question,
    post_answer,
    post_comment,
)
from app.forum.models.question import Question
from app.forum.models.space import Visibility
from app.forum.services.deleting import DeleteAnswer, delete_answer
from app.forum.services.editing import EditQuestion, edit_question
from app.identity.services.people import SetSwitchedOff, set_switched_off
from app.identity.services.roles import SetRole, set_role
from app.kernel.actor import Role
from app.kernel.errors import Conflict, Denied, Invalid, NotFound
from app.kernel.models import AuditEntry
from app.reputation.contract import scores
from tests.escalation.support import Desk, text

MONDAY_NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_nobody_answers_and_the_desk_gets_the_whole_story_once(desk: Desk, clock) -> None:
    question = desk.ask()
    clock.advance(hours=4)

    assert (desk.sweep(), desk.sweep()) == (1, 0)
    ticket = desk.tickets(question)[0]
    assert (ticket.state, ticket.opened_by) == ("new", "sweeper")
    assert ticket.rule["minutes"] == 240
    assert ticket.rule["due_at"] == (MONDAY_NINE + timedelta(hours=4)).isoformat()
    assert ticket.reply_due_at == MONDAY_NINE + timedelta(hours=8)


def test_a_minute_before_it_is_due_nothing_happens(desk: Desk, clock) -> None:
    desk.ask()
    clock.advance(hours=3, minutes=59)

    assert desk.sweep() == 0


def test_the_sweeper_picks_up_what_it_missed_while_it_was_down(desk: Desk, clock) -> None:
    questions = [desk.ask() for _ in range(3)]
    clock.advance(days=30)

    assert desk.sweep() == 3
    assert all(len(desk.tickets(question)) == 1 for question in questions)
    due = datetime(2026, 3, 2, 13, tzinfo=UTC)
    assert desk.tickets(questions[0])[0].rule["late_seconds"] == (clock.now() - due).total_seconds()


def test_a_ticket_that_cannot_be_opened_holds_up_nobody_elses(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, fine = desk.ask("several_blocked"), desk.ask("several_blocked")
    opening = timing.over_because

    def fail_for_one(facts: QuestionFacts) -> StopReason | None:
        if facts.id == broken:
            raise RuntimeError("a fault")
        return opening(facts)

    monkeypatch.setattr(escalating, "over_because", fail_for_one)
    assert desk.sweep() == 1
    assert desk.tickets(broken) == []
    assert len(desk.tickets(fine)) == 1


def test_the_first_questions_of_two_new_spaces_at_once_both_get_their_promise(desk: Desk, make) -> None:
    spaces = [make.space() for _ in range(4)]
    given: list[int | None] = []

    def ask(space_id: int) -> None:
        with desk.runtime.unit_of_work() as uow:
            given.append(ensure_policy(uow, space_id).policy_id)

    threads = [threading.Thread(target=ask, args=(space.id,)) for space in spaces * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(given) == 8
    assert len(set(given)) == 4


def test_one_sweep_opens_at_most_fifty(desk: Desk, clock) -> None:
    for _ in range(MOST_PER_SWEEP + 2):
        desk.ask("several_blocked")

    assert [desk.sweep(), desk.sweep(), desk.sweep()] == [MOST_PER_SWEEP, 2, 0]


def test_two_sweepers_at_once_open_one_ticket_for_each_question(desk: Desk) -> None:
    for _ in range(12):
        desk.ask("several_blocked")
    opened: list[int] = []
    threads = [threading.Thread(target=lambda: opened.append(desk.sweep())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(opened) == 12
    with desk.runtime.reads() as session:
        assert session.scalar(select(func.count(Ticket.id))) == 12


def test_a_crash_before_the_commit_leaves_nothing_and_the_next_sweep_does_it(desk: Desk) -> None:
    question = desk.ask("several_blocked")
    with pytest.raises(RuntimeError, match="power"), desk.runtime.unit_of_work() as uow:
        escalate_due(uow, desk.clock(question).id)
        raise RuntimeError("power cut")
    assert desk.tickets(question) == []

    assert desk.sweep() == 1


def test_a_clock_that_leaps_makes_escalation_wait_ten_minutes() -> None:
    wall, steady = [1000.0], [0.0]
    guard = ClockGuard(lambda: wall[0], lambda: steady[0])
    assert guard.trusts_the_clock()

    wall[0] += 3600
    assert not guard.trusts_the_clock()
    wall[0], steady[0] = wall[0] + 601, steady[0] + 601

    assert guard.trusts_the_clock()


def test_one_reply_is_an_answer_in_the_thread_and_keeps_the_desks_promise(desk: Desk, clock) -> None:
    ticket = desk.escalated()
    clock.advance(minutes=10)
    desk.act(desk.jo, reply_to_asker, ReplyToAsker(ticket.id, text("Take the new profile.")))

    after = desk.tickets(ticket.question_id)[0]
    assert (after.state, after.assignee_id, after.reply_due_at) == ("open", desk.jo.id, None)
    assert after.first_reply_at == MONDAY_NINE + timedelta(minutes=10)


def test_asking_back_waits_for_the_asker_and_their_reply_starts_a_new_promise(desk: Desk, clock) -> None:
    ticket = desk.escalated()
    desk.act(desk.jo, ask_back, AskBack(ticket.id, text("Which dock?")))
    waiting = desk.tickets(ticket.question_id)[0]
    assert (waiting.state, waiting.reply_due_at) == ("pending", None)

    clock.advance(hours=1)
    desk.act(desk.sam, post_comment, PostComment(ticket.question_id, None, text("The grey one.")))

    ours = desk.tickets(ticket.question_id)[0]
    assert (ours.state, ours.reply_due_at) == ("open", MONDAY_NINE + timedelta(hours=1, minutes=30))


def test_back_to_work_accepts_the_agents_answer_and_the_agent_earns_for_it(desk: Desk) -> None:
    ticket = desk.escalated()
    desk.act(desk.jo, reply_to_asker, ReplyToAsker(ticket.id, text("Take the new profile."), solves=True))
    for _ in range(2):
        desk.act(desk.sam, confirm_solution, ticket.question_id)

    after = desk.tickets(ticket.question_id)[0]
    assert after.state == "confirmed"
    with desk.runtime.reads() as session:
        assert scores(session, [desk.jo.id])[desk.jo.id] == 1 + 15  # accepted and confirmed are one outcome


def test_not_yet_opens_the_same_ticket_again_with_a_new_promise(desk: Desk, clock) -> None:
    ticket = desk.escalated()
    desk.act(desk.jo, reply_to_asker, ReplyToAsker(ticket.id, text("Take the new profile."), solves=True))
    clock.advance(hours=1)
    desk.act(desk.sam, reopen_ticket, ticket.question_id)

    (after,) = desk.tickets(ticket.question_id)
    assert (after.state, after.reply_due_at) == ("reopened", MONDAY_NINE + timedelta(hours=1, minutes=30))


def test_only_the_asker_says_whether_they_are_back_to_work(desk: Desk) -> None:
    ticket = desk.escalated()
    desk.act(desk.jo, reply_to_asker, ReplyToAsker(ticket.id, text("Take the new profile."), solves=True))

    with pytest.raises(Denied, match="only_the_asker"):
        desk.act(desk.mei, confirm_solution, ticket.question_id)


def test_a_peers_accepted_answer_takes_the_ticket_back(desk: Desk) -> None:
    ticket = desk.escalated()
    answer = desk.act(desk.mei, post_answer, PostAnswer(ticket.question_id, text("Use TCP 443.")))
    desk.act(desk.sam, accept_answer, AcceptAnswer(answer.id))

    (after,) = desk.tickets(ticket.question_id)
    assert (after.state, after.solution_answer_id) == ("cancelled", answer.id)
    with desk.runtime.reads() as session:
        last = session.scalars(select(TicketEvent).order_by(TicketEvent.id.desc()).limit(1)).one()
        assert (last.kind, last.detail) == ("cancelled", "peer_answer")


def test_a_peer_who_is_accepted_after_the_desk_spoke_solves_the_ticket(desk: Desk) -> None:
    ticket = desk.escalated()
    desk.act(desk.jo, reply_to_asker, ReplyToAsker(ticket.id, text("We are looking.")))
    answer = desk.act(desk.mei, post_answer, PostAnswer(ticket.question_id, text("Use TCP 443.")))
    desk.act(desk.sam, accept_answer, AcceptAnswer(answer.id))

    after = desk.tickets(ticket.question_id)[0]
    assert (after.state, after.solved_by_id) == ("confirmed", desk.mei.id)
    assert after.ended_at is not None
    with desk.runtime.reads() as session:
        assert scores(session, [desk.mei.id])[desk.mei.id] == 1 + 15


def test_what_the_asker_adds_after_the_desk_spoke_is_promised_a_reply(desk: Desk, clock) -> None:
    ticket = desk.escalated()
    desk.act(desk.jo, reply_to_asker, ReplyToAsker(ticket.id, text("We are looking.")))
    desk.act(desk.mei, post_comment, PostComment(ticket.question_id, None, text("Here too.")))
    assert desk.tickets(ticket.question_id)[0].reply_due_at is None
    clock.advance(minutes=10)
    desk.act(desk.sam, post_comment, PostComment(ticket.question_id, None, text("Any news?")))
    assert desk.tickets(ticket.question_id)[0].reply_due_at == clock.now() + timedelta(minutes=30)


def test_a_ticket_may_be_solved_with_an_answer_that_stands(desk: Desk) -> None:
    ticket = desk.escalated()
    answer = desk.act(desk.mei, post_answer, PostAnswer(ticket.question_id, text("Use TCP 443.")))
    desk.act(desk.jo, solve_with, SolveWith(ticket.id, answer.id))

    after = desk.tickets(ticket.question_id)[0]
    assert (after.state, after.solution_answer_id) == ("solved", answer.id)
    with pytest.raises(Invalid, match="answer_unknown"):
        desk.act(desk.jo, solve_with, SolveWith(ticket.id, 999_999))


def test_what_was_written_on_an_older_page_is_a_conflict(desk: Desk, make) -> None:
    ticket, other = desk.escalated(), make.user("Leila Haddad", roles=(Role.AGENT,))
    desk.act(other, assign_ticket, AssignTicket(ticket.id, other.id, ticket.version))

    with pytest.raises(StaleTicket):
        desk.act(desk.jo, reply_to_asker, ReplyToAsker(ticket.id, text("Me too"), version=ticket.version))


def test_claiming_twice_has_one_effect(desk: Desk) -> None:
    ticket = desk.escalated()
    for _ in range(2):
        desk.act(desk.jo, assign_ticket, AssignTicket(ticket.id, desk.jo.id))

    with desk.runtime.reads() as session:
        kinds = list(session.scalars(select(TicketEvent.kind).order_by(TicketEvent.id)))
    assert kinds == ["opened", "claimed"]
    with pytest.raises(Invalid, match="agent_unknown"):
        desk.act(desk.jo, assign_ticket, AssignTicket(ticket.id, desk.mei.id))


def test_handing_over_needs_a_sentence_for_the_next_person(desk: Desk) -> None:
    ticket, other = desk.escalated(), desk.another_desk()
    with pytest.raises(Invalid, match="reason_missing"):
        desk.act(desk.jo, hand_over, HandOver(ticket.id, other, "  "))
    with pytest.raises(Invalid, match="sentence_too_long"):
        desk.act(desk.jo, hand_over, HandOver(ticket.id, other, "x" * 1001))
    with pytest.raises(Invalid, match="desk_has_it"):
        desk.act(desk.jo, hand_over, HandOver(ticket.id, ticket.desk_id, "Knows the archive."))


def test_handing_over_stands_in_the_audit_trail(desk: Desk) -> None:
    ticket, other = desk.escalated(), desk.another_desk()
    desk.act(desk.jo, hand_over, HandOver(ticket.id, other, "Knows the archive."))

    with desk.runtime.reads() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "ticket.handed_over")).one()
        assert (entry.actor_id, entry.subject_id) == (desk.jo.id, ticket.id)
        assert entry.details == {"desk_id": other, "before": ticket.desk_id}


def test_notes_are_kept_and_nobody_but_agents_reaches_a_ticket(desk: Desk) -> None:
    ticket = desk.escalated()
    desk.act(desk.jo, write_note, WriteNote(ticket.id, text("Gateway 3 was retired.")))

    with desk.runtime.reads() as session:
        assert session.scalar(select(PrivateNote.body)) == "Gateway 3 was retired."
    with pytest.raises(NotFound):
        desk.act(desk.sam, write_note, WriteNote(ticket.id, text("Let me in")))


def test_by_hand_by_the_asker_and_by_the_clock_give_the_same_single_ticket(desk: Desk, make, clock) -> None:
    moderator, question = make.user(roles=(Role.MODERATOR,)), desk.ask()
    first = desk.act(desk.sam, escalate_now, EscalateNow(question))
    second = desk.act(moderator, escalate_now, EscalateNow(question, "The CFO is waiting"))
    clock.advance(days=3)
    desk.sweep()

    assert first.id == second.id
    assert [t.opened_by for t in desk.tickets(question)] == ["asker"]


def test_handing_over_by_hand_needs_a_reason_and_is_audited(desk: Desk) -> None:
    question = desk.ask()
    with pytest.raises(Invalid, match="reason_missing"):
        desk.act(desk.jo, escalate_now, EscalateNow(question))
    desk.act(desk.jo, escalate_now, EscalateNow(question, "The CFO is waiting"))

    with desk.runtime.reads() as session:
        assert session.scalars(select(AuditEntry.reason).where(AuditEntry.action == "question.escalated")).all() == [
            "The CFO is waiting"
        ]
    with pytest.raises(Denied, match="only_asker_or_staff"):
        desk.act(desk.mei, escalate_now, EscalateNow(question, "me"))


def test_a_ticket_whose_solution_is_taken_away_is_open_again_and_stays_the_only_one(desk: Desk, clock) -> None:
    ticket = desk.escalated()
    desk.act(desk.jo, reply_to_asker, ReplyToAsker(ticket.id, text("Take the new profile."), solves=True))
    solution = desk.tickets(ticket.question_id)[0].solution_answer_id
    assert solution is not None
    clock.advance(hours=1)
    desk.act(desk.jo, delete_answer, DeleteAnswer(solution, "wrong"))

    (after,) = desk.tickets(ticket.question_id)
    assert (after.state, after.solution_answer_id) == ("reopened", None)
    assert after.reply_due_at == MONDAY_NINE + timedelta(hours=1, minutes=30)
    with pytest.raises(Conflict):
        desk.act(desk.sam, confirm_solution, ticket.question_id)
    clock.advance(days=9)
    assert (desk.sweep(), len(desk.tickets(ticket.question_id))) == (0, 1)


def test_the_desk_promises_sooner_when_it_got_worse_and_never_later(desk: Desk, clock) -> None:
    question = desk.ask("slowed")
    desk.act(desk.sam, escalate_now, EscalateNow(question))
    (ticket,) = desk.tickets(question)
    assert ticket.reply_due_at is not None
    assert ticket.reply_due_at > MONDAY_NINE + timedelta(minutes=35)
    clock.advance(minutes=5)
    for impact in ("several_blocked", "nothing"):
        with desk.runtime.reads() as session:
            row = session.get_one(Question, question)
        desk.act(desk.sam, edit_question, EditQuestion(question, row.revision, row.title, text(), (), impact))
        (after,) = desk.tickets(question)
        assert (after.impact, after.reply_due_at) == (impact, MONDAY_NINE + timedelta(minutes=35))


def test_what_an_answer_solved_is_not_handed_over(desk: Desk) -> None:
    question = desk.ask()
    answer = desk.act(desk.mei, post_answer, PostAnswer(question, text("Use TCP 443.")))
    desk.act(desk.sam, accept_answer, AcceptAnswer(answer.id))

    with pytest.raises(Denied, match="question_solved"):
        desk.act(desk.sam, escalate_now, EscalateNow(question))
    assert desk.tickets(question) == []


def test_nobody_is_given_what_they_may_not_see(desk: Desk) -> None:
    desk.space = desk.make.space("Secret", visibility=Visibility.PRIVATE, groups=(desk.make.group(desk.jo, desk.sam),))
    ticket = desk.escalated()
    kim = desk.make.user("Kim Blind", roles=(Role.AGENT,))

    with pytest.raises(Invalid, match="agent_blind"):
        desk.act(desk.jo, assign_ticket, AssignTicket(ticket.id, kim.id))
    shared = desk.act(desk.jo, share_out, ShareOut({ticket.id: ticket.version}, kim.id))
    assert (shared.given, shared.left) == (0, 1)


def test_a_move_out_of_sight_gives_the_ticket_back_to_the_desk(desk: Desk) -> None:
    ticket = desk.escalated()
    desk.act(desk.jo, assign_ticket, AssignTicket(ticket.id, desk.jo.id))
    kim = desk.make.user("Kim", roles=(Role.AGENT,))
    secret = desk.make.space("Secret", visibility=Visibility.PRIVATE, groups=(desk.make.group(kim),))
    desk.act(kim, move_question, MoveQuestion(ticket.question_id, secret.id))

    assert desk.tickets(ticket.question_id)[0].assignee_id is None
    assert "let_go" in acts_of(desk, ticket.id)


@pytest.mark.parametrize("switched_off", [True, False])
def test_who_is_no_agent_any_more_keeps_no_tickets(desk: Desk, switched_off: bool) -> None:
    ticket, other = desk.escalated(), desk.escalated()
    desk.act(desk.jo, assign_ticket, AssignTicket(ticket.id, desk.jo.id))
    admin = desk.make.user("Ada", roles=(Role.ADMINISTRATOR, Role.AGENT))
    desk.act(admin, assign_ticket, AssignTicket(other.id, admin.id))
    if switched_off:
        desk.act(admin, set_switched_off, SetSwitchedOff(desk.jo.id, on=True))
    else:
        desk.act(admin, set_role, SetRole(desk.jo.id, Role.AGENT, on=False))

    assert desk.tickets(ticket.question_id)[0].assignee_id is None
    assert desk.tickets(other.question_id)[0].assignee_id == admin.id


def acts_of(desk: Desk, ticket_id: int) -> list[str]:
    with desk.runtime.reads() as session:
        return list(session.scalars(select(TicketEvent.kind).where(TicketEvent.ticket_id == ticket_id)))

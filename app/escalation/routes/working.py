"""HTTP for what agents do on a ticket: speak, take it, give it away, hand it over, solve it."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.escalation.forms import PRIVATE, AssignForm, HandOverForm, MessageForm, SolveForm, TicketForm
from app.escalation.queries.texts import filled_text
from app.escalation.queries.ticket_page import ticket_page
from app.escalation.routes.queue import NOBODY
from app.escalation.routes.tickets import TicketForms, draft_place, offer_choices, render_ticket
from app.escalation.services.minding import Care, QuotesNote
from app.escalation.services.recording import StaleTicket
from app.escalation.services.replying import AskBack, ReplyToAsker, SolveWith, ask_back, reply_to_asker, solve_with
from app.escalation.services.working import AssignTicket, HandOver, WriteNote, assign_ticket, hand_over, write_note
from app.forum.contract import discard_draft
from app.kernel.errors import Invalid, NotFound
from app.kernel.unit_of_work import UnitOfWork
from app.text.contract import RichText, TextRenderer
from app.web.pages import go
from app.web.runtime import current_actor, perform_once, port, read_session, runtime, unit_of_work

NOTE, ASK, SOLVED, INSERT = "note", "ask", "solved", "insert"
"""What the buttons of the composer stand for; anything else is a reply."""
Act = Callable[[UnitOfWork], object]


def message(ticket_id: int) -> ResponseReturnValue:
    """Take the composer: a reply in the open, a question back, or a note that only agents see.

    A ready text comes back in the box, after what stands there already; nothing is sent.
    """
    form = MessageForm()
    forms = TicketForms(form=form)
    if request.form.get("then") == INSERT:
        return render_ticket(ticket_id, forms, _insert(ticket_id, form))
    if not form.validate():
        return render_ticket(ticket_id, forms, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        body = port(TextRenderer).render(form.body.data, current_actor().id)
    except Invalid as error:
        form.reject(error)
        return render_ticket(ticket_id, forms, HTTPStatus.UNPROCESSABLE_ENTITY)
    act, told = _spoken(ticket_id, form, body)

    def say(uow: UnitOfWork) -> None:
        act(uow)
        discard_draft(uow, current_actor(), draft_place(ticket_id))

    return _perform(ticket_id, forms, form, say, told, typed=form.body.data)


def take(ticket_id: int) -> ResponseReturnValue:
    """Let the agent have it."""
    form = TicketForm()
    form.validate()
    try:
        with unit_of_work() as uow:
            actor = current_actor()
            assign_ticket(uow, actor, AssignTicket(ticket_id, actor.user_id, form.version.data))
    except StaleTicket:
        return render_ticket(ticket_id, TicketForms(), HTTPStatus.CONFLICT, form.version.data)
    return go(ticket_url(ticket_id))


def assign(ticket_id: int) -> ResponseReturnValue:
    """Give it to a colleague, or back to the desk."""
    form = AssignForm()

    def act(uow: UnitOfWork) -> object:
        chosen = form.assignee_id.data if form.assignee_id.data != NOBODY else None
        return assign_ticket(uow, current_actor(), AssignTicket(ticket_id, chosen, form.version.data))

    return _validated(ticket_id, TicketForms(assign_form=form), form, act, gettext("Done. Whoever has it now is told."))


def give_away(ticket_id: int) -> ResponseReturnValue:
    """Hand it to a desk with a sentence for whoever takes it next."""
    form = HandOverForm()

    def act(uow: UnitOfWork) -> object:
        command = HandOver(ticket_id, form.desk_id.data, form.sentence.data, form.version.data)
        return hand_over(uow, current_actor(), command)

    told = gettext("Handed over, with your sentence on top.")
    return _validated(ticket_id, TicketForms(hand_over_form=form), form, act, told, form.sentence.data or "")


def solve(ticket_id: int) -> ResponseReturnValue:
    """Say that an answer which stands in the thread solved it."""
    form = SolveForm()

    def act(uow: UnitOfWork) -> object:
        return solve_with(uow, current_actor(), SolveWith(ticket_id, form.answer_id.data, form.version.data))

    told = gettext("They are asked whether they are back to work.")
    return _validated(ticket_id, TicketForms(solve_form=form), form, act, told)


def ticket_url(ticket_id: int) -> str:
    """Return the address of a ticket."""
    return url_for("escalation.tickets_show", ticket_id=ticket_id)


def _spoken(ticket_id: int, form: MessageForm, body: RichText) -> tuple[Act, str]:
    """Return what the composer asks for, and what is said when it is done.

    Privacy wins: a private lane never becomes public by a button.
    """
    actor, version, then = current_actor(), form.version.data, request.form.get("then")
    if form.lane.data == PRIVATE or then == NOTE:
        return lambda uow: write_note(uow, actor, WriteNote(ticket_id, body)), gettext("Kept. Only agents see it.")
    care = Care(form.seen_until, form.knowingly.data)
    if then == ASK:
        asked = gettext("Asked. The clock stands still until they reply.")
        return lambda uow: ask_back(uow, actor, AskBack(ticket_id, body, version, care)), asked
    reply = ReplyToAsker(ticket_id, body, then == SOLVED, version, care)
    return lambda uow: reply_to_asker(uow, actor, reply), gettext("Your reply is on the question’s page for everybody.")


def _insert(ticket_id: int, form: MessageForm) -> HTTPStatus:
    """Put the chosen text into the composer."""
    try:
        words = filled_text(read_session(), current_actor(), ticket_id, form.text_id.data or 0)
    except NotFound:
        form.reject(Invalid("text_id", "escalation.text_unknown"))
        return HTTPStatus.UNPROCESSABLE_ENTITY
    typed = (form.body.data or "").rstrip()
    form.body.data = f"{typed}\n\n{words}" if typed else words
    return HTTPStatus.OK


def _validated(
    ticket_id: int, forms: TicketForms, form: TicketForm, act: Act, told: str, typed: str = ""
) -> ResponseReturnValue:
    """Offer the choices there are, then do it when the form is in order."""
    now = runtime().clock.now()
    offer_choices(ticket_page(read_session(), current_actor(), ticket_id, now), forms, now)
    if not form.validate():
        return render_ticket(ticket_id, forms, HTTPStatus.UNPROCESSABLE_ENTITY)
    return _perform(ticket_id, forms, form, act, told, typed)


def _perform(
    ticket_id: int, forms: TicketForms, form: TicketForm, act: Act, told: str, typed: str
) -> ResponseReturnValue:
    """Act once and go back to the ticket; whatever goes wrong, nothing that was typed is lost."""

    def once(uow: UnitOfWork) -> str:
        act(uow)
        return ticket_url(ticket_id)

    try:
        location = perform_once(form.once.data, once)
    except Invalid as error:
        form.reject(error)
        forms.quotes = isinstance(error, QuotesNote)
        return render_ticket(ticket_id, forms, HTTPStatus.UNPROCESSABLE_ENTITY)
    except StaleTicket:
        return render_ticket(ticket_id, forms, HTTPStatus.CONFLICT, form.version.data, typed)
    flash(told)
    return go(location)

"""Every URL of the desk, on one page."""

from __future__ import annotations

from app.escalation.routes import aside, asking, calendars, desks, joining, policies, queue, texts, tickets, working
from app.forum.contract import keep_unsent_text
from app.web.routing import Gate, Route, blueprint
from app.web.unsent import TextForm, keep_unsent

WRITE = "20 per minute; 300 per hour"
PRESS = "60 per minute; 1000 per hour"
QUESTION = "/questions/<int:question_id>"
TICKET = "/waiting/<int:ticket_id>"

escalation = blueprint(
    "escalation",
    [
        Route("GET", "/waiting", queue.show, Gate.AGENT),
        Route("POST", "/waiting", queue.share, Gate.AGENT, WRITE),
        Route("GET", TICKET, tickets.show, Gate.AGENT),
        Route("GET", "/waiting/texts", texts.index, Gate.AGENT),
        Route("POST", "/waiting/texts", texts.create, Gate.AGENT, WRITE),
        Route("GET", "/waiting/texts/<int:text_id>", texts.show, Gate.AGENT),
        Route("POST", "/waiting/texts/<int:text_id>", texts.save, Gate.AGENT, WRITE),
        Route("POST", "/waiting/texts/<int:text_id>/delete", texts.delete, Gate.AGENT, WRITE),
        Route("GET", f"{TICKET}/texts/<int:text_id>", texts.filled, Gate.AGENT),
        Route("POST", f"{TICKET}/message", working.message, Gate.AGENT, WRITE),
        Route("POST", f"{TICKET}/take", working.take, Gate.AGENT, PRESS),
        Route("POST", f"{TICKET}/assign", working.assign, Gate.AGENT, WRITE),
        Route("POST", f"{TICKET}/hand-over", working.give_away, Gate.AGENT, WRITE),
        Route("GET", f"{TICKET}/join", joining.ask, Gate.AGENT),
        Route("POST", f"{TICKET}/join", joining.join, Gate.AGENT, WRITE),
        Route("POST", f"{TICKET}/put-aside", aside.put, Gate.AGENT, WRITE),
        Route("POST", f"{TICKET}/take-up", aside.take_back, Gate.AGENT, PRESS),
        Route("POST", f"{TICKET}/solve", working.solve, Gate.AGENT, WRITE),
        Route("POST", f"{QUESTION}/ask-for-person", asking.for_person, Gate.MEMBER, PRESS),
        Route("GET", f"{QUESTION}/escalate", asking.by_hand, Gate.MEMBER),
        Route("POST", f"{QUESTION}/escalate", asking.escalate, Gate.MEMBER, WRITE),
        Route("POST", f"{QUESTION}/back-to-work", asking.back_to_work, Gate.MEMBER, PRESS),
        Route("GET", "/admin/policies", policies.index, Gate.ADMINISTRATOR),
        Route("GET", "/admin/policies/<int:space_id>", policies.show, Gate.ADMINISTRATOR),
        Route("POST", "/admin/policies/<int:space_id>", policies.save, Gate.ADMINISTRATOR, WRITE),
        Route("GET", "/admin/calendars", calendars.index, Gate.ADMINISTRATOR),
        Route("POST", "/admin/calendars", calendars.create, Gate.ADMINISTRATOR, WRITE),
        Route("GET", "/admin/calendars/<int:calendar_id>", calendars.show, Gate.ADMINISTRATOR),
        Route("POST", "/admin/calendars/<int:calendar_id>", calendars.save, Gate.ADMINISTRATOR, WRITE),
        Route("GET", "/admin/desks", desks.index, Gate.ADMINISTRATOR),
        Route("POST", "/admin/desks", desks.create, Gate.ADMINISTRATOR, WRITE),
        Route("GET", "/admin/desks/<int:desk_id>", desks.show, Gate.ADMINISTRATOR),
        Route("POST", "/admin/desks/<int:desk_id>", desks.save, Gate.ADMINISTRATOR, WRITE),
    ],
)
keep_unsent(
    escalation,
    {"escalation.working_message": TextForm("ticket:{ticket_id}", "/waiting/{ticket_id}#reply", keep_unsent_text)},
)

"""HTTP for the agents' queue."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from app.escalation.queries.queue import Queue, View, queue_page
from app.web import pages
from app.web.runtime import current_actor, read_session, runtime


def show() -> ResponseReturnValue:
    """Show who is waiting for us."""
    template = "escalation/_queue.html" if pages.wants_fragment() else "escalation/queue.html"
    return pages.show(template, **queue_context(), chosen=None)


def queue_context() -> dict[str, Any]:
    """Return what the list of people prints: it stands on the queue's page and beside a ticket."""
    view, now = wanted_view(), runtime().clock.now()
    queue: Queue = queue_page(read_session(), current_actor(), view, now, request.args.get("after"))
    cursor = queue.rows.next_cursor
    more = url_for("escalation.queue_show", view=view.value, after=cursor) if cursor else None
    return {"queue": queue, "view": view.value, "now": now, "more": more}


def wanted_view() -> View:
    """Return the view that the address names; anything unknown is the whole queue."""
    named = request.args.get("view", "")
    return View(named) if named in set(View) else View.ALL

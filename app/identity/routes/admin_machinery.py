"""Deliveries, kept mail and the audit trail, for administrators."""

from __future__ import annotations

from http import HTTPStatus

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from app.identity.forms.accounts import LONGEST_ADDRESS
from app.identity.queries.administration import person_of
from app.identity.queries.behind_the_pages import AuditRow, audit_page, deliveries_page, letter_page, letters_page
from app.identity.routes.deeds import kind_choices
from app.identity.services.deliveries import retry_all as retry_all_of
from app.identity.services.deliveries import retry_one as retry_delivery
from app.kernel.paging import Slice
from app.web.deeds import all_deeds, tell
from app.web.pages import go, show
from app.web.runtime import current_actor, read_session, unit_of_work
from app.web.words import sentence


def index() -> ResponseReturnValue:
    """Show the way to all administration pages."""
    return show("identity/admin/index.html")


def deliveries() -> ResponseReturnValue:
    """List facts that were given up, or with ``show=waiting`` those on their way."""
    reaction, dead = request.args.get("reaction", "")[:100], request.args.get("show") != "waiting"
    page = deliveries_page(
        read_session(), current_actor(), dead=dead, reaction=reaction, cursor=request.args.get("after")
    )
    next_url = page.rows.next_cursor and url_for(
        "identity.admin_machinery_deliveries",
        show=None if dead else "waiting",
        reaction=reaction or None,
        after=page.rows.next_cursor,
    )
    return show("identity/admin/deliveries.html", page=page, dead=dead, next_url=next_url)


def retry_one(delivery_id: int) -> ResponseReturnValue:
    """Try one dead letter again."""
    with unit_of_work() as uow:
        retry_delivery(uow, current_actor(), delivery_id)
    flash(gettext("It is tried again now."))
    return go(url_for("identity.admin_machinery_deliveries"))


def retry_all() -> ResponseReturnValue:
    """Try all dead letters of the reaction in ``reaction`` again."""
    with unit_of_work() as uow:
        count = retry_all_of(uow, current_actor(), request.form.get("reaction", ""))
    flash(ngettext("%(num)s delivery is tried again now.", "%(num)s deliveries are tried again now.", count))
    return go(url_for("identity.admin_machinery_deliveries"))


def letters() -> ResponseReturnValue:
    """List kept mail."""
    page = letters_page(read_session(), current_actor(), request.args.get("after"))
    next_url = page.next_cursor and url_for("identity.admin_machinery_letters", after=page.next_cursor)
    return show("identity/admin/letters.html", letters=page.items, next_url=next_url)


def letter(mail_id: int) -> ResponseReturnValue:
    """Show one kept mail."""
    return show("identity/admin/letter.html", letter=letter_page(read_session(), current_actor(), mail_id))


def audit() -> ResponseReturnValue:
    """List who used what power; ``person`` and ``kind`` narrow it down."""
    typed, kind = request.args.get("person", "").strip()[:LONGEST_ADDRESS], request.args.get("kind", "")
    subjects, read, actor = all_deeds().subjects, read_session(), current_actor()
    kind = kind if kind in subjects else ""
    by_id = person_of(read, actor, typed) if typed else None
    problem = sentence("identity.person_unknown") if typed and by_id is None else ""
    page: Slice[AuditRow] = Slice((), None)
    if not problem:
        page = audit_page(read, actor, request.args.get("after"), by_id=by_id, kind=kind)
    next_url = page.next_cursor and url_for(
        "identity.admin_machinery_audit", person=typed or None, kind=kind or None, after=page.next_cursor
    )
    return show(
        "identity/admin/audit.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        entries=list(zip(page.items, tell(read, actor, page.items), strict=True)),
        next_url=next_url,
        kinds=kind_choices(subjects),
        typed=typed,
        kind=kind,
        problem=problem,
    )

"""What was sent after the session had ended is kept for its writer, who signs in again and finds it in its form.

A form says for whom it was printed: its signed token names the account (``login.writer_of``). Its text is kept for that
account alone, whoever uses the browser next, and nothing is posted. Domains say which of their forms hold texts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from flask import Blueprint, current_app, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_limiter import RateLimitExceeded
from sqlalchemy import select

from app.kernel.errors import AppError
from app.kernel.models import Submission
from app.kernel.unit_of_work import UnitOfWork
from app.web import pages
from app.web.limits import limiter
from app.web.login import Writer, writer_of
from app.web.runtime import TOKEN_LENGTH, current_actor, read_session, unit_of_work
from app.web.sent import mark_of_sent
from app.web.words import sentence

PROOF_LASTS = timedelta(days=14)
"""How long a form speaks for its reader after it was printed; what comes later is shown to be copied, not kept."""
KEEP = "20 per minute; 300 per hour"
"""For each writer, as often as anybody may post: this way passes no gate."""
_PLACES = "peerdesk.unsent"

Keep = Callable[[UnitOfWork, int, str, Mapping[str, str]], None]
"""Keeps the fields of a form for the person with an id, at a place; raises an ``AppError`` that says why not."""


@dataclass(frozen=True, slots=True)
class TextForm:
    """A form that holds a text: the place where the text is kept, and the page that shows it in its form again.

    Both may name parts of the form's address in braces, and ``{place}`` where the form itself says its place.
    """

    place: str
    page: str
    keep: Keep


def keep_unsent(blueprint: Blueprint, forms: Mapping[str, TextForm]) -> None:
    """Say which of a blueprint's forms hold texts, by the endpoint that takes them."""
    blueprint.record_once(lambda state: state.app.extensions.setdefault(_PLACES, {}).update(forms))


def rescued() -> ResponseReturnValue | None:
    """Keep the text of a form whose session has ended, and answer; None when there is nothing to keep or to say."""
    form: TextForm | None = current_app.extensions.get(_PLACES, {}).get(request.endpoint)
    writer = writer_of(request.form.get("csrf_token", ""))
    if request.method != "POST" or form is None or writer is None or not _text():
        return None
    numbers = {**(request.view_args or {}), "place": request.form.get("place", "")}
    done = _first_result()
    refusal = None if done else _keep(form, writer, form.place.format(**numbers))
    reader = current_actor()
    if pages.wants_fragment():  # an enhanced form still shows its text, and says the sentence of the status
        return _locked() if reader.is_anonymous and refusal is None else None
    if reader.id not in {None, writer.user_id}:
        return None if refusal else _kept_for_somebody_else()
    if refusal:
        return to_copy(*refusal)
    return _back(done or form.page.format(**numbers), signed_in=not reader.is_anonymous, done=done is not None)


def session_ended() -> bool:
    """Tell whether this form was printed for somebody who is signed out now."""
    return current_actor().is_anonymous and writer_of(request.form.get("csrf_token", "")) is not None


def to_copy(status: int, message: str) -> ResponseReturnValue | None:
    """Show its writer the text of a form that is refused as a whole; None when it has none, or shows it still."""
    endpoint_holds_text = request.endpoint in current_app.extensions.get(_PLACES, {})
    if request.method != "POST" or not endpoint_holds_text or not _text() or pages.wants_fragment():
        return None
    return pages.show("errors/refused.html", status, message=message, title=request.form.get("title", ""), text=_text())


def _text() -> str:
    return (request.form.get("body", "") or request.form.get("title", "")).strip()


def _first_result() -> str | None:
    """Return where the form led when it was sent in time already; it must not come back as if it had not been."""
    once = request.form.get("once", "")[:TOKEN_LENGTH]
    same = (Submission.token == once) & (Submission.mark == mark_of_sent())
    return read_session().scalar(select(Submission.location).where(same)) if once else None


def _keep(form: TextForm, writer: Writer, place: str) -> tuple[int, str] | None:
    """Keep the text; return the status and the sentence when that cannot be."""
    if writer.age > PROOF_LASTS:
        return HTTPStatus.UNAUTHORIZED, sentence("web.not_kept")
    try:
        with limiter.limit(KEEP, key_func=lambda: f"writer:{writer.user_id}"), unit_of_work() as uow:
            form.keep(uow, writer.user_id, place, request.form)
    except RateLimitExceeded:
        return HTTPStatus.TOO_MANY_REQUESTS, sentence("web.not_kept")
    except AppError as error:
        return error.status, sentence(error.reason, **error.facts)
    return None


def _back(page: str, *, signed_in: bool, done: bool) -> ResponseReturnValue:
    if not done:
        flash(
            gettext("You have signed in again since you opened that form. Look over what you wrote and send it.")
            if signed_in
            else gettext("You were signed out meanwhile. What you wrote is kept: sign in, and it is in its form again.")
        )
        if any(file.filename for _name, file in request.files.items(multi=True)):
            flash(gettext("Files are not kept: choose them again."))
    return pages.go(page if signed_in else url_for("identity.signing_in_show", next=page))


def _locked() -> ResponseReturnValue:
    status = HTTPStatus.UNAUTHORIZED
    return pages.fragment("errors/piece.html", status, error_status=int(status), message=None)


def _kept_for_somebody_else() -> ResponseReturnValue:
    status = HTTPStatus.BAD_REQUEST
    return pages.show("errors/page.html", status, error_status=int(status), message=sentence("web.kept_for_writer"))

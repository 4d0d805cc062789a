"""Turn every failure into a page that says what happened, what is safe and what to do next."""

from __future__ import annotations

import time
from contextlib import suppress
from http import HTTPStatus
from math import ceil

import structlog
from flask import Flask, Response, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from app.kernel.errors import AppError
from app.web.going_back import place_before
from app.web.limits import limiter
from app.web.pages import fragment, show, wants_fragment
from app.web.runtime import current_actor
from app.web.unsent import rescued, session_ended, to_copy
from app.web.words import sentence

log = structlog.get_logger(__name__)

A_MINUTE = 60
MOST_DROPPED, AT_A_TIME = 256 * 1024 * 1024, 64 * 1024
LONGEST_ARRIVAL = 30.0
"""How much of a request that is too big is still taken in, and for how many seconds, so that the answer is read."""
LAST_WORDS = "Something broke on our side. We have been told. Try again in a minute."
"""What is said when not even the error page can be rendered, and so no catalogue either."""


def init_errors(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(AppError, _show_app_error)
    app.register_error_handler(CSRFError, _show_csrf_error)
    app.register_error_handler(RateLimitExceeded, _show_rate_limit)
    app.register_error_handler(HTTPException, _show_http_error)
    app.register_error_handler(Exception, _show_crash)


def _show_app_error(error: Exception) -> ResponseReturnValue:
    assert isinstance(error, AppError)
    if error.reason == "identity.sign_in_required" and current_actor().is_anonymous:
        return rescued() or _send_to_sign_in()
    return error_page(error.status, sentence(error.reason, **error.facts))


def _send_to_sign_in() -> ResponseReturnValue:
    if wants_fragment():
        return error_page(HTTPStatus.UNAUTHORIZED)
    back = request.full_path.rstrip("?") if request.method == "GET" else place_before()
    return redirect(url_for("identity.signing_in_show", next=back), code=303)


def _show_csrf_error(_error: Exception) -> ResponseReturnValue:
    return rescued() or (
        error_page(HTTPStatus.UNAUTHORIZED)
        if wants_fragment() and session_ended()
        else error_page(HTTPStatus.BAD_REQUEST, sentence("web.form_expired"))
    )


def _show_rate_limit(error: Exception) -> ResponseReturnValue:
    log.info("rate limit", limit=str(getattr(error, "description", "")), path=request.path)
    status, seconds = HTTPStatus.TOO_MANY_REQUESTS, _seconds_to_wait()
    message = gettext("You’re quick. Give it a minute.")
    if seconds > A_MINUTE:
        message = gettext("You’re quick. Go on in %(minutes)s minutes.", minutes=ceil(seconds / A_MINUTE))
    response = make_response(to_copy(status, message) or error_page(status, message if seconds > A_MINUTE else None))
    response.headers["Retry-After"] = str(seconds)
    return response


def _seconds_to_wait() -> int:
    """Return when the next request will pass; a minute when the store of the limits does not say."""
    limit = limiter.current_limit
    return max(1, limit.reset_at - int(time.time())) if limit is not None else A_MINUTE


def _show_http_error(error: Exception) -> ResponseReturnValue:
    assert isinstance(error, HTTPException)
    if error.response is not None or error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error.get_response()
    if error.code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        _let_it_arrive()
    response = make_response(error_page(error.code))
    if isinstance(error, MethodNotAllowed):
        response.allow.update(error.valid_methods or ())  # RFC 9110, 15.5.6
    return response


def _let_it_arrive() -> None:
    """Take the rest of what is too big and drop it: many browsers show no page while they send (RFC 9112, 9.6)."""
    if not request.environ.get("wsgi.input_terminated"):  # such a server would wait here for more than there is
        return
    stream, left, until = request.environ["wsgi.input"], MOST_DROPPED, time.monotonic() + LONGEST_ARRIVAL
    with suppress(OSError, ValueError):  # the sender went away, or sent no whole body: the server closes the connection
        while left > 0 and time.monotonic() < until and (piece := stream.read(min(left, AT_A_TIME))):
            left -= len(piece)


def _show_crash(error: Exception) -> ResponseReturnValue:
    log.error("request crashed", path=request.path, method=request.method, exc_info=error)
    try:
        return error_page(HTTPStatus.INTERNAL_SERVER_ERROR)
    except Exception:  # the page needs what has just failed, the database most of all
        log.exception("the error page crashed too", path=request.path)
        return Response(LAST_WORDS, HTTPStatus.INTERNAL_SERVER_ERROR, mimetype="text/plain")


def error_page(status: int, message: str | None = None) -> ResponseReturnValue:
    """Render the page, or the small piece for an enhanced control, of one status."""
    template = "errors/piece.html" if wants_fragment() else "errors/page.html"
    render = fragment if wants_fragment() else show
    return render(template, status=status, error_status=int(status), message=message)

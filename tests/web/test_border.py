from __future__ import annotations

import io
import re
from html import unescape

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse, create_environ, run_wsgi_app
from werkzeug.wrappers import Request

from app.forum.models.answer import Answer, Comment
from app.kernel.errors import Busy, Conflict, Denied, Gone, NotFound
from app.kernel.models import Submission
from app.web import errors
from app.web.runtime import perform_once, read_session
from app.web.sent import mark_of_sent
from tests.support.factories import Make

EVERY = ["/", "/questions", "/find", "/sign-in", "/register", "/help", "/accessibility", "/tags", "/spaces"]


@pytest.fixture
def strict(app: Flask):
    """The border as it is outside of tests: forms need their token."""
    app.config["WTF_CSRF_ENABLED"] = True
    yield app.test_client()
    app.config["WTF_CSRF_ENABLED"] = False


@pytest.mark.parametrize("path", EVERY)
def test_every_page_forbids_foreign_scripts_frames_and_bases(client: FlaskClient, path: str):
    policy = client.get(path).headers["Content-Security-Policy"]

    for part in ("default-src 'none'", "'strict-dynamic'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert part in policy
    assert "require-trusted-types-for 'script'; trusted-types app" in policy
    assert "unsafe" not in policy


def test_a_nonce_is_used_once(client: FlaskClient):
    assert len({client.get("/").headers["Content-Security-Policy"] for _ in range(3)}) == 3


@pytest.mark.parametrize("path", ["/", "/nothing-here", "/static/icon.svg", "/robots.txt"])
def test_no_response_may_be_sniffed_or_embedded(client: FlaskClient, path: str):
    with client.get(path) as response:
        headers = response.headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "same-origin"


def test_pages_are_private_and_built_files_are_kept_for_ever(client: FlaskClient):
    page = client.get("/")
    script = page.text.split('src="/static/dist/')[1].split('"')[0]

    assert "private" in page.headers["Cache-Control"]
    with client.get(f"/static/dist/{script}") as built:
        assert "immutable" in built.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/speculation.json", "application/speculationrules+json"),
        ("/manifest.webmanifest", "application/manifest+json"),
        ("/robots.txt", "text/plain"),
        ("/favicon.ico", "image/svg+xml"),
    ],
)
def test_what_browsers_ask_for_by_name_is_there(client: FlaskClient, path: str, kind: str):
    response = client.get(path)

    assert response.status_code == 200
    assert response.mimetype == kind


@pytest.mark.parametrize("path", ["/nothing-here", "/questions/999999", "/questions/99999999999999999999"])
def test_what_is_not_there_is_a_page_with_a_way_on(client: FlaskClient, path: str):
    response = client.get(path)

    assert response.status_code == 404
    assert 'action="/find"' in response.text


def test_a_wrong_method_is_a_page(client: FlaskClient):
    refused = client.put("/questions")

    assert refused.status_code == 405
    assert refused.allow == {"GET", "HEAD", "OPTIONS"}
    assert "This page isn’t here" in client.put("/questions").text


@pytest.mark.parametrize("error", [NotFound(), Gone("kernel.refused"), Denied(), Conflict(), Busy()])
def test_every_refusal_is_a_page_and_a_piece(app: Flask, client: FlaskClient, monkeypatch, error):
    def refuse() -> None:
        raise error

    monkeypatch.setitem(app.view_functions, "site.site_robots", refuse)

    page, piece = client.get("/robots.txt"), client.get("/robots.txt", headers={"HX-Request": "true"})

    assert page.status_code == piece.status_code == error.status
    assert "<main" in page.text
    assert "<main" not in piece.text
    assert 'role="alert"' in piece.text


def test_a_crash_is_a_page_that_tells_nothing_of_the_inside(app: Flask, client: FlaskClient, monkeypatch):
    def crash() -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setitem(app.view_functions, "site.site_robots", crash)

    response = client.get("/robots.txt")

    assert response.status_code == 500
    assert "Something broke on our side" in response.text
    assert "secret detail" not in response.text


def test_a_crash_of_the_error_page_still_answers(app: Flask, client: FlaskClient, monkeypatch):
    def crash(*_args: object, **_facts: object) -> None:
        raise RuntimeError

    monkeypatch.setitem(app.view_functions, "site.site_robots", crash)
    monkeypatch.setitem(app.jinja_env.globals, "current_actor", crash)

    response = client.get("/robots.txt")

    assert response.status_code == 500
    assert response.mimetype == "text/plain"


@pytest.mark.parametrize("query", ["q=%00", "q=a%00b", "%00=1"])
def test_nul_bytes_are_refused(client: FlaskClient, query: str):
    assert client.get(f"/find?{query}").status_code == 400


@pytest.mark.parametrize("query", ["q=%ff%fe", "q=%ed%a0%80", "q=" + "%F0%9F%98%80" * 200])
def test_odd_text_in_an_address_breaks_nothing(client: FlaskClient, query: str):
    assert client.get(f"/find?{query}").status_code == 200


def test_an_endless_address_is_refused(client: FlaskClient):
    assert client.get("/find?q=" + "a" * 70_000).status_code == 414


def test_broken_multipart_is_refused_and_not_a_crash(client: FlaskClient, make: Make):
    make.sign_in(client, make.user())

    response = client.post("/ask", data=b"--x\r\nbroken", content_type="multipart/form-data; boundary=y")

    assert response.status_code in {400, 422}


def test_too_big_is_said_in_words(client: FlaskClient, make: Make):
    make.sign_in(client, make.user())

    response = client.post(
        "/uploads",
        data=b"x" * 52 * 1024 * 1024,
        content_type="multipart/form-data; boundary=y",
        headers={"Referer": "http://localhost/ask"},
    )

    assert response.status_code == 413
    assert "too big" in response.text
    assert "Back button" in response.text
    assert "Back to the page before" not in response.text, "that link would open an empty form"


@pytest.mark.parametrize("megabytes", [60, 400])
def test_what_is_too_big_is_taken_in_so_that_the_page_is_read(app: Flask, monkeypatch, megabytes: int):
    """Whoever still sends when the connection ends sees no page in many browsers; what has no end is not awaited."""
    monkeypatch.setattr(errors, "MOST_DROPPED", 100 * 2**20)
    body = Endless(megabytes * 2**20)

    response = served(app, "/ask", body, "multipart/form-data; boundary=y", str(body.left))

    assert response.status_code == 413
    assert body.read_so_far == min(megabytes, 100) * 2**20


def served(app: Flask, path: str, body: io.RawIOBase | io.BytesIO, kind: str, length: str = "") -> TestResponse:
    """Post what a server gives that knows where a body ends, as gunicorn does; chunks come without a length."""
    environ = create_environ(path, method="POST", content_type=kind)
    environ.update({"wsgi.input": body, "wsgi.input_terminated": True, "CONTENT_LENGTH": length})
    return TestResponse(*run_wsgi_app(app, environ), request=Request(environ))


class Endless(io.RawIOBase):
    """So many bytes that nobody has to keep."""

    def __init__(self, size: int) -> None:
        self.left, self.read_so_far = size, 0

    def read(self, size: int = -1) -> bytes:
        piece = b"x" * min(self.left, size)
        self.left, self.read_so_far = self.left - len(piece), self.read_so_far + len(piece)
        return piece


@pytest.mark.parametrize("body", [b"a=" + b"1" * 2**20, b"&a=1" * 1100], ids=["bytes", "fields"])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", ""])
@pytest.mark.usefixtures("strict")
def test_a_flood_of_fields_is_refused_before_it_is_taken_apart(client: FlaskClient, body: bytes, kind: str):
    """Fifty megabytes of them would become gigabytes of memory, sent by anybody."""
    response = client.post("/sign-in", data=body, content_type=kind)

    assert response.status_code == 413
    assert "too big" in response.text


def test_a_flood_without_a_length_is_refused(app: Flask):
    body = io.BytesIO(b"a=" + b"1" * 2**21)

    assert served(app, "/sign-in", body, "application/x-www-form-urlencoded").status_code == 413


def test_a_form_without_its_token_is_refused(strict: FlaskClient, make: Make):
    make.sign_in(strict, make.user())
    question = make.question()

    response = strict.post(f"/questions/{question.id}/answers", data={"body": "An answer that nobody meant to send."})

    assert response.status_code == 400
    assert "waited too long" in response.text


def test_the_same_form_sent_twice_acts_once(client: FlaskClient, make: Make, session):
    make.sign_in(client, make.user())
    question = make.question()
    form = {"body": "Switch the client to TCP 443.", "once": "token-of-one-form"}

    first, second = (client.post(f"/questions/{question.id}/answers", data=form) for _ in range(2))

    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert session.scalar(select(func.count()).select_from(Answer)) == 1


@pytest.mark.parametrize("place", ["answers", "comments"])
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_the_same_token_with_another_text_swallows_nothing(
    client: FlaskClient, make: Make, session, place: str, headers: dict[str, str]
):
    """The browser's Back shows a form that was sent, and its token; what is typed into it now was never sent."""
    make.sign_in(client, make.user())
    address = f"/questions/{make.question().id}/{place}"
    row = Answer if place == "answers" else Comment
    client.post(address, data={"body": "Switch the client to TCP 443.", "once": "token-of-one-form"})

    refused = client.post(address, data={"body": "Wholly other words.", "once": "token-of-one-form"}, headers=headers)

    assert refused.status_code == 422
    assert "sent this form before" in unescape(refused.text)
    assert "Wholly other words.</textarea>" in refused.text
    assert session.scalar(select(func.count()).select_from(row)) == 1
    form = next(f for f in refused.text.split("<form") if "Wholly other words." in f)
    once = re.search(r'name="once"[^>]*value="([^"]+)"', form)
    assert once is not None
    assert client.post(address, data={"body": "Wholly other words.", "once": once[1]}).status_code == 303
    session.rollback()
    assert session.scalar(select(func.count()).select_from(row)) == 2


def test_other_files_are_another_sending(app: Flask):
    marks = set()
    for data, name in [(b"one", "a.log"), (b"other", "a.log"), (b"one", "b.log"), (b"one", "a.log")]:
        form = {"body": "See there.", "once": "x", "files": (io.BytesIO(data), name)}
        with app.test_request_context(method="POST", data=form):
            marks.add(mark_of_sent())
            assert request.files["files"].read() == data, "the file is still to be read"
    assert len(marks) == 3


def test_two_sendings_of_a_form_at_once_both_arrive(app: Flask, make: Make):
    """The second had begun to read before the first committed: it must not be misled by what it saw then."""
    with app.test_request_context():
        read_session().execute(select(func.count()).select_from(Answer))
        make.save(Submission(token="token-of-one-form", made_at=make.now, mark=mark_of_sent(), location="/q/1#a1"))
        assert perform_once("token-of-one-form", lambda _uow: "/twice") == "/q/1#a1"


def test_signing_out_empties_the_browser(client: FlaskClient, make: Make):
    make.sign_in(client, make.user())

    assert '"storage"' in client.post("/sign-out").headers["Clear-Site-Data"]


def test_a_guest_who_acts_is_asked_to_sign_in(client: FlaskClient, make: Make):
    question = make.question()
    form = {"value": "1"}

    page = client.post(f"/questions/{question.id}/me-too", data=form)
    piece = client.post(f"/questions/{question.id}/me-too", data=form, headers={"HX-Request": "true"})

    assert (page.status_code, piece.status_code) == (303, 401)
    assert page.location.startswith("/sign-in")


def test_a_guest_comes_back_to_the_page_where_they_acted(client: FlaskClient, make: Make):
    place = f"/questions/{make.question().id}"

    sent = client.post(f"{place}/me-too", data={"value": "1"}, headers={"Referer": f"http://localhost{place}"})
    astray = client.post(f"{place}/me-too", data={"value": "1"}, headers={"Referer": "http://elsewhere.example/"})

    assert sent.location == f"/sign-in?next={place}"
    assert astray.location == "/sign-in?next=/"


def test_what_scripts_follow_in_place_is_not_fetched_ahead(client: FlaskClient) -> None:
    rules = client.get("/speculation.json").get_json(force=True)["prefetch"]

    assert "[hx-get]" in str(rules), "a page kept from before a form was sent would be shown, outdated, after it"

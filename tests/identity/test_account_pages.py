"""Getting in and out over HTTP."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from app.identity.models import SignIn, User
from app.web.going_back import local_path
from app.web.limits import limiter
from app.web.login import SIGN_IN_KEY
from app.wiring import build_app
from tests.identity.conftest import HASH, PASSWORD, link_in, sign_in
from tests.support.databases import dispose

NEW = "a new long password"


def text_of(response):
    return response.get_data(as_text=True)


def may_enter(client):
    return client.get("/settings").status_code == 200


def test_somebody_registers_signs_in_and_out(client, session) -> None:
    answer = client.post("/register", data={"name": "Zoe", "email": "zoe@example.org", "password": PASSWORD})
    assert answer.status_code == 303
    assert "Nearly there" in text_of(client.get(answer.location))
    assert sign_in(client, "Zoe@Example.org").status_code == 303
    assert may_enter(client)
    assert client.post("/sign-out").status_code == 303
    assert not may_enter(client)
    assert session.scalar(select(SignIn.revoked_at)) is not None


def test_registering_a_known_address_gets_the_same_answer(client, mia) -> None:
    fields = {"name": "Zoe", "password": PASSWORD}
    known = client.post("/register", data={"email": "mia@example.org", **fields})
    unknown = client.post("/register", data={"email": "new@example.org", **fields})
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location)


def test_a_form_that_is_sent_twice_makes_one_account(client, session) -> None:
    form = {"name": "Zoe", "email": "zoe@example.org", "password": PASSWORD, "once": "t" * 24}
    first, second = client.post("/register", data=form), client.post("/register", data=form)
    assert first.location == second.location
    assert len(session.scalars(select(User)).all()) == 1


def test_a_weak_password_is_refused_at_its_field_and_what_was_typed_is_kept(client) -> None:
    answer = client.post("/register", data={"name": "Zoe", "email": "zoe@example.org", "password": "password123"})
    assert answer.status_code == 422
    page = text_of(answer)
    assert 'href="#password"' in page
    assert "zoe@example.org" in page
    assert "password123" not in page


def test_where_registration_is_closed_nobody_registers(app, client, runtime, monkeypatch) -> None:
    monkeypatch.setattr(runtime, "settings", runtime.settings.model_copy(update={"registration": "closed"}))
    assert client.get("/register").status_code == 403
    assert client.post("/register", data={}).status_code == 403
    for place in ("/sign-in", "/", "/help"):
        assert 'href="/register' not in text_of(client.get(place))


def test_where_registration_is_open_guests_are_shown_the_way(client) -> None:
    assert 'href="/register"' in text_of(client.get("/help"))


def test_a_wrong_password_and_an_unknown_address_read_the_same(client, mia) -> None:
    wrong = sign_in(client, password="not the password")
    unknown = sign_in(client, email="nobody@example.org")
    assert wrong.status_code == unknown.status_code == 422
    plain = [re.sub(r'value="[^"]*"|nonce="[^"]*"', "", text_of(answer)) for answer in (wrong, unknown)]
    assert plain[0] == plain[1]


def test_where_mail_goes_out_an_address_is_verified_before_the_first_sign_in(
    client, make, runtime, monkeypatch, letters
) -> None:
    make.user("Zoe", email="zoe@example.org", password_hash=HASH, email_verified_at=None)
    monkeypatch.setattr(runtime, "settings", runtime.settings.model_copy(update={"mail_url": "smtp://mail"}))

    refused = [sign_in(client, "zoe@example.org", once="a token") for _ in range(2)]

    assert [answer.status_code for answer in refused] == [422, 422]
    assert "not confirmed yet. We write to zoe@example.org" in text_of(refused[1])
    (letter,) = letters()
    client.post(link_in(letter))
    assert sign_in(client, "zoe@example.org", once="a token").status_code == 303


def test_only_who_has_the_password_learns_that_an_account_is_not_verified(
    client, make, runtime, monkeypatch, letters
) -> None:
    make.user("Zoe", email="zoe@example.org", password_hash=HASH, email_verified_at=None)
    monkeypatch.setattr(runtime, "settings", runtime.settings.model_copy(update={"mail_url": "smtp://mail"}))

    answer = sign_in(client, "zoe@example.org", password="not the password")

    assert "don’t match" in text_of(answer)
    assert "confirmed" not in text_of(answer)
    assert letters() == []


def test_the_link_is_sent_again_once_however_often_the_button_is_pressed(client, make, letters) -> None:
    make.sign_in(client, make.user("Zoe", email="zoe@example.org", password_hash=HASH, email_verified_at=None))
    form = text_of(client.get("/settings/account")).split('action="/settings/account/verification"')[1]
    once = re.search(r'name="once" value="([^"]+)"', form.split("</form>")[0])
    assert once is not None
    for _ in range(2):
        assert client.post("/settings/account/verification", data={"once": once[1]}).status_code == 303
    assert [letter.to for letter in letters()] == ["zoe@example.org"]


def test_a_switched_off_person_does_not_get_in(client, make) -> None:
    make.user("Zoe", email="zoe@example.org", password_hash=HASH, deactivated_at=make.now)
    assert sign_in(client, "zoe@example.org").status_code == 422


def test_a_new_sign_in_has_a_new_token_and_ends_the_one_before(client, mia, session) -> None:
    tokens = []
    for _ in range(2):
        sign_in(client)
        with client.session_transaction() as cookie:
            tokens.append(cookie[SIGN_IN_KEY])
    assert tokens[0] != tokens[1]
    ended = session.scalars(select(SignIn.revoked_at.is_not(None)).order_by(SignIn.id)).all()
    assert ended == [True, False]


def test_nothing_that_was_in_the_session_before_survives_signing_in(client, mia) -> None:
    with client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
    sign_in(client)
    with client.session_transaction() as cookie:
        assert "planted" not in cookie


def test_a_revoked_browser_is_out_at_once(client, mia, unit_of_work) -> None:
    sign_in(client)
    with unit_of_work() as uow:
        for row in uow.session.scalars(select(SignIn)):
            row.revoked_at = uow.now
    assert not may_enter(client)


def test_a_sign_in_ends_after_sixty_days_without_a_visit(client, mia, clock) -> None:
    sign_in(client)
    clock.advance(days=61)
    assert not may_enter(client)


def test_a_visit_is_noted_after_the_page_has_left(client, mia, clock, count_statements, session) -> None:
    sign_in(client)
    clock.advance(minutes=6)
    with count_statements() as seen:
        response = client.get("/accessibility")
        response = client.get("/settings/looks")
    assert not [s for s in seen if s.startswith("UPDATE")], "no page waits for it"
    response.close()
    assert session.scalar(select(SignIn.last_seen_at)) == clock.now()


def test_a_detour_over_signing_in_comes_back(client, mia) -> None:
    asked = client.get("/settings/looks?x=1")
    assert asked.status_code == 303
    assert asked.location.startswith("/sign-in?next=")
    page = text_of(client.get(asked.location))
    assert 'name="next" value="/settings/looks?x=1"' in page
    assert sign_in(client, next="/settings/looks?x=1").location == "/settings/looks?x=1"


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\n/evil.example",
        "evil.example",
        "http:/\\evil",
        "/a" * 2000,
        "//[bad",
        "",
    ],
)
def test_nobody_is_led_to_another_site(client, mia, address) -> None:
    assert local_path(address) == "/"
    assert sign_in(client, next=address).location == "/"


def test_a_forgotten_password_is_replaced_by_mail(client, mia, letters) -> None:
    known = client.post("/forgotten", data={"email": "mia@example.org"})
    unknown = client.post("/forgotten", data={"email": "nobody@example.org"})
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location)
    assert "two hours" in text_of(client.get(known.location))
    link = link_in(letters()[0])
    assert client.get(link).status_code == 200
    assert client.post(link, data={"password": "short"}).status_code == 422
    assert client.post(link, data={"password": "mia@example.org"}).status_code == 422
    done = client.post(link, data={"password": NEW, "once": "o" * 24})
    assert client.post(link, data={"password": NEW, "once": "o" * 24}).location == done.location, "sent twice"
    assert client.get(done.location).status_code == 200
    assert client.get(link).status_code == 410
    assert sign_in(client).status_code == 422
    assert sign_in(client, password=NEW).status_code == 303


def test_an_address_is_verified_by_a_button_not_by_opening_the_link(client, letters, session) -> None:
    client.post("/register", data={"name": "Zoe", "email": "zoe@example.org", "password": PASSWORD})
    link = link_in(letters()[0])
    assert "zoe@example.org" in text_of(client.get(link))
    assert session.scalar(select(User.email_verified_at)) is None
    session.rollback()
    assert client.get(client.post(link).location).status_code == 200
    assert session.scalar(select(User.email_verified_at)) is not None
    assert client.get(link).status_code == 410


def test_every_form_needs_its_token(client, mia, border) -> None:
    assert sign_in(client).status_code == 400
    assert client.post("/language", data={"language": "de"}).status_code == 400
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text_of(client.get("/sign-in")))
    assert token
    assert sign_in(client, csrf_token=token.group(1)).status_code == 303
    page = text_of(client.get("/settings/account"))
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    assert client.post("/settings/browsers/revoke-others", data={"csrf_token": token.group(1)}).status_code == 303


@pytest.fixture
def limited(app, settings, shared_clock):
    """A client of an application that counts requests."""
    counting = build_app(settings.model_copy(update={"rate_limits": True}), shared_clock)
    counting.config["WTF_CSRF_ENABLED"] = False
    with counting.app_context():
        limiter.reset()
    yield counting.test_client()
    limiter.enabled = False
    dispose(counting)


def test_an_account_takes_ten_wrong_passwords_in_a_quarter_of_an_hour(limited, mia, monkeypatch) -> None:
    monkeypatch.setattr("app.identity.routes.signing_in.matches", lambda *_: False)
    codes = []
    for number in range(11):
        address = {"REMOTE_ADDR": f"203.0.113.{number}"}
        data = {"email": "mia@example.org", "password": "wrong"}
        codes.append(limited.post("/sign-in", data=data, environ_base=address).status_code)
    assert codes == [422] * 10 + [429]


def test_one_address_is_slowed_down_whatever_account_it_tries(limited, monkeypatch) -> None:
    monkeypatch.setattr("app.identity.routes.signing_in.matches", lambda *_: False)
    data = {"password": "wrong"}
    codes = [limited.post("/sign-in", data={"email": f"a{n}@example.org", **data}).status_code for n in range(11)]
    assert codes == [422] * 10 + [429]


@pytest.mark.parametrize(
    ("path", "fields"), [("/forgotten", {}), ("/register", {"name": "Mia", "password": "a new long password"})]
)
def test_nobody_floods_a_mailbox_through_us(limited, mia, letters, path: str, fields: dict[str, str]) -> None:
    answers = set()
    for number in range(8):
        address = {"REMOTE_ADDR": f"203.0.113.{number}"}
        answer = limited.post(path, data={"email": "Mia@example.org", **fields}, environ_base=address)
        answers.add((answer.status_code, answer.location))

    assert len(answers) == 1
    assert [letter.to for letter in letters()] == ["mia@example.org"] * 4


def test_who_floods_an_address_keeps_nobody_from_registering_with_it(limited, letters) -> None:
    for _ in range(5):
        limited.post("/forgotten", data={"email": "zoe@example.org"}, environ_base={"REMOTE_ADDR": "203.0.113.1"})
    limited.post("/register", data={"name": "Zoe", "email": "zoe@example.org", "password": PASSWORD})

    assert [letter.subject for letter in letters()] == ["Peerdesk asks you to confirm your address"]


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(client, mia) -> None:
    header = sign_in(client).headers["Set-Cookie"]
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header


def test_somebody_who_was_given_an_account_is_invited_and_has_forgotten_nothing(client, admin, make, letters) -> None:
    make.sign_in(client, admin)
    client.post("/admin/people", data={"name": "Nova Lind", "email": "nova@example.org"})
    (letter,) = letters()
    assert letter.to == "nova@example.org"
    assert "has an account for you" in letter.subject
    assert "did not ask" not in letter.text
    client.post("/sign-out")
    assert client.post(link_in(letter), data={"password": NEW}).status_code == 303
    assert sign_in(client, "nova@example.org", NEW).status_code == 303

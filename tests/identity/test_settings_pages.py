"""Profile and settings over HTTP."""

from __future__ import annotations

import io
import json

import pytest

from app.identity.models import SignIn
from app.identity.personal_data import LEFT
from app.identity.ports import AvatarStore
from app.kernel.actor import Role
from tests.identity.conftest import HASH, PASSWORD, link_in, sign_in
from tests.identity.test_avatars import picture

PAGES = ["/settings", "/settings/formats", "/settings/looks", "/settings/account", "/settings/data"]


def text_of(response):
    return response.get_data(as_text=True)


@pytest.fixture
def at_home(client, mia, make):
    """Mia's browser."""
    make.sign_in(client, mia)
    return client


@pytest.mark.parametrize("path", PAGES)
def test_settings_are_for_members(client, path) -> None:
    assert client.get(path).status_code == 303


@pytest.mark.parametrize("path", PAGES)
def test_every_settings_page_shows(at_home, path) -> None:
    assert at_home.get(path).status_code == 200


def test_a_profile_shows_what_its_person_wrote(at_home, mia) -> None:
    form = {
        "name": "  Mia   Chen-Li ",
        "pronouns": "she/her",
        "place": "Lagos",
        "ask_me_about": "VPN & <b>",
        "about": "One.\n\nTwo.",
        "languages": ["de", "en"],
    }
    assert at_home.post("/settings", data=form).status_code == 303
    page = text_of(at_home.get("/people/mia"))
    for shown in ("Mia Chen-Li", "she/her", "Lagos", "VPN &amp; &lt;b&gt;", "<p>Two.</p>", "German, English"):
        assert shown in page
    assert "Edit your profile" in page


def test_a_profile_needs_a_name_and_keeps_the_rest_as_typed(at_home, person, mia) -> None:
    answer = at_home.post("/settings", data={"name": " ", "place": "Lagos", "about": "x" * 2001})
    assert answer.status_code == 422
    assert "Lagos" in text_of(answer)
    assert person(mia.id).name == "Mia Chen"


def test_a_guest_reads_a_profile_without_a_way_to_edit_it(client, mia) -> None:
    page = text_of(client.get("/people/mia"))
    assert "Mia Chen" in page
    assert "mia@example.org" not in page
    assert "Edit your profile" not in page


def test_nobody_is_at_an_unknown_handle(client) -> None:
    assert client.get("/people/nobody").status_code == 404


def test_a_profile_tells_what_time_it_is_there(at_home) -> None:
    assert at_home.post("/settings/formats", data={"language": "", "time_zone": "Asia/Tokyo"}).status_code == 303
    assert "6:00" in text_of(at_home.get("/people/mia"))


def test_a_profile_costs_the_same_however_much_one_has_done(client, mia, make, count_statements) -> None:
    counts = []
    for _ in range(2):
        with count_statements() as seen:
            client.get("/people/mia")
        counts.append(len(seen))
        for _ in range(20):
            make.group(mia)
    assert counts[0] == counts[1]


def test_the_account_page_takes_as_many_statements_for_one_browser_as_for_twenty(
    at_home, mia, make, count_statements, app
) -> None:
    counts = []
    for _ in range(2):
        with count_statements() as seen:
            at_home.get("/settings/account")
        counts.append(len(seen))
        for _ in range(20):
            make.sign_in(app.test_client(), mia)
    assert counts[0] == counts[1]


def test_a_picture_is_shown_replaced_and_forgotten(at_home, mia, person, runtime) -> None:
    keys = []
    for _ in range(2):
        upload = {"avatar": (io.BytesIO(picture()), "me.jpg")}
        assert at_home.post("/settings/picture", data=upload).status_code == 303
        keys.append(person(mia.id).avatar_key)
    shown = at_home.get(f"/avatars/{keys[1]}.webp")
    assert (shown.status_code, shown.mimetype) == (200, "image/webp")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in shown.headers["Cache-Control"]
    runtime.relay.drain()
    assert at_home.get(f"/avatars/{keys[0]}.webp").status_code == 404
    at_home.post("/settings/picture/remove")
    runtime.relay.drain()
    assert at_home.get(f"/avatars/{keys[1]}.webp").status_code == 404
    assert at_home.get("/avatars/..%2fsecret.webp").status_code == 404


def test_a_file_that_is_no_picture_is_refused_in_words(at_home) -> None:
    answer = at_home.post("/settings/picture", data={"avatar": (io.BytesIO(b"MZ"), "me.jpg")})
    assert answer.status_code == 422
    assert "read this picture" in text_of(answer)
    assert at_home.post("/settings/picture", data={}).status_code == 422


def test_a_picture_that_the_disk_does_not_take_is_refused_in_words(at_home, mia, person, runtime, monkeypatch) -> None:
    def full(_key: str, _picture: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(runtime.ports[AvatarStore], "save", full)
    answer = at_home.post("/settings/picture", data={"avatar": (io.BytesIO(picture()), "me.jpg")})

    assert answer.status_code == 422
    assert "keep this picture right now" in text_of(answer)
    assert person(mia.id).avatar_key is None


def test_language_and_looks_of_a_guest_stay_on_the_browser(client) -> None:
    assert client.post("/language", data={"language": "de", "next": "/help"}).location == "/help"
    assert client.post("/theme", data={"theme": "dark", "next": "//evil.example"}).location == "/"
    page = text_of(client.get("/help"))
    assert '<html lang="de"' in page
    assert 'data-theme="dark"' in page
    client.post("/language", data={"language": "xx"})
    client.post("/theme", data={"theme": "<script>"})
    page = text_of(client.get("/help"))
    assert '<html lang="en"' in page
    assert "data-theme" not in page


def test_the_page_of_language_and_looks_leads_back_to_where_one_was(client) -> None:
    page = text_of(client.get("/language", headers={"Referer": "http://localhost/find?q=vpn"}))
    assert 'name="next" value="/find?q=vpn"' in page
    page = text_of(client.get("/language", headers={"Referer": "http://evil.example/find"}))
    assert 'name="next" value="/"' in page


def test_language_and_looks_of_a_member_follow_them_to_the_next_browser(at_home, app) -> None:
    at_home.post("/settings/formats", data={"language": "de", "time_zone": "Europe/Berlin"})
    at_home.post("/settings/looks", data={"theme": "dark"})
    other = app.test_client()
    sign_in(other)
    page = text_of(other.get("/help"))
    assert '<html lang="de"' in page
    assert 'data-theme="dark"' in page


def test_a_time_zone_that_is_none_is_refused(at_home) -> None:
    assert at_home.post("/settings/formats", data={"language": "", "time_zone": "Mars/Base"}).status_code == 422


def test_a_switch_posts_the_wanted_state_so_that_twice_is_once(at_home, mia, person) -> None:
    for _ in range(2):
        at_home.post("/settings/shortcuts", data={"value": "1"})
        at_home.post("/settings/leaderboard", data={"value": "0"})
    assert person(mia.id).shortcuts
    assert not person(mia.id).on_leaderboard


def test_a_password_is_changed_by_whoever_knows_it(at_home, app, mia) -> None:
    wrong = {"current": "not the password", "password": "a new long password"}
    assert at_home.post("/settings/account/password", data=wrong).status_code == 422
    right = {"current": PASSWORD, "password": "a new long password"}
    assert at_home.post("/settings/account/password", data={**right, "password": "password123"}).status_code == 422
    assert at_home.post("/settings/account/password", data=right).status_code == 303
    assert at_home.get("/settings").status_code == 200, "this browser stays signed in"
    assert sign_in(app.test_client(), password="a new long password").status_code == 303


def test_an_address_is_changed_by_the_link_that_goes_there(at_home, mia, person, letters) -> None:
    form = {"address-email": "new@example.org", "address-current": PASSWORD}
    assert at_home.post("/settings/account/email", data={**form, "address-current": "wrong"}).status_code == 422
    assert at_home.post("/settings/account/email", data=form).status_code == 303
    assert "new@example.org" in text_of(at_home.get("/settings/account"))
    link = link_in(letters()[0])
    assert "new@example.org" in text_of(at_home.get(link))
    assert person(mia.id).email == "mia@example.org"
    assert at_home.post(link).status_code == 303
    assert person(mia.id).email == "new@example.org"


def test_browsers_are_named_and_signed_out(client, mia, app, session) -> None:
    other = app.test_client()
    agent = "Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0"
    other.post("/sign-in", data={"email": "mia@example.org", "password": PASSWORD}, headers={"User-Agent": agent})
    sign_in(client)
    assert "Firefox · Windows" in text_of(client.get("/settings/account"))
    first = session.query(SignIn).order_by(SignIn.id).first()
    assert first is not None
    assert client.post(f"/settings/browsers/{first.id}/revoke").status_code == 303
    assert other.get("/settings").status_code == 303
    assert client.get("/settings").status_code == 200
    sign_in(other)
    client.post("/settings/browsers/revoke-others")
    assert other.get("/settings").status_code == 303


def test_somebody_takes_their_data_along(at_home, mia, make) -> None:
    make.group(mia, name="Finance")
    answer = at_home.get("/settings/data/export")
    data = json.loads(answer.data)["identity"]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert data["account"]["email"] == "mia@example.org"
    assert data["groups"] == ["Finance"]
    assert "hash" not in text_of(answer)


def test_somebody_leaves_and_what_they_wrote_stays(at_home, mia, person, runtime, make, session) -> None:
    question = make.question(asker=mia)
    at_home.post("/settings/picture", data={"avatar": (io.BytesIO(picture()), "me.jpg")})
    key = person(mia.id).avatar_key
    form = {"current": PASSWORD, "understood": "y"}
    assert at_home.post("/settings/data/leave", data={"current": PASSWORD}).status_code == 422
    assert at_home.post("/settings/data/leave", data={**form, "current": "wrong"}).status_code == 422
    answer = at_home.post("/settings/data/leave", data=form)
    assert "Goodbye" in text_of(at_home.get(answer.location))
    gone = person(mia.id)
    assert (gone.name, gone.email, gone.password_hash, gone.avatar_key) == (LEFT, None, None, None)
    assert at_home.get("/settings").status_code == 303
    assert sign_in(at_home).status_code == 422
    assert at_home.get("/people/mia").status_code == 404
    assert LEFT in text_of(at_home.get(f"/people/left-{mia.id}"))
    runtime.relay.drain()
    assert at_home.get(f"/avatars/{key}.webp").status_code == 404
    assert session.get(type(question), question.id).asker_id == mia.id


def test_the_last_administrator_cannot_leave(client, make, person) -> None:
    ada = make.user("Ada", email="ada@example.org", password_hash=HASH, roles=(Role.ADMINISTRATOR,))
    make.sign_in(client, ada)
    answer = client.post("/settings/data/leave", data={"current": PASSWORD, "understood": "y"})
    assert answer.status_code == 409
    assert "at least one administrator" in text_of(answer)
    assert person(ada.id).name == "Ada"


@pytest.mark.parametrize("path", ["/help", "/accessibility"])
def test_the_way_to_a_person_is_open_to_everybody(client, path) -> None:
    assert client.get(path).status_code == 200

"""Accounts from the inside: services, links and letters."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from app.identity.models import SignIn, User
from app.identity.passwords import NewPassword, hash_password, matches
from app.identity.services import adding
from app.identity.services.emails import ask_email_change, change_email
from app.identity.services.passwords import ChangePassword, ask_password_reset, change_password, reset_password
from app.identity.services.registering import Register, ask_email_verification, register, verify_email
from app.identity.services.signing_in import (
    OpenSignIn,
    open_sign_in,
    revoke_sign_in,
    revoke_sign_ins,
    touch_sign_in,
)
from app.identity.tokens import Purpose, Tokens
from app.kernel.actor import ANONYMOUS
from app.kernel.errors import Conflict, Gone, Invalid, NotFound
from app.kernel.models import OutboxMessage
from app.web.runtime import Runtime
from tests.identity.conftest import HASH, link_in
from tests.support.clock import FixedClock

NEW = NewPassword("a new long password", hash_password("a new long password"))


@pytest.fixture
def tokens(runtime: Runtime) -> Tokens:
    found: Tokens = runtime.ports[Tokens]
    return found


def token_in(letter) -> str:
    return link_in(letter).rsplit("/", 1)[-1]


def test_a_new_person_gets_a_handle_and_a_link_to_verify_their_address(unit_of_work, letters, session, tokens) -> None:
    with unit_of_work() as uow:
        register(uow, ANONYMOUS, Register("Zoë  Müller", " Zoe@Example.org ", HASH))
    (letter,) = letters()
    assert letter.to == "zoe@example.org"
    with unit_of_work() as uow:
        verify_email(uow, ANONYMOUS, tokens, token_in(letter))
    person = session.scalar(select(User))
    assert (person.handle, person.name, person.email) == ("zoe-muller", "Zoë Müller", "zoe@example.org")
    assert person.email_verified_at is not None


def test_people_of_one_name_get_different_handles(unit_of_work, session) -> None:
    for number in range(3):
        with unit_of_work() as uow:
            register(uow, ANONYMOUS, Register("Jo Ng", f"jo{number}@example.org", HASH))
    assert list(session.scalars(select(User.handle).order_by(User.id))) == ["jo-ng", "jo-ng-2", "jo-ng-3"]


def test_a_known_address_makes_no_second_account_and_its_owner_is_told(unit_of_work, mia, letters, session) -> None:
    with unit_of_work() as uow:
        register(uow, ANONYMOUS, Register("Eve", "MIA@example.org", HASH))
    assert session.scalar(select(func.count()).select_from(User)) == 1
    assert [letter.to for letter in letters()] == ["mia@example.org"]


def test_a_handle_that_is_taken_in_the_same_moment_gets_an_ending(unit_of_work, mia, monkeypatch, session) -> None:
    monkeypatch.setattr(adding, "free_handle", lambda *_: "mia")
    with unit_of_work() as uow:
        register(uow, ANONYMOUS, Register("Mia Ng", "other@example.org", HASH))
    handle = session.scalar(select(User.handle).where(User.email == "other@example.org"))
    assert re.fullmatch("mia-[0-9a-f]{6}", handle)


@pytest.mark.usefixtures("mia")
def test_an_address_that_is_taken_in_the_same_moment_counts_as_known(unit_of_work, monkeypatch, letters) -> None:
    monkeypatch.setattr(adding, "owner_of", lambda *_: None)
    with unit_of_work() as uow:
        register(uow, ANONYMOUS, Register("Mia Ng", "mia@example.org", HASH))
    assert [letter.subject for letter in letters()] == ["You already have an account at Peerdesk"]


@pytest.mark.parametrize(("name", "email", "field"), [("  ", "a@example.org", "name"), ("A", "nowhere", "email")])
def test_an_account_needs_a_name_and_an_address(unit_of_work, name, email, field) -> None:
    with pytest.raises(Invalid) as caught, unit_of_work() as uow:
        register(uow, ANONYMOUS, Register(name, email, HASH))
    assert caught.value.field == field


def test_a_forgotten_password_is_replaced_once(unit_of_work, mia, make, letters, tokens, person, session) -> None:
    with unit_of_work() as uow:
        open_sign_in(uow, ANONYMOUS, OpenSignIn(mia.id, HASH, "Firefox"))
        ask_password_reset(uow, ANONYMOUS, "Mia@example.org")
    token = token_in(letters()[0])
    with unit_of_work() as uow:
        reset_password(uow, ANONYMOUS, tokens, token, NEW)
    assert matches(NEW.plain, person(mia.id).password_hash)
    assert session.scalar(select(SignIn.revoked_at)) is not None, "all browsers are signed out"
    with pytest.raises(Gone), unit_of_work() as uow:
        reset_password(uow, ANONYMOUS, tokens, token, NEW)
    assert [letter.subject for letter in letters()][1:] == ["Your password at Peerdesk was changed"]


def test_a_link_for_a_new_password_is_too_old_after_two_hours(unit_of_work, mia, letters, tokens, clock) -> None:
    with unit_of_work() as uow:
        ask_password_reset(uow, ANONYMOUS, "mia@example.org")
    token = token_in(letters()[0])
    clock.advance(hours=2, seconds=2)
    with pytest.raises(Gone), unit_of_work() as uow:
        reset_password(uow, ANONYMOUS, tokens, token, NEW)


def test_a_link_for_one_purpose_does_not_serve_another(unit_of_work, mia, tokens) -> None:
    token = tokens.make(Purpose.VERIFY_EMAIL, mia)
    with pytest.raises(Gone), unit_of_work() as uow:
        reset_password(uow, ANONYMOUS, tokens, token, NEW)


@pytest.mark.parametrize("token", ["", "x", "eyJ.a.b", "ü" * 50, "." * 3000])
def test_a_made_up_link_is_refused(unit_of_work, mia, tokens, token) -> None:
    with pytest.raises(Gone), unit_of_work() as uow:
        verify_email(uow, ANONYMOUS, tokens, token)


def test_nobody_is_written_to_when_an_unknown_address_forgot_its_password(unit_of_work, mia, letters) -> None:
    with unit_of_work() as uow:
        ask_password_reset(uow, ANONYMOUS, "nobody@example.org")
    assert letters() == []


def test_no_link_and_no_address_waits_in_the_outbox(unit_of_work, mia, session) -> None:
    with unit_of_work() as uow:
        ask_password_reset(uow, ANONYMOUS, "mia@example.org")
    (payload,) = session.scalars(select(OutboxMessage.payload))
    assert payload == {"user_id": mia.id}


def test_a_changed_password_signs_out_the_other_browsers(unit_of_work, mia, make, session) -> None:
    with unit_of_work() as uow:
        here = open_sign_in(uow, ANONYMOUS, OpenSignIn(mia.id, HASH, "here"))
        open_sign_in(uow, ANONYMOUS, OpenSignIn(mia.id, HASH, "there"))
    with unit_of_work() as uow:
        change_password(uow, make.actor(mia), ChangePassword(HASH, NEW, here))
    assert list(session.scalars(select(SignIn.browser).where(SignIn.revoked_at.is_(None)))) == ["here"]


def test_an_easy_new_password_changes_nothing(unit_of_work, mia, make, person) -> None:
    with pytest.raises(Invalid), unit_of_work() as uow:
        change_password(uow, make.actor(mia), ChangePassword(HASH, NewPassword("password123", "hash"), None))
    assert person(mia.id).password_hash == HASH


def test_a_password_that_was_changed_meanwhile_lets_nobody_in(unit_of_work, mia) -> None:
    with pytest.raises(Conflict), unit_of_work() as uow:
        open_sign_in(uow, ANONYMOUS, OpenSignIn(mia.id, "an older hash", "Firefox"))


def test_a_new_address_counts_after_its_link_was_opened(unit_of_work, mia, make, letters, tokens, person) -> None:
    with unit_of_work() as uow:
        ask_email_change(uow, make.actor(mia), "New@example.org")
    asked, warned = letters()
    assert (asked.to, warned.to) == ("new@example.org", "mia@example.org")
    assert person(mia.id).email == "mia@example.org"
    with unit_of_work() as uow:
        change_email(uow, ANONYMOUS, tokens, token_in(asked))
    assert (person(mia.id).email, person(mia.id).pending_email) == ("new@example.org", None)


@pytest.mark.parametrize("how", ["reset", "changed"])
def test_another_password_voids_the_link_to_a_wanted_address(
    unit_of_work, mia, make, letters, tokens, person, how
) -> None:
    with unit_of_work() as uow:
        ask_email_change(uow, make.actor(mia), "intruder@example.org")
    link = token_in(letters()[0])
    with unit_of_work() as uow:
        if how == "reset":
            reset_password(uow, ANONYMOUS, tokens, tokens.make(Purpose.RESET_PASSWORD, person(mia.id)), NEW)
        else:
            change_password(uow, make.actor(mia), ChangePassword(HASH, NEW, None))
    with pytest.raises(Gone), unit_of_work() as uow:
        change_email(uow, ANONYMOUS, tokens, link)
    assert (person(mia.id).email, person(mia.id).pending_email) == ("mia@example.org", None)


def test_an_address_somebody_else_took_meanwhile_is_not_taken_over(unit_of_work, mia, make, letters, tokens) -> None:
    with unit_of_work() as uow:
        ask_email_change(uow, make.actor(mia), "new@example.org")
    token = token_in(letters()[0])
    make.user(email="new@example.org")
    with pytest.raises(Gone), unit_of_work() as uow:
        change_email(uow, ANONYMOUS, tokens, token)


def test_asking_for_the_present_address_says_so(unit_of_work, mia, make) -> None:
    with pytest.raises(Invalid), unit_of_work() as uow:
        ask_email_change(uow, make.actor(mia), "mia@EXAMPLE.org")


def test_a_verified_address_needs_no_further_letter(unit_of_work, mia, make, letters) -> None:
    with unit_of_work() as uow:
        ask_email_verification(uow, make.actor(mia))
    assert letters() == []


def test_an_erased_or_switched_off_person_gets_no_mail(unit_of_work, mia, runtime, letters) -> None:
    with unit_of_work() as uow:
        ask_password_reset(uow, ANONYMOUS, "mia@example.org")
        uow.session.get_one(User, mia.id).deactivated_at = uow.now
    assert letters() == []


def test_a_person_signs_out_only_their_own_browsers(unit_of_work, mia, make, session) -> None:
    eve = make.user("Eve")
    with unit_of_work() as uow:
        open_sign_in(uow, ANONYMOUS, OpenSignIn(mia.id, HASH, "Firefox"))
    sign_in_id = session.scalar(select(SignIn.id))
    with pytest.raises(NotFound), unit_of_work() as uow:
        revoke_sign_in(uow, make.actor(eve), sign_in_id)
    for _ in range(2):
        with unit_of_work() as uow:
            revoke_sign_in(uow, make.actor(mia), sign_in_id)
    session.rollback()
    assert session.scalar(select(SignIn.revoked_at)) is not None


def test_all_other_browsers_are_signed_out_at_once(unit_of_work, mia, session) -> None:
    with unit_of_work() as uow:
        for browser in ("a", "b", "c"):
            token = open_sign_in(uow, ANONYMOUS, OpenSignIn(mia.id, HASH, browser))
    with unit_of_work() as uow:
        revoke_sign_ins(uow, mia.id, except_token=token)
    assert list(session.scalars(select(SignIn.browser).where(SignIn.revoked_at.is_(None)))) == ["c"]


def test_a_visit_is_noted_at_most_every_five_minutes(unit_of_work, mia, session, clock: FixedClock) -> None:
    with unit_of_work() as uow:
        open_sign_in(uow, ANONYMOUS, OpenSignIn(mia.id, HASH, "Firefox"))
    sign_in_id, begun = session.scalar(select(SignIn.id)), clock.now()
    seen = []
    for minutes in (4, 1):
        clock.advance(minutes=minutes)
        with unit_of_work() as uow:
            touch_sign_in(uow, sign_in_id)
        session.rollback()
        seen.append(session.scalar(select(SignIn.last_seen_at)) - begun)
    assert [int(span.total_seconds()) for span in seen] == [0, 300]

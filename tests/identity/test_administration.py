"""What administrators see and do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.identity.models import SignIn, User
from app.identity.passwords import NewPassword, hash_password
from app.identity.queries.administration import people_page
from app.identity.services import adding
from app.identity.services.groups import SetMembership, make_group, set_membership
from app.identity.services.passwords import ask_password_reset, reset_password
from app.identity.services.people import SetSwitchedOff, set_switched_off
from app.identity.services.roles import SetRole, set_role
from app.identity.tokens import Tokens
from app.kernel.actor import ANONYMOUS, Role
from app.kernel.errors import Conflict, Denied, NotFound
from app.kernel.models import AuditEntry, Delivery
from tests.identity.conftest import link_in, sign_in

PAGES = ["/admin", "/admin/people", "/admin/groups", "/admin/deliveries", "/admin/mail", "/admin/audit"]


def text_of(response):
    return response.get_data(as_text=True)


@pytest.fixture
def desk(client, admin, make):
    """An administrator's browser."""
    make.sign_in(client, admin)
    return client


@pytest.fixture
def broken(runtime, unit_of_work, mia):
    """Two letters that were given up, and one that waits."""
    for _ in range(3):
        with unit_of_work() as uow:
            from_forgotten(uow)
    with unit_of_work() as uow:
        first = uow.session.scalars(select(Delivery.id).order_by(Delivery.id).limit(2)).all()
        gone = {"dead_at": uow.now, "attempts": 12, "last_error": "OSError('no route to <host>')"}
        uow.session.execute(update(Delivery).where(Delivery.id.in_(first)).values(**gone))
    return list(first)


def from_forgotten(uow) -> None:
    ask_password_reset(uow, ANONYMOUS, "mia@example.org")


@pytest.mark.parametrize("path", PAGES)
def test_administration_is_for_administrators(client, mia, admin, make, path) -> None:
    assert client.get(path).status_code == 303
    make.sign_in(client, mia)
    assert client.get(path).status_code == 403
    make.sign_in(client, admin)
    assert client.get(path).status_code == 200


def test_a_role_is_granted_and_taken_away_with_a_line_in_the_audit_trail(desk, mia, make, session) -> None:
    for value in ("1", "1", "0"):
        answer = desk.post(f"/admin/people/{mia.id}/roles", data={"role": "moderator", "value": value})
        assert answer.status_code == 303
    assert make.actor(mia).roles == frozenset()
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["identity.role_granted", "identity.role_withdrawn"]
    assert "a moderator" in text_of(desk.get("/admin/audit"))


def test_an_unknown_role_and_an_unknown_person_are_not_there(desk, mia) -> None:
    assert desk.post(f"/admin/people/{mia.id}/roles", data={"role": "emperor", "value": "1"}).status_code == 404
    assert desk.post("/admin/people/999/roles", data={"role": "agent", "value": "1"}).status_code == 404
    assert desk.get("/admin/people/999").status_code == 404


def test_somebody_administers_the_site_always(unit_of_work, admin, make) -> None:
    actor = make.actor(admin)
    with pytest.raises(Conflict), unit_of_work() as uow:
        set_role(uow, actor, SetRole(admin.id, Role.ADMINISTRATOR, on=False))
    other = make.user(roles=(Role.ADMINISTRATOR,))
    with unit_of_work() as uow:
        set_role(uow, actor, SetRole(admin.id, Role.ADMINISTRATOR, on=False))
    assert make.actor(other).is_administrator
    assert not make.actor(admin).is_administrator


def test_an_administrator_who_is_switched_off_administers_nothing(unit_of_work, admin, make) -> None:
    actor, other = make.actor(admin), make.user(roles=(Role.ADMINISTRATOR,))
    with unit_of_work() as uow:
        set_switched_off(uow, actor, SetSwitchedOff(other.id, on=True))
    with pytest.raises(Conflict), unit_of_work() as uow:
        set_role(uow, actor, SetRole(admin.id, Role.ADMINISTRATOR, on=False))
    assert make.actor(admin).is_administrator


@pytest.mark.parametrize("roles", [(), (Role.MODERATOR, Role.AGENT)])
def test_only_administrators_grant_roles_and_keep_groups(unit_of_work, mia, make, roles, session) -> None:
    actor = make.actor(make.user(roles=roles))
    with pytest.raises(Denied), unit_of_work() as uow:
        set_role(uow, actor, SetRole(mia.id, Role.AGENT, on=True))
    with pytest.raises(Denied), unit_of_work() as uow:
        make_group(uow, actor, "Finance")
    with pytest.raises(Denied):
        people_page(session, actor)


def test_a_switched_off_account_is_out_everywhere_and_can_come_back(desk, app, mia, session) -> None:
    browser = app.test_client()
    sign_in(browser)
    assert desk.post(f"/admin/people/{mia.id}/switch", data={"value": "1"}).status_code == 303
    assert browser.get("/settings").status_code == 303
    assert sign_in(browser).status_code == 422
    assert "Switched off" in text_of(desk.get(f"/admin/people/{mia.id}"))
    desk.post(f"/admin/people/{mia.id}/switch", data={"value": "0"})
    assert sign_in(browser).status_code == 303


def test_nobody_switches_themselves_off(unit_of_work, admin, make) -> None:
    with pytest.raises(Denied), unit_of_work() as uow:
        set_switched_off(uow, make.actor(admin), SetSwitchedOff(admin.id, on=True))


def test_an_account_is_made_for_somebody_who_then_chooses_a_password(desk, letters, unit_of_work, runtime, app) -> None:
    form = {"name": "Zoe", "email": "zoe@example.org"}
    assert desk.post("/admin/people", data=form).status_code == 303
    assert desk.post("/admin/people", data=form).status_code == 422, "the address has an account now"
    token = link_in(letters()[0]).rsplit("/", 1)[-1]
    new = NewPassword("a new long password", hash_password("a new long password"))
    with unit_of_work() as uow:
        reset_password(uow, ANONYMOUS, runtime.ports[Tokens], token, new)
    assert sign_in(app.test_client(), "zoe@example.org", new.plain).status_code == 303


def test_people_are_found_by_name_handle_and_address(session, make, admin, mia) -> None:
    make.user("Percy 100%", handle="percy", email="p@elsewhere.org")
    actor = make.actor(admin)
    for search, found in [
        ("CHEN", ["mia"]),
        ("percy", ["percy"]),
        ("elsewhere", ["percy"]),
        ("0%", ["percy"]),
        ("_", []),
    ]:
        assert [p.handle for p in people_page(session, actor, search).items] == found


def test_the_list_of_people_goes_on_where_the_page_ended(session, make, admin) -> None:
    for _ in range(60):
        make.user()
    actor = make.actor(admin)
    first = people_page(session, actor)
    second = people_page(session, actor, cursor=first.next_cursor)
    ids = [p.id for p in (*first.items, *second.items)]
    assert len(ids) == len(set(ids)) == 61
    assert second.next_cursor is None


@pytest.mark.parametrize("path", ["/admin/people", "/admin/audit", "/admin/mail", "/admin/deliveries"])
def test_a_list_takes_as_many_statements_for_many_as_for_few(
    desk, make, mia, unit_of_work, broken, count_statements, path
):
    counts = []
    for _ in range(2):
        with count_statements() as seen:
            assert desk.get(path).status_code == 200
        counts.append(len(seen))
        for _ in range(10):
            person = make.user(roles=(Role.AGENT,))
            with unit_of_work() as uow:
                from_forgotten(uow)
                uow.audit(make.actor(person), "identity.test", "person", person.id)
    assert counts[0] == counts[1]


def test_a_made_up_page_of_a_list_is_not_there(desk) -> None:
    for cursor in ("x", "WyJhIl0", "W10"):
        assert desk.get(f"/admin/people?after={cursor}").status_code == 404


def test_a_group_is_made_filled_renamed_and_emptied(desk, mia, make) -> None:
    answer = desk.post("/admin/groups", data={"name": "Finance team"})
    assert answer.status_code == 303
    group = answer.location
    assert desk.post("/admin/groups", data={"name": "finance TEAM"}).status_code == 422
    assert desk.post("/admin/groups", data={"name": " "}).status_code == 422
    assert desk.post(f"{group}/people", data={"person": "nobody"}).status_code == 422
    assert desk.post(f"{group}/people", data={"person": "@Mia"}).status_code == 303
    assert desk.post(f"{group}/people", data={"person": "MIA@example.org"}).status_code == 303
    assert len(make.actor(mia).group_ids) == 1
    assert desk.post(group, data={"group-name": "Money"}).status_code == 303
    page = text_of(desk.get(group))
    assert "Money" in page
    assert "Mia Chen" in page
    assert desk.post(f"{group}/people/{mia.id}/remove").status_code == 303
    assert make.actor(mia).group_ids == frozenset()
    assert desk.get("/admin/groups/999").status_code == 404


def test_somebody_who_left_joins_no_group(unit_of_work, make, admin) -> None:
    gone, group = make.user(erased_at=make.now), make.group()
    with pytest.raises(NotFound), unit_of_work() as uow:
        set_membership(uow, make.actor(admin), SetMembership(group.id, gone.id, on=True))


def test_what_was_given_up_is_seen_with_its_reason_and_tried_again(desk, broken, letters, session) -> None:
    page = text_of(desk.get("/admin/deliveries"))
    assert "no route to &lt;host&gt;" in page
    assert page.count("Given up after 12 attempts") == 2
    assert "attempts so far" in text_of(desk.get("/admin/deliveries?show=waiting"))
    assert len(letters()) == 1
    for _ in range(2):
        assert desk.post(f"/admin/deliveries/{broken[0]}/retry").status_code == 303
    assert len(letters()) == 2
    assert desk.post("/admin/deliveries/retry-all", data={"reaction": "identity.mail_reset"}).status_code == 303
    assert len(letters()) == 3
    assert "Everything is delivered" in text_of(desk.get("/admin/deliveries"))
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["kernel.delivery_retried", "kernel.deliveries_retried"]


def test_kept_mail_is_read_by_administrators(desk, unit_of_work, mia, letters) -> None:
    with unit_of_work() as uow:
        from_forgotten(uow)
    (letter,) = letters()
    assert "mia@example.org" in text_of(desk.get("/admin/mail"))
    assert "Hello Mia Chen," in text_of(desk.get(f"/admin/mail/{letter.id}"))
    assert desk.get("/admin/mail/999").status_code == 404


def test_old_mail_and_old_sign_ins_are_forgotten(unit_of_work, mia, letters, runtime, clock, client, session) -> None:
    with unit_of_work() as uow:
        from_forgotten(uow)
    sign_in(client)
    assert len(letters()) == 1
    clock.advance(days=100)
    assert runtime.jobs.run_due() > 0
    assert letters() == []
    assert session.scalars(select(SignIn.id)).all() == []


def test_delivered_facts_are_forgotten_and_undelivered_ones_kept(
    unit_of_work, mia, broken, runtime, clock, session
) -> None:
    runtime.relay.drain()
    clock.advance(days=8)
    with unit_of_work() as uow:
        assert uow.session.scalar(select(Delivery.due_at).limit(1)) < uow.now - timedelta(days=7)
    runtime.jobs.run_due()
    assert list(session.scalars(select(Delivery.id).order_by(Delivery.id))) == broken


def test_two_invitations_at_one_moment_end_in_two_accounts_or_a_word_at_the_field(
    client, admin, mia, make, monkeypatch, session
) -> None:
    """What the second one looked up was true when it looked."""
    make.sign_in(client, admin)
    monkeypatch.setattr(adding, "free_handle", lambda *_: mia.handle)
    monkeypatch.setattr(adding, "owner_of", lambda *_: None)

    of_the_same_name = client.post("/admin/people", data={"name": "Mia", "email": "other@example.org"})
    of_the_same_address = client.post("/admin/people", data={"name": "Other name", "email": mia.email})

    assert of_the_same_name.status_code == 303
    assert session.scalar(select(User.handle).where(User.email == "other@example.org")).startswith("mia-")
    assert of_the_same_address.status_code == 422
    assert 'href="#email">Somebody has an account with this address already.' in of_the_same_address.text
    assert 'value="Other name"' in of_the_same_address.text

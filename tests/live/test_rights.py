"""What somebody may see changes while their page is open: from then on the page hears nothing of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete

from app.config import Settings
from app.escalation.services.working import AssignTicket, assign_ticket
from app.forum.contract import MoveQuestion, PostAnswer, move_question, post_answer
from app.forum.models.question import Question
from app.forum.models.space import Visibility
from app.forum.services.deleting import DeleteQuestion, delete_question
from app.forum.services.spaces import EditSpace, edit_space
from app.identity.models import GroupMember
from app.identity.services.groups import SetMembership, set_membership
from app.identity.services.people import SetSwitchedOff, set_switched_off
from app.identity.services.roles import SetRole, set_role
from app.identity.services.signing_in import revoke_sign_ins
from app.kernel.actor import Role
from app.kernel.personal_data import Estate
from app.live.access import may_join
from app.web.runtime import Runtime
from tests.escalation.desk import open_desk
from tests.identity.conftest import HASH, PASSWORD
from tests.live.served import Served, eventually, served
from tests.support.clock import FixedClock
from tests.support.databases import dispose
from tests.support.factories import Make
from tests.support.texts import rich

Act = Callable[["World"], None]


@pytest.fixture(scope="module")
def process(settings: Settings, shared_clock: FixedClock) -> Iterator[Served]:
    with served(settings, shared_clock) as found:
        yield found


@pytest.fixture
def site(app: Flask, process: Served) -> Iterator[Served]:
    yield process
    process.close_pages()
    dispose(process.app)  # the next test has another database


class World:
    """A private space of one group; Mia and Bo read a question there, Ada administers."""

    def __init__(self, make: Make, site: Served) -> None:
        self.make, self.site, self.runtime = make, site, site.runtime
        self.ada = make.user("Ada Park", roles=(Role.ADMINISTRATOR,))
        self.mia, self.bo = make.user("Mia Rossi"), make.user("Bo Chen")
        self.group, self.elsewhere = make.group(self.mia, self.bo), make.group()
        self.space = make.space(visibility=Visibility.PRIVATE, groups=(self.group,))
        self.hidden = make.space(visibility=Visibility.PRIVATE, groups=(self.elsewhere,))
        self.question: Question = make.question(asker=make.user(), space=self.space)
        self.room = f"q:{self.question.id}"

    def act(self, service: Callable[..., Any], *command: Any) -> None:
        with self.runtime.unit_of_work() as uow:
            service(uow, self.make.actor(self.ada), *command)

    def something_happens(self) -> None:
        with self.runtime.unit_of_work() as uow:
            post_answer(uow, self.make.actor(self.ada), PostAnswer(self.question.id, rich()))
        self.runtime.relay.drain()


@pytest.fixture
def world(make: Make, site: Served) -> World:
    return World(make, site)


def moved(world: World) -> None:
    world.act(move_question, MoveQuestion(world.question.id, world.hidden.id))


def made_private(world: World) -> None:
    groups = (world.elsewhere.id,)
    world.act(edit_space, EditSpace(world.space.id, "Elsewhere", "", "", Visibility.PRIVATE, groups))


def out_of_the_group(world: World) -> None:
    world.act(set_membership, SetMembership(world.group.id, world.mia.id, False))


def out_of_the_group_unsaid(world: World) -> None:
    with world.runtime.unit_of_work() as uow:
        uow.session.execute(delete(GroupMember).where(GroupMember.user_id == world.mia.id))


def switched_off(world: World) -> None:
    world.act(set_switched_off, SetSwitchedOff(world.mia.id, True))


def signed_out_everywhere(world: World) -> None:
    with world.runtime.unit_of_work() as uow:
        revoke_sign_ins(uow, world.mia.id)


def erased(world: World) -> None:
    estate: Estate = world.runtime.ports[Estate]
    with world.runtime.unit_of_work() as uow:
        estate.erase(uow, world.mia.id)


def expired(world: World) -> None:
    world.runtime.clock.advance(days=3651)


NO_LONGER = [
    moved, made_private, out_of_the_group, out_of_the_group_unsaid, switched_off, signed_out_everywhere, erased,
    expired,
]  # fmt: skip


@pytest.mark.parametrize("act", NO_LONGER)
def test_nothing_is_heard_from_the_moment_it_may_not_be_seen(world: World, act: Act) -> None:
    """The act and the hint are one after the other; no delivery has told anybody of the act yet."""
    page = world.site.page(world.mia)
    assert page.join(world.room)
    world.something_happens()
    assert page.hears("hint")
    page.forget()

    act(world)
    world.something_happens()

    assert not page.hears("hint")


@pytest.mark.parametrize("act", [out_of_the_group, switched_off, erased])
def test_others_go_on_hearing(world: World, act: Act) -> None:
    mia, bo = world.site.page(world.mia), world.site.page(world.bo, transport="polling")
    mia.join(world.room)
    bo.join(world.room)

    act(world)
    world.something_happens()

    assert bo.waits_for("hint")["kind"] == "answer"
    assert not mia.hears("hint")


@pytest.mark.parametrize("act", [switched_off, signed_out_everywhere])
def test_the_connections_of_who_was_signed_out_are_closed_at_once(world: World, act: Act) -> None:
    page, other = world.site.page(world.mia), world.site.page(world.bo)

    act(world)
    world.runtime.relay.drain()

    assert eventually(lambda: not page.connected)
    assert other.connected


def test_leaving_closes_every_connection_and_signs_other_browsers_out(world: World, make: Make) -> None:
    zoe = make.user("Zoe Lund", password_hash=HASH)
    phone: FlaskClient = world.site.app.test_client()
    make.sign_in(phone, zoe)
    page = world.site.page(zoe)

    here = world.site.app.test_client()
    make.sign_in(here, zoe)
    assert here.post("/settings/data/leave", data={"current": PASSWORD, "understood": "y"}).status_code == 303
    world.runtime.relay.drain()

    assert eventually(lambda: not page.connected)
    assert phone.get("/settings").status_code == 303


def test_signing_out_closes_the_connections_of_this_browser_only(world: World) -> None:
    here, phone = world.site.cookie(world.mia), world.site.cookie(world.mia)
    page, other = world.site.page(world.mia, cookie=here), world.site.page(world.mia, cookie=phone)

    answer = world.site.app.test_client(use_cookies=False).post("/sign-out", headers={"Cookie": here})
    world.runtime.relay.drain()

    assert answer.status_code == 303
    assert eventually(lambda: not page.connected)
    assert other.connected


def test_who_may_not_read_any_more_is_not_announced_as_writing_nor_told_who_is(world: World) -> None:
    mia, bo = world.site.page(world.mia), world.site.page(world.bo)
    mia.join(world.room)
    bo.join(world.room)

    out_of_the_group(world)
    mia.say("writing", {"room": world.room})
    assert not bo.hears("presence")
    bo.say("writing", {"room": world.room})
    assert not mia.hears("presence")


def test_an_agent_hears_of_the_tickets_they_may_see_only(make: Make, site: Served) -> None:
    desk = open_desk(make)
    group = make.group(desk.jo, desk.sam)
    ines = make.user("Ines Duarte", roles=(Role.AGENT,))
    private = make.space(visibility=Visibility.PRIVATE, groups=(group,))
    hidden = desk.ticket(desk.make.question(asker=desk.sam, space=private))
    site.runtime.relay.drain()
    jo_page, ines_page = site.page(desk.jo), site.page(ines)
    for page in (jo_page, ines_page):
        assert page.join("desk:1")
    assert jo_page.join(f"ticket:{hidden}")
    assert not ines_page.join(f"ticket:{hidden}")

    with site.runtime.unit_of_work() as uow:
        assign_ticket(uow, make.actor(desk.jo), AssignTicket(hidden, desk.jo.id))
    site.runtime.relay.drain()

    assert jo_page.waits_for("hint")["place"] == f"t{hidden}"
    assert not ines_page.hears("hint")
    late = site.page(ines)
    late._client.call("join", {"room": "desk:1", "cursor": 0, "age": 3_600_000})
    assert not late.hears("hint")


def test_an_agent_no_more_hears_the_desk_no_more(make: Make, site: Served) -> None:
    desk = open_desk(make)
    page = site.page(desk.jo)
    page.join("desk:1")
    ada = make.user(roles=(Role.ADMINISTRATOR,))

    with site.runtime.unit_of_work() as uow:
        set_role(uow, make.actor(ada), SetRole(desk.jo.id, Role.AGENT, False))
    desk.ticket()
    site.runtime.relay.drain()

    assert page.connected
    assert not page.hears("hint")


def test_who_reads_a_question_hears_that_it_is_deleted(world: World) -> None:
    page = world.site.page(world.mia)
    page.join(world.room)

    world.act(delete_question, DeleteQuestion(world.question.id, "Spam."))
    world.runtime.relay.drain()

    assert page.waits_for("hint")["kind"] == "state"


@pytest.mark.parametrize("role", [None, *Role])
@pytest.mark.parametrize("visibility", list(Visibility))
@pytest.mark.parametrize("member", [True, False])
def test_rooms_agree_with_pages(
    make: Make, runtime: Runtime, client: FlaskClient, role: Role | None, visibility: Visibility, member: bool
) -> None:
    somebody, admin = make.user(roles=(role,) if role else ()), make.user(roles=(Role.ADMINISTRATOR,))
    space = make.space(visibility=visibility, groups=(make.group(*([somebody] if member else [])),))
    make.sign_in(client, somebody)
    for asker, deleted in product((somebody, None), (False, True)):
        question = make.question(space=space, asker=asker)
        if deleted:
            ada = make.actor(admin)
            with runtime.unit_of_work() as uow:
                delete_question(uow, ada, DeleteQuestion(question.id, "Spam."))

        with runtime.reads() as session:
            joins = may_join(session, make.actor(somebody), f"q:{question.id}")

        page = client.get(f"/questions/{question.id}", follow_redirects=True)
        assert joins == (page.status_code in {200, 410}), "whoever may know of it may hear of it"

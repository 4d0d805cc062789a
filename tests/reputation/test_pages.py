from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update

from app.forum.models.answer import Revision, Vote
from app.forum.models.space import Space, Visibility
from app.identity.models import User
from app.kernel.actor import ANONYMOUS, Actor
from app.reputation.contract import award_all_badges, privileges_at, privileges_of, recompute_all
from app.reputation.jobs import BoardCount
from app.reputation.models import BadgeAward, Entry
from app.reputation.periods import Period
from app.reputation.queries.badges import badge_page
from app.reputation.queries.leaderboard import leaderboard
from app.reputation.queries.ledger_page import ledger_page
from app.web.runtime import Runtime
from tests.reputation.world import Step, World
from tests.support.clock import FixedClock
from tests.support.factories import Make

CountStatements = Callable[[], AbstractContextManager[list[str]]]


def helped(make: Make, runtime: Runtime, author: User, space: Space, times: int = 1) -> None:
    """Let ``author`` solve the questions of new people, on as many days."""
    for n in range(times):
        question = make.question(space=space, asked_at=make.now - timedelta(days=n))
        at = make.now - timedelta(days=n)
        answer = make.answer(
            question, author=author, posted_at=at, accepted_at=at, accepted_by_id=question.asker_id, score=1
        )
        make.save(Vote(user_id=make.user().id, answer_id=answer.id, value=1, cast_at=at))
    with runtime.unit_of_work() as uow:
        recompute_all(uow.session, uow.now)


def test_scores_open_powers_by_the_table_of_the_site(runtime: Runtime, make: Make) -> None:
    mei = make.user()
    assert make.actor(mei).privileges == {"comment"}
    helped(make, runtime, mei, make.space())

    assert make.actor(mei).privileges == {"comment", "vote_up", "links"}
    with runtime.reads() as session:
        assert privileges_of(session, mei.id, "large") == {"links", "vote_up"}
    assert privileges_at(5000, "large") == privileges_at(500, "small")


def test_everybody_reads_a_ledger_but_not_titles_of_private_spaces(
    runtime: Runtime, make: Make, client: FlaskClient
) -> None:
    mei, jo = make.user("Mei Peer"), make.user()
    space = make.space(visibility=Visibility.PRIVATE, groups=(make.group(jo),))
    helped(make, runtime, mei, space)

    guest = client.get(f"/people/{mei.handle}/reputation").text
    assert "VPN drops" not in guest
    assert "Got somebody unstuck" in guest
    make.sign_in(client, jo)
    member = client.get(f"/people/{mei.handle}/reputation").text
    assert "VPN drops" in member
    assert "Got Person" in member
    make.sign_in(client, mei)
    assert "How your reputation came about" in client.get(f"/people/{mei.handle}/reputation").text
    assert client.get("/people/nobody/reputation").status_code == 404
    assert client.get(f"/people/{mei.handle}/reputation?after=x").status_code == 404


def test_a_ledger_page_costs_the_same_statements_however_long_it_is(
    runtime: Runtime, make: Make, count_statements: CountStatements
) -> None:
    space = make.space(visibility=Visibility.PUBLIC)
    counts = []
    for times in (2, 20):
        mei = make.user()
        helped(make, runtime, mei, space, times)
        with runtime.reads() as session, count_statements() as seen:
            actor = Actor(space_ids=frozenset({space.id}))
            page = ledger_page(session, actor, mei.id, None)
        assert sum(len(day.lines) for day in page.days) == 2 * times
        counts.append(len(seen))
    assert counts == [7, 7]


def test_a_long_ledger_is_read_page_by_page_without_gaps(runtime: Runtime, make: Make) -> None:
    mei, space = make.user(), make.space(visibility=Visibility.PUBLIC)
    helped(make, runtime, mei, space, 30)
    seen, cursor = 0, None
    with runtime.reads() as session:
        while True:
            page = ledger_page(session, ANONYMOUS, mei.id, cursor)
            seen += sum(len(day.lines) for day in page.days)
            cursor = page.next_cursor
            if cursor is None:
                break
    assert seen == 60


def test_the_leaderboard_respects_period_space_and_those_who_left_it(
    runtime: Runtime, make: Make, count_statements: CountStatements, clock: FixedClock
) -> None:
    mei, jo, shy = make.user(), make.user(), make.user(on_leaderboard=False)
    network, finance = make.space(slug="network"), make.space(slug="finance")
    helped(make, runtime, mei, network, 3)
    helped(make, runtime, jo, finance, 2)
    helped(make, runtime, shy, network, 5)
    actor = make.actor(make.user())

    def names(period: Period, space: str | None = None) -> list[tuple[int, int]]:
        BoardCount(runtime.reads, runtime.unit_of_work).run()
        with runtime.reads() as session, count_statements() as seen:
            board = leaderboard(session, actor, clock.now(), period, space)
        assert len(seen) <= 4  # spaces, the board, who of it still wants to be there, people
        return [(row.person.id, row.points) for row in board.places if row.points > 10]

    assert names(Period.ALL) == [(mei.id, 75), (jo.id, 50)]
    assert names(Period.ALL, "finance") == [(jo.id, 50)]
    clock.advance(days=6)
    assert names(Period.WEEK) == [(jo.id, 25), (mei.id, 25)] or names(Period.WEEK) == [(mei.id, 25), (jo.id, 25)]
    clock.advance(days=30)
    assert names(Period.WEEK) == []


def test_a_leaderboard_is_kept_for_minutes_but_whoever_leaves_it_is_gone_at_once(
    runtime: Runtime, make: Make, clock: FixedClock, client: FlaskClient
) -> None:
    mei, jo, network = make.user("Mei"), make.user("Jo"), make.space("Network", visibility=Visibility.PUBLIC)
    make.space("Finance", slug="finance", visibility=Visibility.PUBLIC)
    count = BoardCount(runtime.reads, runtime.unit_of_work)
    helped(make, runtime, mei, network)
    assert "Mei" in client.get("/leaderboard").text  # counted by the page: nothing is kept yet
    count.run()
    helped(make, runtime, jo, network)
    assert "Jo" not in client.get("/leaderboard").text
    assert "Mei" not in client.get("/leaderboard?space=finance").text
    clock.advance(minutes=4)
    page = client.get(f"/leaderboard?space={network.slug}").text
    assert "4 minutes ago" in page
    assert "Mei" in page
    count.run()
    assert {"Mei", "Jo"} <= set(re.findall(r"<bdi>(\w+)</bdi>", client.get("/leaderboard").text))

    with runtime.unit_of_work() as uow:
        uow.session.execute(update(User).where(User.id == mei.id).values(on_leaderboard=False))
    assert "Mei" not in client.get("/leaderboard").text

    with runtime.unit_of_work() as uow:
        uow.session.execute(update(User).where(User.id == mei.id).values(on_leaderboard=True))
        uow.session.execute(delete(Entry).where(Entry.user_id == jo.id))
    clock.advance(minutes=59)
    assert "Jo" in client.get("/leaderboard").text
    clock.advance(minutes=2)
    assert "Jo" not in client.get("/leaderboard").text  # nobody counts any more, so the page does


def test_the_spaces_of_a_leaderboard_add_up_to_what_people_earned(
    runtime: Runtime, make: Make, count_statements: CountStatements
) -> None:
    mei, jo, fan = make.user(), make.user(), make.user()
    spaces = [make.space(slug, slug=slug, visibility=Visibility.PUBLIC) for slug in ("network", "finance")]
    for space in spaces:
        for _ in range(6):  # the same person's votes beyond the sixth of a day count nowhere
            answer = make.answer(make.question(space=space), author=mei, posted_at=make.now)
            make.save(Vote(user_id=fan.id, answer_id=answer.id, value=1, cast_at=make.now))
    for space, votes in zip(spaces, (15, 15), strict=True):  # 300 points on a day of 200
        answers = [make.answer(make.question(space=space), author=jo, posted_at=make.now) for _ in range(3)]
        for n in range(votes):
            make.save(Vote(user_id=make.user().id, answer_id=answers[n % 3].id, value=1, cast_at=make.now))
    with runtime.unit_of_work() as uow:
        recompute_all(uow.session, uow.now)
    actor = Actor(space_ids=frozenset(space.id for space in spaces))

    BoardCount(runtime.reads, runtime.unit_of_work).run()

    def points(slug: str | None) -> dict[int, int]:
        with runtime.reads() as session, count_statements() as seen:
            board = leaderboard(session, actor, make.now, Period.MONTH, slug)
        assert len(seen) <= 4
        return {row.person.id: row.points for row in board.places}

    assert points(None) == {jo.id: 200, mei.id: 60}
    assert points("network") == {jo.id: 150, mei.id: 60}
    assert points("finance") == {jo.id: 50}


@pytest.mark.parametrize(
    "path", ["/leaderboard", "/leaderboard?period=all", "/privileges", "/badges", "/badges/streak"]
)
def test_pages_are_open_to_guests_and_members(runtime: Runtime, make: Make, client: FlaskClient, path: str) -> None:
    mei = make.user()
    helped(make, runtime, mei, make.space(visibility=Visibility.PUBLIC), 2)
    assert client.get(path).status_code == 200
    make.sign_in(client, mei)
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/leaderboard?period=never", "/leaderboard?space=nowhere", "/badges/unknown"])
def test_unknown_rankings_and_badges_do_not_exist(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_an_import_is_given_its_badges_silently(runtime: Runtime, make: Make) -> None:
    mei, space = make.user(), make.space(visibility=Visibility.PUBLIC)
    helped(make, runtime, mei, space, 10)
    old = make.question(space=space, asked_at=make.now - timedelta(days=90), score=5)
    late = make.answer(old, author=mei, accepted_at=make.now, accepted_by_id=old.asker_id, score=10)
    make.save(Revision(question_id=old.id, number=2, author_id=mei.id, at=make.now, body="Clearer."))

    with runtime.unit_of_work() as uow:
        award_all_badges(uow.session)
        assert not uow.pending
        assert award_all_badges(uow.session) == 0

    with runtime.reads() as session:
        mine = session.scalars(select(BadgeAward.code).where(BadgeAward.user_id == mei.id))
        assert set(mine) == {
            "first_answer", "first_accepted", "welcome", "streak", "great_answer", "revived", "teacher", "editor",
        }  # fmt: skip
        theirs = session.scalars(select(BadgeAward.code).where(BadgeAward.user_id == old.asker_id))
        assert set(theirs) == {"good_question", "closed_the_loop"}
        page = badge_page(session, Actor(space_ids=frozenset({space.id})), "revived", None)
        assert [(a.person.id, a.answer_id, a.title) for a in page.awards] == [(mei.id, late.id, old.title)]


def test_a_vote_through_the_product_gives_a_badge(
    app: Flask, runtime: Runtime, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.reputation.badges.GREAT_ANSWER", 1)
    world = World(app, clock)
    world.play(Step("vote", 3, 3, 1))
    runtime.relay.drain()

    with runtime.reads() as session:
        codes = set(session.scalars(select(BadgeAward.code).where(BadgeAward.user_id == world.people[1].user_id)))
    assert "great_answer" in codes


def test_no_privilege_is_promised_that_nothing_asks_for(client) -> None:
    assert "Flag what breaks the rules" not in client.get("/privileges").text

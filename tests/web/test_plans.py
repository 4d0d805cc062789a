"""Work grows with the page, not with the database: nothing that people do every day reads a growing table to its end.

SQLite is asked how it would run each statement (https://www.sqlite.org/eqp.html); what goes along an index and stops at
a LIMIT is fine.
"""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import event, text
from sqlalchemy.dialects import sqlite

from app.escalation.jobs import escalation_jobs
from app.escalation.models.tickets import Ticket
from app.forum.models.question import QuestionTag
from app.kernel.actor import Role
from app.reputation.jobs import BoardCount
from app.reputation.queries.standings import _earned
from app.reputation.services.totals import _GAINED_BY_DAY, _NEARNESS_OF_ANSWER, _NEARNESS_OF_QUESTION
from app.schema import complete_metadata
from app.web.database import WRITER, db
from tests.escalation.desk import open_desk

SMALL = {
    "spaces", "space_groups", "groups", "desks", "desk_agents", "policies", "business_calendars", "calendar_versions",
    "reputation_rule_versions", "leases", "role_grants",
}  # fmt: skip
"""What grows with the organisation or with decisions, by hand."""
UNDER_WAY = {"ix_tickets_waiting"}
"""Indexes that hold only what nobody has finished."""
GUESTS = ["/", "/questions", "/questions?sort=newest", "/questions?sort=unanswered", "/questions/{question}"]
GUESTS += ["/questions/{question}/history", "/spaces/{space}", "/tags/{tag}", "/feeds/questions.atom"]
GUESTS += ["/leaderboard", "/leaderboard?period=all&space={space}"]
MEMBERS = ["/", "/questions", "/questions?sort=mine", "/questions/{question}", "/inbox", "/drafts", "/me", "/settings"]
AGENTS = [
    "/waiting",
    "/waiting?view=mine",
    "/waiting?view=soon",
    "/waiting?view=aside",
    "/waiting/texts",
    "/waiting/{ticket}",
    "/questions/{question}",
]
DEEDS = [
    ("/questions/{question}/vote", {"value": "1"}),
    ("/questions/{question}/vote", {"value": "0"}),
    ("/questions/{question}/answers/{answer}/vote", {"value": "1"}),
    ("/questions/{question}/answers/{answer}/vote", {"value": "-1"}),
    ("/questions/{question}/me-too", {"value": "1"}),
    ("/questions/{question}/follow", {"value": "1"}),
    ("/questions/{question}/answers", {"body": "Did you try it on a cable, @priya?"}),
    ("/questions/{question}/comments", {"body": "Since when?"}),
    ("/questions/{question}/answers/{answer}/comments", {"body": "That helped."}),
    ("/questions/{question}/answers/{answer}/accept", {"value": "1", "note": "They said so."}),
]


@pytest.fixture
def plans(app):
    """Collect every statement, whoever runs it, and how SQLite runs it."""
    found: dict[str, list[str]] = {}

    def look(connection, _cursor, statement, parameters, _context, executemany):
        if statement.startswith(("SELECT", "UPDATE", "DELETE", "WITH")) and statement not in found:
            values = parameters[0] if executemany else parameters
            rows = connection.connection.dbapi_connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)
            found[statement] = [row[3] for row in rows]

    with app.app_context():
        engines = [db.engine, db.engines[WRITER]]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", look)
    yield found
    for engine in engines:
        event.remove(engine, "before_cursor_execute", look)


@pytest.fixture
def places(make, runtime, plans):
    desk = open_desk(make)
    question, tag = desk.question(), make.tag("close")
    make.save(QuestionTag(question_id=question.id, tag_id=tag.id, position=0))
    answer = make.answer(question, author=make.user("Priya"))
    ticket = desk.ticket(desk.question("Another one that nobody knows"))
    BoardCount(runtime.reads, runtime.unit_of_work).run()
    plans.clear()
    return {"question": question.id, "answer": answer.id, "space": desk.space.slug, "tag": tag.slug, "ticket": ticket}


def scans(plans):
    """Return the statements that read a growing table from end to end, each with the line of its plan."""
    growing = set(complete_metadata().tables) - SMALL
    found = []
    for statement, plan in plans.items():
        for line in plan:
            scan = re.fullmatch(r"SCAN (\w+?)(?:_\d+)?( USING .*)?", line)
            if scan is None or scan[1] not in growing:
                continue
            along = (scan[2] or "").rpartition(" ")[2]
            if not (along and " LIMIT " in " ".join(statement.split())) and along not in UNDER_WAY:
                found.append((line, " ".join(statement.split())[:300]))
    return found


@pytest.mark.parametrize(
    ("roles", "pages"), [(None, GUESTS), ((), MEMBERS), ((Role.AGENT,), AGENTS)], ids=["guest", "member", "agent"]
)
def test_no_page_reads_a_whole_table(client, make, plans, places, roles, pages):
    if roles is not None:
        make.sign_in(client, make.user(roles=roles))
    statuses = {page: client.get(page.format(**places)).status_code for page in pages}
    assert set(statuses.values()) <= {200, 302, 303}, statuses
    assert len(plans) > len(pages)
    assert "\n".join(map(str, scans(plans))) == ""


def test_nothing_that_people_do_reads_a_whole_table(client, make, plans, places, runtime):
    make.sign_in(client, make.user(roles=(Role.MODERATOR,)))
    for address, fields in DEEDS:
        once = {"once": f"{address}{fields}"[:60]}
        assert client.post(address.format(**places), data={**fields, **once}).status_code == 303, address
    assert len(plans) > len(DEEDS)
    assert "\n".join(map(str, scans(plans))) == ""


def test_no_delivery_reads_a_whole_table(client, make, plans, places, runtime):
    make.sign_in(client, make.user(roles=(Role.MODERATOR,)))
    for address, fields in DEEDS:
        client.post(address.format(**places), data=fields)
    plans.clear()
    assert runtime.relay.drain() > len(DEEDS)
    assert "\n".join(map(str, scans(plans))) == ""


def test_the_sweepers_read_no_whole_table(make, plans, places, runtime):
    with make.unit_of_work() as uow:
        ticket = uow.session.get(Ticket, places["ticket"])
        ticket.reply_due_at, ticket.aside_until = None, uow.now
    plans.clear()
    swept = escalation_jobs(runtime.unit_of_work, runtime.reads)[0].run()
    assert swept == 1
    assert len(plans) > 2
    assert "\n".join(map(str, scans(plans))) == ""


def test_a_scan_is_found(session, plans):
    table = complete_metadata().tables["answers"]
    session.execute(table.select().where(table.c.score == 0))
    assert [line for line, _ in scans(plans)] == ["SCAN answers"]


def indexes_of_the_ledger(session, statement):
    """Return the indexes along which SQLite reads the ledger for a statement, in their order."""
    written = statement.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    plan = [row.detail for row in session.execute(text(f"EXPLAIN QUERY PLAN {written}"))]
    return [index for line in plan for index in re.findall(r"reputation_entries USING INDEX ix_\w+_(\w+)", line)]


@pytest.mark.parametrize("statement", [_NEARNESS_OF_QUESTION, _NEARNESS_OF_ANSWER])
def test_how_near_a_limit_is_takes_no_walk_through_all_that_somebody_earned(session, statement):
    named = {"user": 1, "day": date(2026, 3, 2), "voter": 2, "name": "q3", "thread": 3, "post": 4}
    asked = statement.params({name: named[name] for name in statement.compile().params if name in named})
    assert indexes_of_the_ledger(session, asked) == ["day", "day", "post"]


def test_what_was_earned_in_a_month_is_read_by_its_days(session):
    assert indexes_of_the_ledger(session, _earned(date(2026, 3, 2))) == ["day"]


def test_what_posts_gained_is_found_by_the_posts_and_not_by_all_that_their_author_earned(runtime):
    asked = _GAINED_BY_DAY.params(threads=[3, 4, 5], answers=[1, 2], questions=[3, 4])
    written = asked.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})

    with runtime.reads() as session:
        plan = [row.detail for row in session.execute(text(f"EXPLAIN QUERY PLAN {written}"))]

    indexes = {index for line in plan for index in re.findall(r"USING INDEX (\w+)", line)}
    assert indexes == {"ix_reputation_entries_post"}

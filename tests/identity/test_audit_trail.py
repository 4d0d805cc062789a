"""What administrators read of who used what power."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.identity.models import User
from app.identity.queries.behind_the_pages import PAGE
from app.kernel.actor import Actor, Role
from app.kernel.personal_data import Estate
from app.kernel.unit_of_work import UnitOfWorkFactory
from app.web.deeds import Deeds
from app.web.runtime import Runtime
from tests.conftest import CountStatements
from tests.support.factories import Make

APP = Path(__file__).resolve().parents[2] / "app"
CODE = re.compile(r"[a-z_]+\.[a-z_]+")
KINDS = ("question", "answer", "comment")
"""What ``_kind`` of a post gives."""

SAMPLES: list[tuple[str, str, dict[str, Any]]] = [
    *(
        (f"identity.role_{how}", "person", {"role": role})
        for how in ("granted", "withdrawn")
        for role in ("moderator", "agent", "administrator")
    ),
    ("identity.group_joined", "group", {"person_id": 1}),
    ("identity.group_left", "group", {"person_id": 1}),
    ("kernel.deliveries_retried", "delivery", {"reaction": "identity.mail_reset", "count": 3}),
    *(
        ("question.closed", "question", {"because": because})
        for because in ("duplicate", "off_topic", "needs_details", "outdated", "solved_elsewhere")
    ),
    ("question.moved", "question", {"from_space_id": 1}),
    ("answer.split", "answer", {"question_id": 1}),
    ("comment.split", "comment", {"question_id": 1}),
    *(("space.created", "space", {"visibility": v}) for v in ("public", "internal", "private")),
    *(("space.edited", "space", {"visibility": v, "archived": False}) for v in ("public", "internal", "private")),
    ("space.edited", "space", {"visibility": "public", "archived": True}),
    ("tag.synonym_added", "tag", {"joined": True}),
    ("tag.synonym_added", "tag", {"joined": False}),
    ("reputation.rules_changed", "reputation_rules", {"valid_from": "2026-11-23T00:00:00+00:00", "answer_up": 5}),
    ("policy.changed", "space", {"before": {"blocked": 120, "slowed": None}, "after": {"blocked": 60, "slowed": 0}}),
    ("policy.changed", "space", {"before": {"blocked": 120}, "after": {"blocked": 120}}),
    ("desk.changed", "desk", {"agents": 2}),
    ("ticket.given", "ticket", {"assignee_id": 1, "before": None}),
    ("ticket.given", "ticket", {"assignee_id": 1, "before": 1}),
    ("ticket.given", "ticket", {"assignee_id": None, "before": 1}),
    ("ticket.handed_over", "ticket", {"desk_id": 1, "before": 2}),
    ("ticket.joined", "ticket", {"other_id": 2}),
    *((f"ready_text.{what}", "ready_text", {"desk_id": 1}) for what in ("added", "changed", "deleted")),
]
"""Details as the services write them; what is not here has none."""


def recorded_actions() -> Iterator[tuple[str, str]]:
    """Find every action that the product writes into the audit trail, and where."""
    for path in sorted(APP.rglob("*.py")):
        tree = ast.parse(path.read_text())
        for call in ast.walk(tree):
            match call:
                case ast.Call(func=ast.Attribute(attr="audit"), args=[_, action, *_]):
                    found = set(_codes(action, tree))
                    assert found, f"{path}:{call.lineno}"
                    yield from ((code, f"{path.relative_to(APP)}:{call.lineno}") for code in found)


def _codes(node: ast.expr, tree: ast.Module) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(code)):
            yield code
        case ast.IfExp(body=one, orelse=other):
            yield from _codes(one, tree)
            yield from _codes(other, tree)
        case ast.JoinedStr(values=[ast.FormattedValue(), ast.Constant(value=str(ending))]):
            yield from (kind + ending for kind in KINDS if (kind, ending) != ("question", ".split"))
        case ast.Name(id=name):  # chosen before, or given by whoever calls
            for child in ast.walk(tree):
                if isinstance(child, ast.Assign) and any(getattr(t, "id", "") == name for t in child.targets):
                    yield from _codes(child.value, tree)
                elif isinstance(child, ast.Call) and isinstance(child.func, ast.Name):
                    values = [a.value for a in child.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
                    yield from (value for value in values if CODE.fullmatch(value))


def test_every_action_that_is_written_down_has_a_sentence_and_every_sentence_an_action(app: Flask) -> None:
    deeds: Deeds = app.extensions["peerdesk.deeds"]
    reasons = app.extensions["peerdesk.words"]
    recorded = {code: place for code, place in recorded_actions() if code not in reasons}

    assert len(recorded) > 30
    assert {code: place for code, place in recorded.items() if code not in deeds.sentences} == {}
    assert set(deeds.sentences) <= set(recorded)


@pytest.fixture
def admin(make: Make, client: FlaskClient) -> User:
    found = make.user("Leila", handle="leila", roles=(Role.ADMINISTRATOR,))
    make.sign_in(client, found)
    return found


Note = Callable[..., None]


@pytest.fixture
def note(unit_of_work: UnitOfWorkFactory) -> Note:
    """Write lines into the audit trail: ``note(actor, (action, kind, id, details), …)``."""

    def write(actor: Actor, *lines: tuple[str, str, int, dict[str, Any]]) -> None:
        with unit_of_work() as uow:
            for action, kind, subject_id, details in lines:
                uow.audit(actor, action, kind, subject_id, **details)
                uow.session.flush()

    return write


def lines_of(client: FlaskClient, **query: str) -> list[str]:
    """The sentences of the page, without markup."""
    page = client.get("/admin/audit", query_string=query).text
    rows = re.findall(r"<li data-deed><p>(.*?)</p>", page, re.DOTALL)
    return [unescape(re.sub(r"<[^>]+>", "", row)) for row in rows]


def test_a_deed_is_a_sentence_with_links_to_what_it_is_about(
    client: FlaskClient, make: Make, admin: User, note: Note
) -> None:
    mia, question = make.user("Mia <b>Chen</b>"), make.question(title="VPN drops")
    note(
        make.actor(admin),
        ("identity.role_granted", "person", mia.id, {"role": "moderator"}),
        ("question.closed", "question", question.id, {"because": "outdated"}),
        ("policy.changed", "space", question.space_id, {"before": {"blocked": 120}, "after": {"blocked": 60}}),
    )

    promise, closed, role = lines_of(client)
    page = client.get("/admin/audit").text

    assert role == f"{admin.name} made Mia <b>Chen</b> a moderator."
    assert f'<a href="/admin/people/{mia.id}"><bdi>Mia &lt;b&gt;Chen&lt;/b&gt;</bdi></a>' in page
    assert closed == f"{admin.name} closed “VPN drops”, because it is out of date."
    assert f'<a href="/questions/{question.id}"><bdi>VPN drops</bdi></a>' in page
    assert "somebody can’t work: 2 hours became 60 minutes." in promise


def test_what_is_hidden_and_who_has_left_are_not_named(
    client: FlaskClient, make: Make, admin: User, note: Note, runtime: Runtime, unit_of_work: UnitOfWorkFactory
) -> None:
    gone, mia = make.question(title="A secret that was taken away", deleted_at=make.now), make.user("Mia Chen")
    note(
        make.actor(mia),
        ("question.reopened", "question", gone.id, {}),
        ("identity.person_switched_on", "person", mia.id, {}),
        ("question.edited", "question", 10_000, {}),
    )
    note(Actor(is_system=True), ("question.reopened", "question", 10_000, {}))
    with unit_of_work() as uow:
        runtime.ports[Estate].erase(uow, mia.id)

    assert lines_of(client) == [
        "Peerdesk itself reopened a question that is not shown any more.",
        "Somebody who has left edited a question that is not shown any more.",
        "Somebody who has left let somebody who has left in again.",
        "Somebody who has left reopened a question that is not shown any more.",
    ]
    assert "Mia" not in client.get("/admin/audit").text


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_sentence_is_whole(
    app: Flask, client: FlaskClient, make: Make, admin: User, note: Note, language: str
) -> None:
    deeds: Deeds = app.extensions["peerdesk.deeds"]
    detailed = {action for action, *_ in SAMPLES}
    plain: list[tuple[str, str, dict[str, Any]]] = [
        (code, code.split(".")[0], {}) for code in deeds.sentences if code not in detailed
    ]
    known = [(code, kind if kind in deeds.subjects else "person", details) for code, kind, details in plain]
    note(make.actor(admin), *((code, kind, 1, details) for code, kind, details in [*known, *SAMPLES]))
    client.post("/language", data={"language": language})

    told = lines_of(client)
    after = re.search(r'after=([^"]+)" rel="next"', client.get("/admin/audit").text)
    told += lines_of(client, after=after[1]) if after else []

    assert len(told) == len(known) + len(SAMPLES) > PAGE
    assert [line for line in told if "%(" in line or CODE.fullmatch(line) or not line.strip()] == []
    assert not {"Leila did this", "hat das getan"} & {line.split(":")[0] for line in told}


def test_an_action_that_nobody_knows_any_more_is_shown_by_its_code(
    client: FlaskClient, make: Make, admin: User, note: Note
) -> None:
    note(make.actor(admin), ("forum.of_another_version", "thing", 1, {"key": "value"}))

    assert lines_of(client) == [f"{admin.name} did this: forum.of_another_version"]


def test_the_trail_is_narrowed_by_person_and_by_kind_page_by_page(
    client: FlaskClient, make: Make, admin: User, note: Note
) -> None:
    mia = make.user("Mia", handle="mia", email="mia@example.org")
    line: tuple[str, str, int, dict[str, Any]] = ("question.edited", "question", 1, {})
    note(make.actor(mia), *[line] * (PAGE + 1), ("comment.edited", "comment", 1, {}))
    note(make.actor(admin), *[line] * 3)

    first = client.get("/admin/audit?person=@mia&kind=question").text
    after = re.search(r'href="([^"]+)" rel="next"', first)

    assert first.count("<li data-deed>") == PAGE
    assert after is not None
    assert client.get(unescape(after[1])).text.count("<li data-deed>") == 1
    assert len(lines_of(client, person="mia@example.org", kind="comment")) == 1
    assert len(lines_of(client, kind="nothing we know")) == PAGE
    assert 'value="question" selected' in first


def test_nobody_of_that_name_is_said_at_the_field_and_nothing_found_is_a_way_back(
    client: FlaskClient, admin: User
) -> None:
    unknown, none = client.get("/admin/audit?person=nobody"), client.get(f"/admin/audit?person={admin.handle}")

    assert unknown.status_code == 422
    assert 'aria-describedby="audit-person-error"' in unknown.text
    assert 'value="nobody"' in unknown.text
    assert none.status_code == 200
    assert "Show everything" in none.text


def test_more_lines_cost_no_more_statements(
    client: FlaskClient, make: Make, admin: User, note: Note, count_statements: CountStatements
) -> None:
    people, questions = [make.user() for _ in range(5)], [make.question() for _ in range(5)]
    counts = []
    for some in (1, 5):
        for person, question in zip(people[:some], questions[:some], strict=True):
            note(
                make.actor(person),
                ("identity.group_joined", "group", 1, {"person_id": person.id}),
                ("question.moved", "question", question.id, {"from_space_id": question.space_id}),
                ("ticket.given", "ticket", question.id, {"assignee_id": person.id, "before": None}),
            )
        with count_statements() as seen:
            assert len(lines_of(client)) >= 3 * some
        counts.append(len(seen))

    assert counts[0] == counts[1] == 9

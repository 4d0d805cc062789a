"""Every form of the forum that is sent twice at once has the effects of one sending, and both get its answer."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.forum.services.closing import CloseQuestion, close_question
from app.forum.services.commenting import PostComment, post_comment
from app.forum.services.deleting import (
    DeleteAnswer,
    DeleteComment,
    DeleteQuestion,
    delete_answer,
    delete_comment,
    delete_question,
)
from app.forum.services.drafting import SaveDraft, save_draft
from app.forum.services.duplicating import LinkDuplicate, link_duplicate
from app.forum.services.editing import EditAnswer, EditQuestion, edit_answer, edit_question
from app.forum.services.tagging import AddSynonym, add_synonym
from app.identity.models import User
from app.kernel.actor import Role
from app.kernel.database import Base
from tests.support.factories import Make
from tests.support.texts import rich

TITLE = "The printer on floor two eats paper"
NOT_COUNTED = {"sign_ins", "deliveries", "users"}
"""Deliveries follow from the messages; when somebody was last seen is written now and then."""
STATES = "vote|me-too|follow|working|accept|drafts|drafts/discard|solved-it|separate"
"""Forms that send the state that is wanted: sending them again changes nothing even without a token."""
SENT = {"note": "Said so.", "body": "Some words.", "title": TITLE, "impact": "slowed", "tags": "printer", "value": "1",
        "revision": "1", "number": "1", "reason": "outdated", "files": ""}  # fmt: skip
FORMS = {
    "ask": {},
    "questions/{question}/answers": {},
    "questions/{question}/comments": {},
    "questions/{question}/answers/{answer}/comments": {},
    "questions/{question}/vote": {},
    "questions/{question}/answers/{answer}/vote": {"value": "-1"},
    "questions/{question}/me-too": {},
    "questions/{question}/follow": {"value": "0"},
    "questions/{question}/answers/{answer}/working": {},
    "questions/{question}/answers/{answer}/accept": {},
    "questions/{question}/solved-it": {},
    "questions/{question}/edit": {},
    "questions/{edited}/roll-back": {},
    "answers/{answer}/edit": {},
    "answers/{edited_answer}/roll-back": {},
    "comments/{comment}/edit": {},
    "questions/{question}/close": {},
    "questions/{closed}/reopen": {},
    "questions/{question}/delete": {"note": "Spam."},
    "answers/{answer}/delete": {"note": "Spam."},
    "comments/{comment}/delete": {"note": "Spam."},
    "answers/{answer}/split": {},
    "comments/{comment}/split": {},
    "questions/{deleted}/restore": {},
    "answers/{deleted_answer}/restore": {},
    "comments/{deleted_comment}/restore": {},
    "questions/{question}/same-as": {"original": "{closed}", "merge": "y"},
    "questions/{linked}/separate": {},
    "questions/{question}/move": {"space": "{elsewhere}"},
    "tags/{tag}": {"description": "Machines that eat paper."},
    "tags/{tag}/follow": {},
    "tags/{tag}/words": {"slug": "printers-{space}"},
    "tags/{tag}/words/remove": {"word": "{word}"},
    "admin/spaces": {"name": "Printers", "slug": "printers-{space}", "visibility": "internal", "position": "1"},
    "admin/spaces/{space}": {"name": "Printers", "visibility": "internal", "position": "1"},
    "drafts": {"place": "answer:{question}"},
    "drafts/discard": {"place": "ask"},
}
NO_FORMS = {"preview", "uploads"}
"""Sent by scripts, or only shown."""


def build(make: Make, mara: User) -> dict[str, Any]:
    """Make one of everything that a form can be about."""
    space, somebody = make.space(), make.user()
    ids: dict[str, Any] = {"space": space.id, "elsewhere": make.space().id}
    for name in ("edited", "closed", "deleted", "linked", "original"):
        ids[name] = make.question(space=space, title=TITLE, asker=somebody).id
    question = make.question(space=space, title=TITLE, asker=somebody)
    ids["question"] = question.id
    for name in ("answer", "edited_answer", "deleted_answer"):
        ids[name] = make.answer(question, author=somebody).id
    ids["tag"], ids["word"] = (tag := make.tag()).slug, f"word-{tag.id}"
    actor = make.actor(mara)
    with make.unit_of_work() as uow:
        for name in ("comment", "deleted_comment"):
            ids[name] = post_comment(uow, actor, PostComment(ids["question"], None, rich("Which?"))).id
        edit_question(uow, actor, EditQuestion(ids["edited"], 1, TITLE, rich("New words."), (), "slowed"))
        edit_answer(uow, actor, EditAnswer(ids["edited_answer"], 1, rich("New words.")))
        close_question(uow, actor, CloseQuestion(ids["closed"], "outdated"))
        link_duplicate(uow, actor, LinkDuplicate(ids["linked"], ids["original"]))
        add_synonym(uow, actor, AddSynonym(tag.id, ids["word"]))
        delete_comment(uow, actor, DeleteComment(ids["deleted_comment"], "Spam."))
        delete_answer(uow, actor, DeleteAnswer(ids["deleted_answer"], "Spam."))
        delete_question(uow, actor, DeleteQuestion(ids["deleted"], "Spam."))
        save_draft(uow, actor, SaveDraft("ask", {"title": TITLE}))
    return ids


@cache
def row_counts() -> Select[*tuple[int, ...]]:
    tables = (table for table in Base.metadata.sorted_tables if table.name not in NOT_COUNTED)
    return select(*(select(func.count()).select_from(table).scalar_subquery().label(table.name) for table in tables))


def counts(session: Session) -> dict[str, int]:
    session.rollback()
    return dict(session.execute(row_counts()).one()._mapping)


def grown(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {name: after[name] - before[name] for name in after if after[name] != before[name]}


def at_once(send: Callable[[FlaskClient], TestResponse], browsers: list[FlaskClient]) -> list[TestResponse]:
    start = threading.Barrier(len(browsers))

    def press(browser: FlaskClient) -> TestResponse:
        start.wait(10)
        return send(browser)

    with ThreadPoolExecutor(len(browsers)) as people:
        return list(people.map(press, browsers))


@pytest.fixture
def mara(make: Make) -> User:
    return make.user("Mara Vogel", roles=tuple(Role))


@pytest.fixture
def browsers(app: Flask, make: Make, mara: User) -> list[FlaskClient]:
    """Two windows of one person."""
    windows = [app.test_client(), app.test_client()]
    for window in windows:
        make.sign_in(window, mara)
    return windows


@pytest.mark.parametrize("address", FORMS)
def test_two_sendings_at_once_have_the_effects_of_one(
    make: Make, session: Session, mara: User, browsers: list[FlaskClient], address: str
) -> None:
    effects = []
    for windows in (browsers[:1], browsers[:1], browsers):  # the first time ever makes things that last
        ids = build(make, mara)
        fields = {name: value.format(**ids) for name, value in {**SENT, **FORMS[address]}.items()}
        sent = {"space": str(ids["space"]), **fields, "once": f"the-form-{ids['space']}"}
        before = counts(session)
        answers = at_once(lambda browser: browser.post("/" + address.format(**ids), data=sent), windows)  # noqa: B023  # run in this round
        assert {answer.status_code for answer in answers} <= {200, 303}, answers[0].text
        assert len({answer.headers.get("Location") for answer in answers}) == 1
        effects.append(grown(before, counts(session)))
    assert effects[1], "the form had no effect at all"
    assert effects[1] == effects[2]


def test_every_form_of_the_forum_is_tried(app: Flask) -> None:
    posts = {
        re.sub(r"<[^>]+>", "{}", rule.rule).strip("/")
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("forum.") and "POST" in (rule.methods or ())
    }
    assert posts - NO_FORMS == {re.sub(r"\{\w+\}", "{}", address) for address in FORMS}


@pytest.mark.parametrize(
    "page",
    ["ask", "questions/{question}", "questions/{linked}", "questions/{question}/edit", "questions/{question}/history",
     "questions/{edited}/history", "questions/{deleted}/history", "answers/{edited_answer}/history",
     "questions/{question}/close", "questions/{closed}/reopen", "questions/{question}/delete", "answers/{answer}/edit",
     "answers/{answer}/delete", "comments/{comment}/edit", "comments/{comment}/delete", "questions/{question}/same-as",
     "questions/{question}/move", "tags/{tag}", "admin/spaces", "admin/spaces/{space}", "drafts"],
)  # fmt: skip
def test_every_form_carries_its_token(make: Make, mara: User, browsers: list[FlaskClient], page: str) -> None:
    shown = browsers[0].get("/" + page.format(**build(make, mara)))
    assert shown.status_code == 200
    main = shown.text.partition("<main")[2].partition("</main>")[0]
    forms = re.findall(r'<form[^>]*method="post"[^>]*action="([^"]*)"[^>]*>(.*?)</form>', main, re.DOTALL)
    assert forms
    bare = [action for action, fields in forms if 'name="once"' not in fields]
    assert [action for action in bare if not re.search(f"/(?:{STATES})$", action)] == []

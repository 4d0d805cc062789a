"""What is taken away is named with its reason on the history page, where those who may bring it back."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.forum.events import CommentRestored
from app.forum.models.answer import Answer, Comment, Deletion
from app.forum.models.question import Question
from app.forum.search_documents import INDEXED_FACTS, question_documents
from app.forum.services.commenting import PostComment, post_comment
from app.forum.services.deleting import DeleteComment, RestoreComment, delete_comment, restore_comment
from app.kernel.actor import Role
from app.kernel.errors import Denied, NotFound
from app.kernel.models import AuditEntry
from app.live.hints import COMMENT, RULES
from tests.forum.services.telling import facts_of
from tests.support.texts import rich

WORDS = "Which lamp blinks?"


@pytest.fixture
def ann(make):
    return make.user("Ann Writer")


@pytest.fixture
def question(make):
    return make.question()


@pytest.fixture
def comment(make, ann, question):
    answer = make.answer(question, author=ann)
    with make.unit_of_work() as uow:
        return post_comment(uow, make.actor(ann), PostComment(question.id, answer.id, rich(WORDS)))


def browser_of(app, make, user):
    client = app.test_client()
    make.sign_in(client, user)
    return client


def moderator_of(app, make):
    return browser_of(app, make, make.user("Mara Vogel", roles=(Role.MODERATOR,)))


def audited(session):
    session.rollback()
    return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_a_moderator_takes_a_comment_away_with_a_reason_and_brings_it_back(app, make, session, comment):
    mara = moderator_of(app, make)
    page, history = f"/questions/{comment.question_id}", f"/questions/{comment.question_id}/history"
    assert f'href="/comments/{comment.id}/delete"' in mara.get(page).text
    assert "Take this comment away?" in mara.get(f"/comments/{comment.id}/delete").text
    assert mara.post(f"/comments/{comment.id}/delete", data={"note": "Asked before."}).status_code == 303
    assert WORDS not in mara.get(page).text
    shown = mara.get(history).text
    for words in ("A comment was taken away", "Asked before.", "Mara Vogel", WORDS, "Bring it back"):
        assert words in shown
    assert session.get_one(Answer, comment.answer_id).comment_count == 0

    back = mara.post(f"/comments/{comment.id}/restore")
    assert back.headers["Location"] == f"{page}#c{comment.id}"
    assert WORDS in mara.get(page).text
    assert "A comment was taken away" not in mara.get(history).text
    session.rollback()
    assert session.get_one(Answer, comment.answer_id).comment_count == 1
    assert audited(session) == ["comment.deleted", "comment.restored"]


def test_the_author_brings_back_what_they_took_away_but_not_what_others_did(make, unit_of_work, ann, comment):
    author, moderator = make.actor(ann), make.actor(make.user(roles=(Role.MODERATOR,)))
    stranger = make.actor(make.user())
    with unit_of_work() as uow:
        delete_comment(uow, author, DeleteComment(comment.id))
    with unit_of_work() as uow:
        restore_comment(uow, author, RestoreComment(comment.id))
        ((name, fact),) = facts_of(uow)
    assert (name, fact.comment_id, fact.answer_id) == ("CommentRestored", comment.id, comment.answer_id)
    with unit_of_work() as uow:
        delete_comment(uow, moderator, DeleteComment(comment.id, "Rude."))
    with pytest.raises(Denied, match="needs_moderator"), unit_of_work() as uow:
        restore_comment(uow, author, RestoreComment(comment.id))
    with pytest.raises(NotFound), unit_of_work() as uow:
        restore_comment(uow, stranger, RestoreComment(comment.id))


def test_others_read_that_a_comment_went_but_not_what_it_said(app, make, comment):
    moderator_of(app, make).post(f"/comments/{comment.id}/delete", data={"note": "Rude."})
    history = app.test_client().get(f"/questions/{comment.question_id}/history").text
    assert "A comment was taken away" in history
    assert WORDS not in history
    assert "Bring it back" not in history


def test_a_restored_ask_back_does_not_make_the_asker_wait_again(make, unit_of_work, session, question):
    agent = make.actor(make.user(roles=(Role.AGENT, Role.MODERATOR)))
    with unit_of_work() as uow:
        comment = post_comment(uow, agent, PostComment(question.id, None, rich(WORDS), asks_back=True))
    with unit_of_work() as uow:
        delete_comment(uow, agent, DeleteComment(comment.id))
    with unit_of_work() as uow:
        restore_comment(uow, agent, RestoreComment(comment.id))
    found = session.get_one(Question, question.id)
    assert (found.waiting_for_asker_since, found.comment_count) == (None, 1)


def test_open_pages_are_told_and_the_index_is_not_asked(session, question, comment, make):
    fact = CommentRestored(
        occurred_at=make.now, question_id=question.id, space_id=1, asker_id=1, by_id=2, comment_id=comment.id,
        answer_id=comment.answer_id,
    )  # fmt: skip
    (hint,) = RULES[CommentRestored](fact)
    assert (hint.kind, hint.place) == (COMMENT, f"a{comment.answer_id}")
    assert CommentRestored not in INDEXED_FACTS
    assert WORDS not in question_documents(session, [question.id])[0].body


@pytest.mark.parametrize("action", ["delete", "restore"])
def test_two_who_do_the_same_to_a_comment_do_it_once(app, make, session, comment, action):
    mara, jonas = moderator_of(app, make), browser_of(app, make, make.user("Jonas", roles=(Role.MODERATOR,)))
    if action == "restore":
        mara.post(f"/comments/{comment.id}/delete", data={"note": "Rude."})
    assert mara.post(f"/comments/{comment.id}/{action}", data={"note": "Rude."}).status_code == 303
    late = jonas.post(f"/comments/{comment.id}/{action}", data={"note": "Rude."})
    assert late.status_code == 409
    assert "Mara Vogel" in late.text
    assert session.scalar(select(func.count()).select_from(Deletion)) == 1


def test_a_question_is_brought_back_where_its_deletion_is_explained(app, make, session, question):
    mara = moderator_of(app, make)
    address = f"/questions/{question.id}"
    mara.post(f"{address}/delete", data={"note": "Spam."})
    gone = mara.get(address)
    assert gone.status_code == 410
    assert f'href="{address}/history"' in gone.text
    history = mara.get(f"{address}/history").text
    assert "The question was taken away" in history
    assert f'action="{address}/restore"' in history
    assert mara.post(f"{address}/restore").status_code == 303
    assert mara.get(address).status_code == 200
    assert session.scalars(select(Comment)).all() == []


def test_the_asker_of_what_a_moderator_took_away_is_not_promised_to_bring_it_back(app, make, ann):
    question = make.question(asker=ann)
    mara, writer = moderator_of(app, make), browser_of(app, make, ann)
    mara.post(f"/questions/{question.id}/delete", data={"note": "Spam."})
    gone = writer.get(f"/questions/{question.id}").text
    assert "Spam." in gone
    assert "bring it back" not in gone
    assert "bring it back" in mara.get(f"/questions/{question.id}").text


def test_the_history_of_what_was_taken_away_is_for_its_asker_and_moderators(app, make, question):
    moderator_of(app, make).post(f"/questions/{question.id}/delete", data={"note": "Spam."})
    assert app.test_client().get(f"/questions/{question.id}/history").status_code == 404
    gone = browser_of(app, make, make.user()).get(f"/questions/{question.id}")
    assert gone.status_code == 410
    assert "Mara Vogel" not in gone.text

"""Whatever is refused, its writer gets the text back, without JavaScript too."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from app.forum.models.answer import Answer, Attachment, Comment
from app.forum.models.question import DuplicateLink, Question
from app.forum.models.space import Visibility
from app.kernel.actor import Role

WORDS = "A long explanation that took an hour."


@pytest.fixture
def author(make):
    return make.user()


@pytest.fixture
def browser(client, make, author):
    make.sign_in(client, author)
    return client


def change(make, row, **fields):
    with make.unit_of_work() as uow:
        found = uow.session.get_one(type(row), row.id)
        for name, value in fields.items():
            setattr(found, name, value)


def counted(session, row):
    session.rollback()
    return session.scalar(select(func.count()).select_from(row))


@pytest.mark.parametrize(
    ("happened", "status"), [("closed_at", 409), ("merged_at", 409), ("deleted_at", 404), ("space_id", 404)]
)
def test_an_answer_to_what_has_changed_meanwhile_is_shown_to_its_writer(browser, make, session, happened, status):
    question, hidden = make.question(), make.space(visibility=Visibility.PRIVATE)
    change(make, question, **{happened: hidden.id if happened == "space_id" else make.now})
    refused = browser.post(f"/questions/{question.id}/answers", data={"body": WORDS})
    assert refused.status_code == status
    assert f"{WORDS}</textarea>" in refused.text
    assert counted(session, Answer) == 0


def test_an_edit_of_what_was_taken_away_is_shown_to_its_writer(browser, make, author):
    question = make.question(asker=author)
    answer = make.answer(question, author=author)
    comment = make.save(
        Comment(question_id=question.id, author_id=author.id, body="a", body_html="a", posted_at=make.now)
    )
    for row in (answer, comment, question):
        change(make, row, deleted_at=make.now)
    sent = {"body": WORDS, "revision": "1", "title": "A title of some words", "impact": "slowed", "tags": ""}
    for address in (f"/answers/{answer.id}/edit", f"/comments/{comment.id}/edit", f"/questions/{question.id}/edit"):
        refused = browser.post(address, data=sent)
        assert refused.status_code == 409, address
        assert f"{WORDS}</textarea>" in refused.text


def test_a_question_for_a_space_that_was_closed_meanwhile_is_shown_to_its_writer(browser, make):
    make.space()
    gone = make.space(archived_at=make.now)
    sent = {"title": "A title of some words", "body": WORDS, "impact": "slowed", "space": str(gone.id), "tags": ""}
    refused = browser.post("/ask", data=sent)
    assert refused.status_code == 422
    assert f"{WORDS}</textarea>" in refused.text


def test_what_was_written_is_printed_as_text(browser, make):
    question = make.question(closed_at=make.now)
    refused = browser.post(f"/questions/{question.id}/answers", data={"body": "</textarea><script>alert(1)</script>"})
    assert "<script>alert" not in refused.text


def test_an_enhanced_form_is_told_in_a_sentence_and_keeps_its_text_itself(browser, make):
    question = make.question(closed_at=make.now)
    sent = browser.post(f"/questions/{question.id}/answers", data={"body": WORDS}, headers={"HX-Request": "true"})
    assert sent.status_code == 403
    assert "takes no more answers" in sent.text
    assert "<html" not in sent.text


@pytest.mark.parametrize("place", ["answers", "comments", "edit"])
def test_a_hundred_kilobytes_are_refused_and_kept(browser, make, author, session, place):
    question = make.question(asker=author)
    body = "ten bytes " * 10_000
    sent = {"body": body, "revision": "1", "title": "A title of some words", "impact": "slowed", "tags": ""}
    refused = browser.post(f"/questions/{question.id}/{place}", data=sent)
    assert refused.status_code == 422
    assert body in refused.text
    assert "too long" in refused.text
    assert session.get_one(Question, question.id).body == question.body


@pytest.mark.parametrize("revision", ["0", "-1", "", "x", "7", "99999999999999999999"])
def test_a_forged_revision_never_overwrites(browser, make, author, session, revision):
    question = make.question(asker=author)
    sent = {"body": WORDS, "revision": revision, "title": question.title, "impact": "slowed", "tags": ""}
    refused = browser.post(f"/questions/{question.id}/edit", data=sent)
    assert refused.status_code in {409, 422}
    assert WORDS in refused.text
    assert session.get_one(Question, question.id).body == question.body


def test_good_files_stay_beside_a_bad_one_which_is_named_at_its_field(browser, make, session):
    files = [(io.BytesIO(b"one line\n"), "trace.log"), (io.BytesIO(b""), "empty.log")]
    refused = browser.post(f"/questions/{make.question().id}/answers", data={"body": WORDS, "files": files})
    assert refused.status_code == 422
    assert "[trace.log](/files/" in refused.text
    assert 'href="#files">This file is empty.' in refused.text
    assert counted(session, Attachment) == 1


def with_files(sizes):
    """Return a form with logs of so many bytes; the test client alone would leave its own temporary file open."""
    files = [FileStorage(io.BytesIO(b"a line.\n" * (size // 8)), filename="trace.log") for size in sizes]
    boundary, data = encode_multipart({"body": WORDS, "files": files})
    return {"data": data, "content_type": f"multipart/form-data; boundary={boundary}"}


def test_files_that_are_large_together_arrive_and_the_field_says_how_large_one_may_be(browser, make, session):
    question = make.question()
    assert "At most 5 files, each up to 10 MB." in browser.get(f"/questions/{question.id}").text
    assert "At most 5 files, each up to 10 MB." in browser.get("/ask").text
    sent = browser.post(f"/questions/{question.id}/answers", **with_files([6_300_000, 6_300_000]))
    assert sent.status_code == 303
    assert counted(session, Attachment) == 2


def test_a_file_that_is_too_large_is_refused_beside_what_was_typed(browser, make, session):
    refused = browser.post(f"/questions/{make.question().id}/answers", **with_files([12_600_000]))
    assert refused.status_code == 422
    assert WORDS in refused.text
    assert 'href="#files">This file is too big: at most 10 MB.' in refused.text
    assert counted(session, Attachment) == 0


def test_a_sixth_file_is_not_dropped_in_silence(browser, make, session):
    files = [(io.BytesIO(b"one line\n"), f"{number}.log") for number in range(6)]
    refused = browser.post(f"/questions/{make.question().id}/answers", data={"body": WORDS, "files": files})
    assert refused.status_code == 422
    assert "Add at most 5 files at once." in refused.text
    assert counted(session, Attachment) == 0


@pytest.mark.parametrize(
    ("here", "there", "status"),
    [(Visibility.PUBLIC, Visibility.INTERNAL, 422), (Visibility.INTERNAL, Visibility.PRIVATE, 422),
     (Visibility.INTERNAL, Visibility.PUBLIC, 303), (Visibility.PRIVATE, Visibility.INTERNAL, 303)],
)  # fmt: skip
def test_joining_sends_nobody_to_what_they_may_not_read(client, make, session, here, there, status):
    mara = make.user(roles=(Role.MODERATOR,))
    groups = (make.group(mara),)
    question = make.question(space=make.space(visibility=here, groups=groups))
    original = make.question(space=make.space(visibility=there, groups=groups))
    make.sign_in(client, mara)
    sent = client.post(f"/questions/{question.id}/same-as", data={"original": str(original.id), "merge": "y"})
    assert sent.status_code == status
    assert counted(session, DuplicateLink) == (status == 303)


def test_a_question_that_is_not_there_or_hidden_is_refused_alike_at_its_field(browser, make, author):
    question, hidden = make.question(asker=author), make.question(space=make.space(visibility=Visibility.PRIVATE))
    pages = []
    for number in (hidden.id, 999_999):
        sent = browser.post(f"/questions/{question.id}/same-as", data={"original": f"Q-{number}"})
        assert sent.status_code == 422
        assert f'value="Q-{number}"' in sent.text, "what was typed stands in its field"
        alike = re.sub(r'name="(?:once|csrf_token)"[^>]*|nonce="[^"]*"', "", sent.text)
        pages.append(alike.replace(f"Q-{number}", "Q-N"))
    assert pages[0] == pages[1]
    assert browser.post(f"/questions/{hidden.id}/same-as", data={"original": str(question.id)}).status_code == 404


@pytest.mark.parametrize(("note", "problem"), [("  ", "Say why"), ("x" * 501, "500")])
def test_why_staff_accept_is_asked_again_at_its_field(client, make, session, note, problem):
    question = make.question()
    answer = make.answer(question)
    make.sign_in(client, make.user(roles=(Role.MODERATOR,)))
    address = f"/questions/{question.id}/answers/{answer.id}/accept"
    refused = client.post(address, data={"value": "1", "note": note})
    assert refused.status_code == 422
    assert 'href="#note"' in refused.text
    assert problem in refused.text
    assert f'value="{note}"' in refused.text
    assert f'action="{address}"' in refused.text
    assert session.get_one(Answer, answer.id).accepted_at is None
    assert client.post(address, data={"note": "They said so."}).status_code == 303
    session.rollback()
    assert session.get_one(Answer, answer.id).accepted_at is not None


@pytest.mark.parametrize(
    ("address", "sent", "summary"),
    [
        ("", {"description": "x" * 501}, 'href="#description">Make it shorter: at most 500 characters.'),
        ("/words", {"slug": "printer"}, 'href="#slug">'),
    ],
)
def test_a_refused_form_of_a_tag_says_so_at_its_top(app, make, address, sent, summary):
    make.tag("printer")
    keeper = app.test_client()
    make.sign_in(keeper, make.user(roles=(Role.MODERATOR,)))
    refused = keeper.post(f"/tags/printer{address}", data=sent)
    assert refused.status_code == 422
    assert "There is a problem" in refused.text
    assert summary in refused.text

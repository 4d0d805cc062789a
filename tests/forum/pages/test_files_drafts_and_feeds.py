"""Files, drafts, previews, suggestions and feeds over HTTP."""

from __future__ import annotations

import io
from xml.etree import ElementTree as ET

import pytest
from PIL import Image
from sqlalchemy import select

from app.forum.models.answer import Attachment, Comment
from app.forum.models.question import Draft, QuestionTag
from app.forum.models.space import Visibility
from app.kernel.actor import Role

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def png(comment=b"secret-place"):
    picture, out = Image.new("RGB", (40, 30), "red"), io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue() + comment


def uploaded(client, name, data):
    return client.post("/uploads", data={"file": (io.BytesIO(data), name)})


def test_a_picture_is_drawn_again_and_shown_inline(client, make):
    make.sign_in(client, make.user())
    kept = uploaded(client, "screen.png", png()).get_json()
    assert kept["markdown"].startswith("![screen")
    shown = client.get(kept["url"], buffered=True)
    assert shown.status_code == 200
    assert b"secret-place" not in shown.data
    assert shown.headers["Content-Type"].startswith("image/")
    assert "attachment" not in shown.headers.get("Content-Disposition", "")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert shown.headers["Content-Security-Policy"].startswith("sandbox")


def test_a_log_is_a_download_whatever_it_holds(client, make):
    make.sign_in(client, make.user())
    kept = uploaded(client, "trace.log", b"12:00 failed: a < b && c > d\n").get_json()
    shown = client.get(kept["url"], buffered=True)
    assert shown.headers["Content-Type"] == "application/octet-stream"
    assert shown.headers["Content-Disposition"].startswith("attachment")


def test_a_copy_of_a_file_is_confirmed(client, make):
    make.sign_in(client, make.user())
    url = uploaded(client, "trace.log", b"one line\n").get_json()["url"]
    tag = client.get(url, buffered=True).headers["ETag"]
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize(
    ("name", "data"),
    [("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"), ("empty.log", b"")],
)
def test_what_is_not_taken_is_refused_in_words(client, make, session, name, data):
    make.sign_in(client, make.user())
    refused = uploaded(client, name, data)
    assert refused.status_code == 422
    assert refused.get_json()["problem"]
    assert session.query(Attachment).count() == 0


def test_nobody_else_sees_a_file_before_it_is_posted(app, client, make):
    make.sign_in(client, make.user())
    url = uploaded(client, "trace.log", b"one line\n").get_json()["url"]
    assert app.test_client().get(url).status_code == 404


def test_a_file_goes_with_its_answer_and_hides_with_its_question(app, client, make):
    group_member, stranger = make.user(), app.test_client()
    hidden = make.question(space=make.space(visibility=Visibility.PRIVATE, groups=(make.group(group_member),)))
    make.sign_in(client, group_member)
    make.sign_in(stranger, make.user())
    sent = {"body": "See the log.", "files": (io.BytesIO(b"one line\n"), "trace.log")}
    assert client.post(f"/questions/{hidden.id}/answers", data=sent).status_code == 303
    with make.unit_of_work() as uow:
        kept = uow.session.query(Attachment).one()
    assert kept.question_id == hidden.id
    assert client.get(f"/files/{kept.key}/trace.log", buffered=True).status_code == 200
    assert stranger.get(f"/files/{kept.key}/trace.log").status_code == 404


@pytest.fixture
def readers(app, make):
    """Return browsers of the writer, of somebody else, of a moderator and of a guest."""
    people = {name: app.test_client() for name in ("writer", "other", "moderator", "guest")}
    make.sign_in(people["writer"], make.user())
    make.sign_in(people["other"], make.user())
    make.sign_in(people["moderator"], make.user(roles=(Role.MODERATOR,)))
    return people


def opened_by(readers, url):
    return {name for name, browser in readers.items() if browser.get(url, buffered=True).status_code == 200}


def test_a_file_goes_and_comes_back_with_the_answer_that_names_it(make, readers):
    question = make.question()
    kept = uploaded(readers["writer"], "secret.log", b"the password\n").get_json()
    sent = readers["writer"].post(f"/questions/{question.id}/answers", data={"body": f"See {kept['markdown']}"})
    answer = sent.headers["Location"].partition("#a")[2]
    assert opened_by(readers, kept["url"]) == set(readers)

    assert readers["moderator"].post(f"/answers/{answer}/delete", data={"note": "A password."}).status_code == 303
    assert opened_by(readers, kept["url"]) == {"writer", "moderator"}

    assert readers["moderator"].post(f"/answers/{answer}/restore").status_code == 303
    assert opened_by(readers, kept["url"]) == set(readers)


def test_a_file_goes_with_the_comment_that_names_it(make, readers, session):
    asker = make.user()
    question = make.question(asker=asker)
    make.sign_in(readers["writer"], asker)
    kept = uploaded(readers["writer"], "secret.log", b"the password\n").get_json()
    sent = readers["writer"].post(f"/questions/{question.id}/comments", data={"body": f"See {kept['markdown']}"})
    assert sent.status_code == 303
    comment = session.scalars(select(Comment.id)).one()
    assert opened_by(readers, kept["url"]) == set(readers)

    assert readers["moderator"].post(f"/comments/{comment}/delete", data={"note": "A password."}).status_code == 303
    assert opened_by(readers, kept["url"]) == {"writer", "moderator"}


def test_a_file_stays_while_another_text_or_an_earlier_one_names_it(make, readers):
    asker = make.user()
    question = make.question(asker=asker)
    make.sign_in(readers["writer"], asker)
    kept = uploaded(readers["writer"], "trace.log", b"one line\n").get_json()
    fields = {"title": question.title, "impact": "slowed", "tags": ""}
    for number, body in enumerate((f"See {kept['markdown']}", "The log is no longer needed."), start=1):
        edit = {**fields, "body": body, "revision": str(number)}
        assert readers["writer"].post(f"/questions/{question.id}/edit", data=edit).status_code == 303
    assert opened_by(readers, kept["url"]) == set(readers)


def test_files_stay_when_something_else_is_refused(client, make):
    make.sign_in(client, make.user())
    sent = {
        "title": "Short", "body": "See the log.", "impact": "slowed", "tags": "", "space": str(make.space().id),
        "files": (io.BytesIO(b"one line\n"), "trace.log"),
    }  # fmt: skip
    page = client.post("/ask", data=sent)
    assert page.status_code == 422
    assert "[trace.log](/files/" in page.text


def test_a_draft_comes_back_and_goes_with_posting(client, make, session):
    space = make.space()
    make.sign_in(client, make.user())
    client.post("/drafts", data={"place": "ask", "title": "The printer eats paper", "body": "Since noon."})
    page = client.get("/ask").text
    assert 'value="The printer eats paper"' in page
    assert "Your draft is back." in page
    assert client.get("/drafts/one?place=ask").get_json()["body"] == "Since noon."
    sent = {"title": "The printer eats paper", "body": "Since noon.", "impact": "slowed", "tags": "", "space": space.id}
    assert client.post("/ask", data=sent).status_code == 303
    assert session.query(Draft).count() == 0


def test_drafts_are_ones_own(app, client, make):
    make.sign_in(client, make.user())
    client.post("/drafts", data={"place": "ask", "title": "A matter of mine"})
    other = app.test_client()
    make.sign_in(other, make.user())
    assert "A matter of mine" not in other.get("/drafts").text
    assert other.get("/drafts/one?place=ask").get_json() == {}


def test_a_preview_shows_the_text_made_harmless(client, make):
    make.sign_in(client, make.user())
    page = client.post("/preview", data={"body": "**bold** <script>alert(1)</script>"}).text
    assert "<strong>bold</strong>" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize("edited", ["question", "answer"])
def test_sending_the_same_edit_twice_changes_once_and_shows_no_conflict(client, make, edited):
    author = make.user()
    question = make.question(asker=author)
    answer = make.answer(question, author=author)
    make.sign_in(client, author)
    address = f"/questions/{question.id}/edit" if edited == "question" else f"/answers/{answer.id}/edit"
    sent = {"title": question.title, "impact": "slowed", "tags": "", "body": "Better words.", "revision": "1"}
    first, second = (client.post(address, data={**sent, "once": "the-same-form"}) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]


def test_a_refused_comment_shows_its_problem_at_its_own_box_only(client, make):
    asker = make.user()
    question = make.question(asker=asker)
    first, second = make.answer(question), make.answer(question)
    make.sign_in(client, asker)
    page = client.post(f"/questions/{question.id}/answers/{first.id}/comments", data={"body": " "})
    assert page.status_code == 422
    assert page.text.count("There is a problem") == 1
    assert page.text.index(f'id="comments-a{first.id}"') < page.text.index("There is a problem")
    assert f'id="comments-a{second.id}"' in page.text


@pytest.mark.parametrize("feed", ["questions", "spaces/{space}", "tags/{tag}", "questions/{question}"])
def test_every_feed_is_well_formed_and_says_what_a_guest_may_read(client, make, feed):
    question = make.question(title="Tabs & <spaces>\u0007 quarrel\ufffe")
    make.answer(question, body="Use & keep both.\uffff")
    tag = make.tag()
    make.save(QuestionTag(question_id=question.id, tag_id=tag.id, position=0))
    space = client.get(f"/questions/{question.id}").text.split('href="/spaces/')[1].split('"')[0]
    address = f"/feeds/{feed.format(space=space, tag=tag.slug, question=question.id)}.atom"
    sent = client.get(address)
    assert sent.headers["Content-Type"].startswith("application/atom+xml")
    root = ET.fromstring(sent.data)  # noqa: S314  # our own words
    assert root.findtext("a:title", namespaces=ATOM)
    assert len(root.findall("a:entry", ATOM)) == 1


@pytest.mark.parametrize(
    "address", ["/tags", "/tags/salary-cuts", "/complete?k=%23&q=salary", "/feeds/tags/salary-cuts.atom"]
)
def test_a_tag_of_private_questions_looks_like_none(client, make, address):
    tag = make.tag("salary-cuts")
    hidden = make.question(space=make.space(visibility=Visibility.PRIVATE, groups=(make.group(),)))
    make.save(QuestionTag(question_id=hidden.id, tag_id=tag.id, position=0))
    with make.unit_of_work() as uow:
        uow.session.merge(tag).question_count = 1
    make.sign_in(client, make.user())
    page = client.get(address)
    assert page.status_code in {200, 404}
    assert "salary-cuts" not in page.text.replace(f"next={address}", "")

"""Requests that no page of ours makes: each gets a human page with the right status, soon."""

from __future__ import annotations

import base64
import html
import io
import re
import time

import pytest

from app.forum.files import FileFolder
from app.forum.models.question import Question
from app.forum.queries.history import word_diff
from app.kernel.actor import Role


@pytest.mark.parametrize("values", ['["abc",1]', "[NaN,1]", "[1e308,1]", "[99999999999999999999999,1]"])
@pytest.mark.parametrize("address", ["/questions", "/tags/dock", "/spaces/it"])
def test_a_made_up_cursor_is_a_page_that_does_not_exist(client, make, address, values):
    make.space(slug="it", visibility="public")
    make.tag("dock")
    cursor = base64.urlsafe_b64encode(values.encode()).decode()
    assert client.get(address, query_string={"after": cursor}).status_code == 404


@pytest.mark.parametrize("number", [2**31 - 1, 2**31, 2**63 - 1, 2**63, 10**30])
@pytest.mark.parametrize(
    "address",
    ["/questions/{}", "/questions/{}/thread", "/questions/{}/history", "/answers/{}/edit", "/answers/{}/history",
     "/comments/{}/edit", "/people/{}", "/feeds/questions/{}.atom", "/drafts/open?place=answer:{}"],
)  # fmt: skip
def test_an_id_that_no_table_holds_is_a_page_that_does_not_exist(client, make, address, number):
    make.sign_in(client, make.user())
    assert client.get(address.format(number)).status_code == 404


@pytest.mark.parametrize("path", ["vote", "comments", "answers", "answers/{}/vote", "answers/{}/accept", "edit"])
def test_nothing_is_written_to_an_id_that_no_table_holds(client, make, path):
    make.sign_in(client, make.user())
    sent = {"body": "Some words.", "value": "1", "title": "A title of some words", "impact": "slowed", "revision": "1"}
    assert client.post(f"/questions/{2**31}/{path.format(2**31)}", data=sent).status_code == 404


@pytest.mark.parametrize("value", ["1", "0"])
def test_an_answer_is_accepted_only_where_it_was_given(client, make, session, value):
    ann = make.user()
    question, other = make.question(asker=ann), make.question(asker=ann)
    answer = make.answer(other)
    make.sign_in(client, ann)
    if value == "0":
        assert client.post(f"/questions/{other.id}/answers/{answer.id}/accept", data={"value": "1"}).status_code == 303
    refused = client.post(f"/questions/{question.id}/answers/{answer.id}/accept", data={"value": value})
    assert refused.status_code == 404
    assert (session.get_one(Question, other.id).accepted_answer_id is None) == (value == "1")


@pytest.mark.parametrize("sent", [{"body": 5}, {"body": {"a": 1}}, {"once": 5, "body": "Some words."}, ["body"], 5])
@pytest.mark.parametrize("path", ["answers", "comments", "edit", "close", "delete"])
def test_what_is_no_form_is_refused_at_the_door(client, make, session, path, sent):
    make.sign_in(client, make.user(roles=tuple(Role)))
    question = make.question()
    refused = client.post(f"/questions/{question.id}/{path}", json=sent)
    assert refused.status_code == 415
    assert "could not read what your browser sent" in refused.text
    assert session.get_one(Question, question.id).version == 1


@pytest.mark.parametrize("typed", ["²", "9" * 5000, "-1", "x"])
def test_a_number_that_is_none_chooses_no_space(client, make, typed):
    make.sign_in(client, make.user())
    assert client.get("/ask", query_string={"space": typed}).status_code == 200


@pytest.mark.parametrize("number", ["²", "9" * 5000, "", "-1"])
def test_an_earlier_text_that_never_was_cannot_stand_again(client, make, number):
    ann = make.user()
    question = make.question(asker=ann)
    make.sign_in(client, ann)
    sent = client.post(f"/questions/{question.id}/roll-back", data={"number": number})
    assert sent.status_code == 404


@pytest.mark.parametrize("piece", ["a ", "a\n", "ab", "[", "\n"])
def test_two_long_texts_are_compared_soon(piece):
    old, new = piece * 15_000, ("b" + piece) * 7_000
    started = time.process_time()
    word_diff(old, new)
    assert time.process_time() - started < 2


def test_a_changed_word_in_a_long_text_is_the_only_one_marked():
    words = "The printer eats paper on Mondays. " * 500
    diff = word_diff(f"{words}Always. {words}", f"{words}Never. {words}")
    assert diff == f"{words}<del>Always</del><ins>Never</ins>. {words}"


def test_texts_that_grow_or_shrink_at_an_end_show_only_that():
    assert word_diff("one two", "one two three") == "one two<ins> three</ins>"
    assert word_diff("one one", "one") == "one<del> one</del>"
    assert word_diff("", "<b>") == "<ins>&lt;b&gt;</ins>"
    assert word_diff("same", "same") == "same"


def test_a_full_disk_refuses_the_file_and_keeps_the_text(client, make, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FileFolder, "save", full)
    make.sign_in(client, make.user())
    form = {"body": "Here is the log of the dock.", "files": (io.BytesIO(b"dock lost\n"), "dock.log")}

    sent = client.post(f"/questions/{make.question().id}/answers", data=form)

    assert sent.status_code == 422
    assert "Here is the log of the dock." in sent.text
    assert "keep this file" in sent.text


@pytest.mark.parametrize(
    "name", ["#1.log", "?.log", "50%.log", "a (1).log", "[x].log", 'say "hi".log', "naïve file.log"]
)
def test_a_file_of_any_name_can_be_opened_from_the_text_that_names_it(client, make, name):
    make.sign_in(client, make.user())
    form = {"body": "Here is the log.", "files": (io.BytesIO(b"dock lost\n"), name)}

    thread = client.post(f"/questions/{make.question().id}/answers", data=form, follow_redirects=True).text

    (address,) = re.findall(r'href="(/files/[^"]+)"', thread)
    with client.get(html.unescape(address)) as file:
        assert file.data == b"dock lost\n"

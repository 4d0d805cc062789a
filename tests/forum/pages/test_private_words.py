"""The tags of a private space are as private as its questions."""

from __future__ import annotations

import pytest

from app.forum.models.question import Question, QuestionTag
from app.forum.models.space import SpaceTag, Tag, TagSynonym, Visibility


@pytest.fixture
def reader(make):
    return make.user("Mei Inside")


@pytest.fixture
def secret(make, reader):
    """A tag that only a question in a private space has."""
    group = make.group(reader)
    space = make.space("Works council", visibility=Visibility.PRIVATE, groups=(group,))
    tag = make.tag("layoffs")
    question = make.question(space=space)
    make.save(QuestionTag(question_id=question.id, tag_id=tag.id, position=0))
    make.save(TagSynonym(slug="redundancies", tag_id=tag.id, created_at=make.now))
    with make.unit_of_work() as uow:
        uow.session.get_one(type(tag), tag.id).question_count = 1
    return space


ADDRESSES = ["/tags/layoffs", "/tags/redundancies", "/feeds/tags/layoffs.atom"]


def test_outsiders_do_not_see_the_tags_of_a_private_space(client, secret):
    assert "layoffs" not in client.get("/tags").text


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_hidden_tag_looks_like_none_at_all(client, secret, address):
    hidden = client.get(address)
    absent = client.get(address.replace("layoffs", "nothing").replace("redundancies", "nothing"))
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert len(hidden.data) == len(absent.data)


def test_a_word_stays_private_when_its_question_is_deleted_and_before_there_is_one(client, make, secret, reader):
    waiting = make.tag("mergers")
    make.save(SpaceTag(space_id=secret.id, tag_id=waiting.id))
    with make.unit_of_work() as uow:
        uow.session.query(Question).update({"deleted_at": make.now})
        uow.session.query(Tag).update({"question_count": 0})
    absent = client.get("/tags/nothing")
    for address in (*ADDRESSES[:2], "/tags/mergers"):
        hidden = client.get(address)
        assert (hidden.status_code, len(hidden.data)) == (404, len(absent.data))
    make.sign_in(client, make.user())
    for typed in ("lay", "mer"):
        assert client.get("/complete", query_string={"k": "#", "q": typed}).json == []
    make.sign_in(client, reader)
    assert client.get("/tags/mergers").status_code == 200


def test_outsiders_are_not_offered_a_hidden_tag_while_typing(client, make, secret):
    make.sign_in(client, make.user())
    assert client.get("/complete", query_string={"k": "#", "q": "lay"}).json == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_readers_of_the_space_find_its_tags(client, make, secret, reader, address):
    make.sign_in(client, reader)
    assert client.get(address, follow_redirects=True).status_code == 200
    assert "layoffs" in client.get("/tags").text


def test_a_tag_counts_only_the_questions_that_the_reader_may_read(client, make, secret, reader):
    question = make.question()
    with make.unit_of_work() as uow:
        tag_id = uow.session.query(TagSynonym.tag_id).scalar()
        uow.session.add(QuestionTag(question_id=question.id, tag_id=tag_id, position=0))
        uow.session.get_one(Tag, tag_id).question_count += 1
    assert "1 question<" in client.get("/tags").text
    make.sign_in(client, reader)
    assert "2 questions<" in client.get("/tags").text


def test_a_hidden_space_suggests_nothing_to_somebody_who_asks(client, make, secret):
    make.space(visibility=Visibility.PUBLIC)
    with make.unit_of_work() as uow:
        uow.session.add(SpaceTag(space_id=secret.id, tag_id=uow.session.query(TagSynonym.tag_id).scalar()))
    make.sign_in(client, make.user())
    assert "layoffs" not in client.get("/ask", query_string={"space": secret.id}).text
    assert "layoffs" not in client.post("/ask", data={"space": secret.id}).text


@pytest.mark.parametrize("space", ["9" * 30, "-1", "²"])
def test_a_space_that_does_not_exist_is_refused_at_its_field(client, make, space):
    make.space(visibility=Visibility.PUBLIC)
    make.sign_in(client, make.user())
    assert client.post("/ask", data={"title": "The screen stays black", "space": space}).status_code == 422

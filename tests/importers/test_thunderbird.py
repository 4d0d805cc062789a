from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from app.forum.models.answer import Answer, Comment, Vote
from app.forum.models.question import MeToo, Question
from app.forum.models.space import Tag
from app.identity.models import User
from app.importers.running import run_import
from app.importers.thunderbird import Thunderbird
from tests.importers.support import TextsHere, write_thunderbird


@pytest.fixture
def bring_in(runtime, tmp_path):
    write_thunderbird(tmp_path)

    def bring(limit: int | None = None):
        return run_import(Thunderbird(tmp_path, limit), runtime.unit_of_work, runtime.reads, TextsHere())

    return bring


def question(session, number: int):
    return session.scalars(select(Question).where(Question.title == f"Question {number}")).one()


def test_what_the_asker_adds_is_a_comment_on_what_stands_above_it(bring_in, session):
    bring_in()
    thread = question(session, 1)
    placed = {c.body: c.answer_id for c in session.scalars(select(Comment).where(Comment.question_id == thread.id))}
    assert placed == {"Reply 11": None, "Reply 13": thread.accepted_answer_id}
    assert (thread.answer_count, thread.comment_count) == (1, 1)


def test_an_asker_who_solved_it_alone_keeps_their_answer(bring_in, session):
    bring_in()
    thread = question(session, 2)
    assert session.get_one(Answer, thread.accepted_answer_id).author_id == thread.asker_id


def test_helpful_counts_become_votes_and_me_toos_become_people(bring_in, session):
    bring_in()
    answer = session.scalars(select(Answer).where(Answer.body == "Reply 12")).one()
    assert answer.score == 1
    assert session.scalar(select(func.count()).where(Vote.answer_id == answer.id)) == 3
    assert question(session, 1).me_too_count == session.scalar(select(func.count()).select_from(MeToo)) == 3


def test_languages_tags_and_locks_are_kept(bring_in, session):
    bring_in()
    thread = question(session, 2)
    assert thread.language == "pt"
    assert thread.closed_at == thread.asked_at
    assert set(session.scalars(select(Tag.slug))) == {"thunderbird", "download-and-install"}


def test_people_have_their_pseudonym_and_are_as_old_as_their_first_post(bring_in, session):
    bring_in()
    helper = session.scalars(select(User).where(User.name == "Member hhhhhh")).one()
    assert helper.handle == "member-hhhhhh-u-hhhhhhhhhh"
    assert helper.created_at == datetime(2024, 1, 1, 9, 12, tzinfo=UTC)


def test_the_report_says_what_was_left_out_and_why(bring_in):
    left_out = {step: dict(part.skipped) for step, part in bring_in().items() if part.skipped}
    assert left_out == {
        "questions": {"it was taken down": 1},
        "answers": {"it was taken down": 1, "its question is missing or taken down": 1},
        "votes": {"a vote on the asker's own follow-up, which is a comment here": 1},
        "accepted answers": {"the accepted answer is missing": 1},
        "links": {"a related question, not the same one": 1, "one end is missing": 1},
    }


def test_importing_twice_changes_nothing(bring_in, session):
    bring_in()
    posts = select(func.count(User.id)).scalar_subquery() + select(func.count(Vote.id)).scalar_subquery()
    before = session.scalar(select(posts))
    report = bring_in()
    session.rollback()
    assert session.scalar(select(posts)) == before
    assert sum(part.stored for part in report.values()) == 0


def test_a_small_part_can_be_taken_first_and_the_rest_later(bring_in, session):
    bring_in(limit=1)
    assert session.scalars(select(Question.title)).all() == ["Question 1"]
    bring_in()
    session.rollback()
    assert session.scalar(select(func.count(Question.id))) == 3


def test_a_folder_without_the_files_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError):
        Thunderbird(tmp_path / "elsewhere")

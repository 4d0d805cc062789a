from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.forum.models.answer import Answer, Comment, Revision, Vote
from app.forum.models.question import Closure, DuplicateLink, Question, QuestionFollow, QuestionTag
from app.forum.models.space import Space, Tag, Visibility
from app.forum.services.duplicating import UnlinkDuplicate, unlink_duplicate
from app.identity.models import User
from app.importers.archive import Dump, UnreadableDump
from app.importers.running import run_import
from app.importers.stackexchange import StackExchange
from app.kernel.actor import Role
from app.kernel.models import OutboxMessage
from app.reputation.services.recomputing import check_ledger, recompute_all
from tests.importers.support import FILES, TextsHere, write_dump

REAL = Path("../shared/data/stackexchange/conlang_meta_2020.tar.xz")
COUNTED = (User, Question, Answer, Comment, Vote, Tag, QuestionTag, Closure, DuplicateLink, Revision, QuestionFollow)


@pytest.fixture
def bring_in(runtime):
    def bring(path: Path):
        return run_import(StackExchange(Dump(path), "Conlang"), runtime.unit_of_work, runtime.reads, TextsHere())

    return bring


def counts(session) -> dict[str, int]:
    session.rollback()
    return {table.__name__: session.scalar(select(func.count()).select_from(table)) for table in COUNTED}


def question(session, title: str):
    return session.scalars(select(Question).where(Question.title == title)).one()


def test_people_posts_votes_and_links_arrive_as_they_were(bring_in, session, tmp_path):
    bring_in(write_dump(tmp_path))
    old = question(session, "Old spelling of tags?")
    assert (old.answer_count, old.comment_count, old.score, old.view_count) == (2, 1, 1, 172)
    assert old.asked_at == datetime(2020, 3, 1, 10, tzinfo=UTC)
    assert old.active_at == datetime(2020, 3, 7, 10, tzinfo=UTC)
    answer = session.get_one(Answer, old.accepted_answer_id)
    assert (answer.score, answer.comment_count) == (1, 1)
    assert answer.accepted_at == datetime(2020, 3, 6, 10, tzinfo=UTC), "the day of the accepting vote"
    assert answer.accepted_by_id == old.asker_id


def test_both_spellings_of_tags_give_the_same_tags(bring_in, session, tmp_path):
    bring_in(write_dump(tmp_path))
    tagged = dict(session.execute(select(Tag.slug, Tag.question_count)).all())
    assert tagged == {"grammar": 2, "c++": 1, "phonology": 1}


def test_an_answer_finds_its_question_whichever_stands_first(bring_in, session, tmp_path):
    bring_in(write_dump(tmp_path))
    answers = select(Answer).where(Answer.question_id == question(session, "New spelling").id)
    assert session.scalars(answers).one().body == "Use `a < b`."


def test_script_never_arrives(bring_in, session, tmp_path):
    bring_in(write_dump(tmp_path))
    assert not [html for html in session.scalars(select(Answer.body_html)) if "script" in html or "alert" in html]


def test_what_a_deleted_account_wrote_keeps_the_name_that_is_left(bring_in, session, tmp_path):
    bring_in(write_dump(tmp_path))
    writers = select(User.name).join(Comment, Comment.author_id == User.id)
    assert "user77" in session.scalars(writers).all()
    assert session.get_one(User, question(session, "New spelling").asker_id).name == "user77"
    nobody = select(User.name).join(Answer, Answer.author_id == User.id).where(Answer.body == "From nobody")
    assert session.scalar(nobody) == "A former member"


def test_names_in_other_scripts_and_the_same_name_twice_get_handles_of_their_own(bring_in, session, tmp_path):
    bring_in(write_dump(tmp_path))
    handles = dict(session.execute(select(User.handle, User.name)).all())
    assert handles["jose-nunez-1"] == handles["jose-nunez-3"] == "José Ñúñez"
    assert handles["member-2"] == "李明"


def test_nobody_who_was_imported_can_sign_in(bring_in, session, tmp_path):
    bring_in(write_dump(tmp_path))
    assert session.scalars(select(User.id).where(User.password_hash.is_not(None) | User.email.is_not(None))).all() == []


def test_unnamed_voters_are_numbered_hidden_accounts_so_that_score_is_the_sum_of_rows(bring_in, session, tmp_path):
    bring_in(write_dump(tmp_path))
    rows = select(Vote.answer_id, func.sum(Vote.value)).where(Vote.answer_id.is_not(None)).group_by(Vote.answer_id)
    for answer_id, score in session.execute(rows):
        assert session.get_one(Answer, answer_id).score == score
    voters = session.scalars(select(User).join(Vote, Vote.user_id == User.id).distinct()).all()
    assert len(voters) == 3
    assert all(voter.deactivated_at is not None and not voter.on_leaderboard for voter in voters)


def test_a_closed_question_stays_closed_and_a_duplicate_stays_linked(bring_in, session, tmp_path):
    bring_in(write_dump(tmp_path))
    new, old = question(session, "New spelling"), question(session, "Old spelling of tags?")
    assert new.closed_at == datetime(2020, 3, 5, 10, tzinfo=UTC)
    assert new.duplicate_of_id == old.id
    assert session.scalars(select(Closure.note)).all() == ["Closed at Stack Exchange."]


LINK = '<row Id="{}" CreationDate="2020-03-08T10:00:00" PostId="{}" RelatedPostId="{}" LinkTypeId="3"/>'
OPEN = FILES["Posts.xml"].replace(b'ClosedDate="2020-03-05T10:00:00.000" ', b"")


def with_links(*ends: tuple[int, int]) -> dict[str, bytes]:
    rows = "".join(LINK.format(number, *pair) for number, pair in enumerate(ends))
    return {**FILES, "Posts.xml": OPEN, "PostLinks.xml": f"<postlinks>{rows}</postlinks>".encode()}


def test_a_duplicate_takes_no_more_answers_like_one_that_was_linked_here(bring_in, session, tmp_path):
    bring_in(write_dump(tmp_path, with_links((12, 11))))
    new = question(session, "New spelling")
    assert new.closed_at == datetime(2020, 3, 8, 10, tzinfo=UTC)
    closure = session.scalars(select(Closure)).one()
    assert (closure.question_id, closure.reason, closure.closed_at) == (new.id, "duplicate", new.closed_at)


@pytest.mark.parametrize("files", [with_links((12, 11)), FILES], ids=["closed by the link", "closed by its site"])
def test_a_link_that_is_taken_back_opens_the_question_again(bring_in, session, make, tmp_path, files):
    bring_in(write_dump(tmp_path, files))
    question_id = question(session, "New spelling").id
    moderator = make.actor(make.user(roles=(Role.MODERATOR,)))
    with make.unit_of_work() as uow:
        unlink_duplicate(uow, moderator, UnlinkDuplicate(question_id))
    session.rollback()
    assert session.get_one(Question, question_id).closed_at is None


def test_links_in_a_circle_do_not_make_one(bring_in, session, tmp_path):
    report = bring_in(write_dump(tmp_path, with_links((12, 11), (11, 12))))
    assert report["links"].skipped == {"a question that repeats itself through others": 1}
    assert session.scalars(select(Question.title).where(Question.duplicate_of_id.is_not(None))).all() == [
        "New spelling"
    ]


def test_edits_become_revisions_and_the_post_says_what_its_newest_one_says(bring_in, session, tmp_path):
    bring_in(write_dump(tmp_path))
    old = question(session, "Old spelling of tags?")
    mine = select(Revision).where(Revision.question_id == old.id).order_by(Revision.number)
    first, second, third = session.scalars(mine).all()
    assert (first.title, first.body, first.tags) == ("Old spelling?", "Won", "grammar")
    assert (second.title, second.tags, second.summary) == ("Old spelling of tags?", "grammar", "a wrong letter")
    assert (third.title, third.body, third.tags) == (second.title, second.body, "grammar c++")
    assert [session.get_one(User, r.author_id).handle for r in (first, second)] == ["jose-nunez-1", "member-2"]
    assert second.at == datetime(2020, 3, 4, 10, tzinfo=UTC)
    assert (old.revision, old.body) == (3, third.body)
    assert "<strong>One</strong>" in old.body_html
    assert "<script" not in old.body_html
    answer = session.get_one(Answer, old.accepted_answer_id)
    theirs = select(Revision).where(Revision.answer_id == answer.id).order_by(Revision.number)
    assert [(r.number, r.title, r.body) for r in session.scalars(theirs)] == [(1, None, "Yep"), (2, None, "Yes")]
    assert (answer.revision, answer.body) == (2, "Yes")


def test_a_post_that_was_never_edited_has_no_history(bring_in, session, tmp_path):
    bring_in(write_dump(tmp_path))
    new = question(session, "New spelling")
    assert new.revision == 1
    assert session.scalars(select(Revision).where(Revision.question_id == new.id)).all() == []


def test_an_edit_in_a_later_dump_follows_those_that_are_there(bring_in, session, tmp_path):
    later = b'<row Id="12" PostHistoryTypeId="5" PostId="13" RevisionGUID="k" CreationDate="2020-03-08T10:00:00" '
    rows = FILES["PostHistory.xml"]
    bring_in(write_dump(tmp_path / "early"))
    more = rows.replace(b"</posthistory>", later + b'UserId="2" Text="Yes, *always*"/></posthistory>')
    bring_in(write_dump(tmp_path / "late", {**FILES, "PostHistory.xml": more}))
    answer = session.get_one(Answer, question(session, "Old spelling of tags?").accepted_answer_id)
    numbers = session.scalars(select(Revision.number).where(Revision.answer_id == answer.id)).all()
    assert (sorted(numbers), answer.revision, answer.body) == ([1, 2, 3], 3, "Yes, *always*")


def test_what_was_edited_here_since_is_not_undone_by_a_later_dump(bring_in, session, make, tmp_path):
    first = {**FILES, "PostHistory.xml": b"<posthistory></posthistory>"}
    bring_in(write_dump(tmp_path / "early", first))
    answer_id = question(session, "Old spelling of tags?").accepted_answer_id
    editor = make.user()
    with make.unit_of_work() as uow:
        answer = uow.session.get_one(Answer, answer_id)
        answer.body, answer.revision = "Changed here", 2
        for number, body, at in ((1, "Yes", answer.posted_at), (2, "Changed here", make.now)):
            uow.session.add(Revision(answer_id=answer_id, number=number, author_id=editor.id, at=at, body=body))

    bring_in(write_dump(tmp_path / "late"))

    session.rollback()
    answer = session.get_one(Answer, answer_id)
    assert (answer.revision, answer.body) == (2, "Changed here")
    assert question(session, "Old spelling of tags?").revision == 3


def test_who_kept_a_post_follows_its_question(bring_in, session, tmp_path):
    bring_in(write_dump(tmp_path))
    follows = select(User.handle, QuestionFollow.since).join(User, User.id == QuestionFollow.user_id)
    at = datetime(2020, 3, 6, 10, tzinfo=UTC)
    assert sorted(session.execute(follows).all()) == [("jose-nunez-3", at), ("member-2", at)]


def test_tags_are_described_but_never_over_what_people_here_wrote(bring_in, session, make, tmp_path):
    own = make.tag("phonology")
    with make.unit_of_work() as uow:
        uow.session.get_one(Tag, own.id).description = "Ours"
    files = {**FILES, "Posts.xml": FILES["Posts.xml"].replace(b'Body=" "', b'Body="Theirs"')}
    bring_in(write_dump(tmp_path, files))
    described = dict(session.execute(select(Tag.slug, Tag.description)).all())
    assert described == {"grammar": "Forms of words and their order.", "c++": "", "phonology": "Ours"}


def test_the_report_says_what_was_left_out_and_why(bring_in, tmp_path):
    report = bring_in(write_dump(tmp_path))
    left_out = {step: dict(part.skipped) for step, part in report.items() if part.skipped}
    assert left_out == {
        "questions": {"the wiki of a tag": 1},
        "answers": {"its question is missing": 1, "it has no text": 1},
        "comments": {"its post is missing": 1},
        "votes": {"its post is missing": 1},
        "accepted answers": {"the accepted answer is missing": 1},
        "links": {"a related question, not the same one": 1},
        "edits": {
            "the first text of a post that was never edited": 1,
            "an event in a post's history that is no text": 1,
            "its post is missing": 1,
        },
        "followers": {"its person is missing": 1},
        "tags": {"no question here has this tag": 1, "an empty summary of a tag": 1},
    }


def test_importing_twice_changes_nothing(bring_in, session, tmp_path):
    bring_in(write_dump(tmp_path))
    before = counts(session)
    report = bring_in(tmp_path)
    assert counts(session) == before
    assert sum(part.stored for part in report.values()) == 0


def test_a_later_dump_adds_only_what_is_new(bring_in, session, tmp_path):
    bring_in(write_dump(tmp_path / "early", {**FILES, "Votes.xml": FILES["Votes.xml"].replace(b'Id="4"', b'Id="2"')}))
    bring_in(write_dump(tmp_path / "late"))
    assert counts(session)["Vote"] == 4
    assert question(session, "Old spelling of tags?").answer_count == 2


def test_reputation_follows_by_the_normal_rules(bring_in, unit_of_work, session, tmp_path):
    bring_in(write_dump(tmp_path))
    with unit_of_work() as uow:
        assert recompute_all(uow.session, uow.now) > 0
    assert check_ledger(session) == []


def test_nothing_old_is_announced(bring_in, session, tmp_path):
    bring_in(write_dump(tmp_path))
    assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 0


def test_the_space_is_public_and_names_its_source(bring_in, session, tmp_path):
    bring_in(write_dump(tmp_path))
    space = session.scalars(select(Space)).one()
    assert space.visibility == Visibility.PUBLIC
    assert "Stack Exchange" in space.purpose
    assert "Attribution-ShareAlike" in space.purpose


@pytest.mark.parametrize(
    "problem", ["<posts><row", '<!DOCTYPE x [<!ENTITY a "aaaa">]><posts><row Id="1" Body="&a;"/></posts>']
)
def test_a_broken_or_malicious_file_is_refused_in_words(bring_in, tmp_path, problem):
    write_dump(tmp_path, {"Posts.xml": problem.encode()})
    with pytest.raises(UnreadableDump, match=r"Posts\.xml"):
        bring_in(tmp_path)


def test_a_folder_without_posts_is_no_dump(bring_in, tmp_path):
    with pytest.raises(UnreadableDump, match=r"there is no Posts\.xml"):
        bring_in(tmp_path)


@pytest.mark.skipif(not REAL.exists(), reason="the real dump is not here")
def test_a_real_site_comes_in_whole(bring_in, session):
    report = bring_in(REAL)
    assert (report["questions"].stored, report["answers"].stored) == (54, 115)
    before = counts(session)
    bring_in(REAL)
    assert counts(session) == before
    sums = dict(session.execute(select(Vote.question_id, func.sum(Vote.value)).group_by(Vote.question_id)).all())
    assert all(score == sums.get(id_, 0) for id_, score in session.execute(select(Question.id, Question.score)))

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.forum.models.answer import Answer, Revision
from app.forum.models.question import Closure, MeToo, Question, QuestionFollow
from app.forum.services.accepting import AcceptAnswer, SetWorking, accept_answer, set_working, withdraw_acceptance
from app.forum.services.closing import CloseQuestion, ReopenQuestion, close_question, reopen_question
from app.forum.services.commenting import EditComment, PostComment, edit_comment, post_comment
from app.forum.services.deleting import (
    DeleteAnswer,
    DeleteComment,
    DeleteQuestion,
    RestoreAnswer,
    RestoreQuestion,
    delete_answer,
    delete_comment,
    delete_question,
    restore_answer,
    restore_question,
)
from app.forum.services.duplicating import LinkDuplicate, UnlinkDuplicate, link_duplicate, unlink_duplicate
from app.forum.services.editing import EditAnswer, EditQuestion, RollBack, edit_answer, edit_question, roll_back
from app.forum.services.joining import SetFollow, SetMeToo, SetTagFollow, set_follow, set_me_too, set_tag_follow
from app.forum.services.moving import MoveQuestion, move_question
from app.forum.services.overtaken import Overtaken
from app.forum.services.revising import EditConflict
from app.kernel.actor import Role
from app.kernel.errors import Denied, Invalid, NotFound
from app.kernel.models import AuditEntry
from app.kernel.unit_of_work import UnitOfWorkFactory
from tests.forum.services.telling import facts_of, names_of
from tests.support.factories import Make
from tests.support.texts import rich


def audited(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


class TestAccepting:
    def test_accepting_another_answer_withdraws_the_first(
        self, make: Make, unit_of_work: UnitOfWorkFactory, session: Session
    ) -> None:
        ann = make.user()
        question = make.question(asker=ann)
        first, second = make.answer(question), make.answer(question)
        with unit_of_work() as uow:
            accept_answer(uow, make.actor(ann), AcceptAnswer(first.id))
            accept_answer(uow, make.actor(ann), AcceptAnswer(first.id))
            assert names_of(uow) == ["AnswerAccepted"]
        with unit_of_work() as uow:
            accept_answer(uow, make.actor(ann), AcceptAnswer(second.id))
            told = facts_of(uow)

        assert [(name, fact.answer_id) for name, fact in told] == [
            ("AcceptanceWithdrawn", first.id),
            ("AnswerAccepted", second.id),
        ]
        assert told[0][1].accepted_by_id == ann.id
        assert session.get_one(Question, question.id).accepted_answer_id == second.id
        assert audited(session) == []

    def test_staff_accept_in_the_askers_place_with_a_note(
        self, make: Make, unit_of_work: UnitOfWorkFactory, session: Session
    ) -> None:
        answer = make.answer(make.question())
        agent = make.actor(make.user(roles=(Role.AGENT,)))
        with pytest.raises(Invalid, match="note_required"), unit_of_work() as uow:
            accept_answer(uow, agent, AcceptAnswer(answer.id))
        with unit_of_work() as uow:
            accept_answer(uow, agent, AcceptAnswer(answer.id, "She said so on the phone."))
        with unit_of_work() as uow:
            withdraw_acceptance(uow, agent, answer.id)
            withdraw_acceptance(uow, agent, answer.id)
            assert names_of(uow) == ["AcceptanceWithdrawn"]

        assert audited(session) == ["answer.accepted", "answer.acceptance_withdrawn"]

    def test_others_cannot_accept(self, make: Make, unit_of_work: UnitOfWorkFactory) -> None:
        answer = make.answer(make.question())
        member = make.actor(make.user())

        with pytest.raises(Denied, match="only_the_asker"), unit_of_work() as uow:
            accept_answer(uow, member, AcceptAnswer(answer.id, "me"))

    def test_several_answers_may_work(self, make: Make, unit_of_work: UnitOfWorkFactory) -> None:
        author = make.user()
        answer = make.answer(make.question(), author=author)
        for _ in range(2):
            actor = make.actor(make.user())
            with unit_of_work() as uow:
                set_working(uow, actor, SetWorking(answer.id, on=True))
                count = set_working(uow, actor, SetWorking(answer.id, on=True))
        assert count == 2
        with unit_of_work() as uow:
            assert set_working(uow, actor, SetWorking(answer.id, on=False)) == 1
        with pytest.raises(Denied, match="own_answer"), unit_of_work() as uow:
            set_working(uow, make.actor(author), SetWorking(answer.id, on=True))


class TestEditing:
    def test_history_begins_with_the_first_edit(
        self, make: Make, unit_of_work: UnitOfWorkFactory, session: Session
    ) -> None:
        ann = make.user()
        question = make.question(asker=ann)
        editor = make.actor(make.user(), privileges=frozenset({"edit"}))
        with unit_of_work() as uow:
            command = EditQuestion(question.id, 1, "VPN drops on Wi-Fi", rich("new"), ("vpn",), question.impact, "why")
            edit_question(uow, editor, command)
            assert names_of(uow) == ["QuestionEdited"]

        texts = session.execute(select(Revision.number, Revision.title, Revision.body, Revision.tags, Revision.summary))
        assert texts.all() == [
            (1, question.title, question.body, "", ""),
            (2, "VPN drops on Wi-Fi", "new", "vpn", "why"),
        ]
        assert audited(session) == ["question.edited"]

    def test_an_edit_that_changes_nothing_leaves_no_trace(self, make: Make, unit_of_work: UnitOfWorkFactory) -> None:
        ann = make.user()
        question = make.question(asker=ann)
        with unit_of_work() as uow:
            command = EditQuestion(question.id, 1, question.title, rich(question.body), (), question.impact)
            assert edit_question(uow, make.actor(ann), command).version == 1
            assert names_of(uow) == []

    def test_a_stale_edit_gets_what_stands_now(self, make: Make, unit_of_work: UnitOfWorkFactory) -> None:
        ann = make.user()
        question = make.question(asker=ann)
        answer = make.answer(question, author=ann)
        with unit_of_work() as uow:
            edit_answer(uow, make.actor(ann), EditAnswer(answer.id, 1, rich("newer")))
            edit_question(
                uow, make.actor(ann), EditQuestion(question.id, 1, question.title, rich("q"), ("vpn",), "blocked")
            )
        with pytest.raises(EditConflict) as conflict, unit_of_work() as uow:
            edit_answer(uow, make.actor(ann), EditAnswer(answer.id, 1, rich("older")))
        assert (conflict.value.revision, conflict.value.body) == (2, "newer")
        with pytest.raises(EditConflict) as conflict, unit_of_work() as uow:
            edit_question(uow, make.actor(ann), EditQuestion(question.id, 1, "x" * 20, rich("o"), (), "blocked"))
        assert (conflict.value.title, conflict.value.tags) == (question.title, ("vpn",))

    def test_rolling_back_makes_the_old_text_the_newest(
        self, make: Make, unit_of_work: UnitOfWorkFactory, session: Session
    ) -> None:
        ann = make.user()
        question = make.question(asker=ann, body="old")
        answer = make.answer(question, author=ann, body="old")
        actor = make.actor(ann)
        with unit_of_work() as uow:
            edit_question(uow, actor, EditQuestion(question.id, 1, "Another title", rich("new"), ("vpn",), "slowed"))
            edit_answer(uow, actor, EditAnswer(answer.id, 1, rich("new")))
        with unit_of_work() as uow:
            roll_back(uow, actor, RollBack(question.id, None, 1, rich("old")))
            roll_back(uow, actor, RollBack(None, answer.id, 1, rich("old")))
            assert names_of(uow) == ["QuestionEdited", "AnswerEdited"]

        stored = session.get_one(Question, question.id)
        assert (stored.title, stored.body, stored.revision) == (question.title, "old", 3)
        assert session.get_one(Answer, answer.id).body == "old"
        with pytest.raises(NotFound), unit_of_work() as uow:
            roll_back(uow, actor, RollBack(None, answer.id, 9, rich("old")))

    def test_only_the_asker_and_staff_say_what_it_keeps_them_from(
        self, make: Make, unit_of_work: UnitOfWorkFactory
    ) -> None:
        question = make.question()
        editor = make.actor(make.user(), privileges=frozenset({"edit"}))
        with pytest.raises(Denied, match="impact_is_the_askers"), unit_of_work() as uow:
            edit_question(uow, editor, EditQuestion(question.id, 1, question.title, rich("n"), (), "several_blocked"))

    def test_comments_have_a_history_too(self, make: Make, unit_of_work: UnitOfWorkFactory, session: Session) -> None:
        ann = make.user()
        question = make.question(asker=ann)
        with unit_of_work() as uow:
            comment = post_comment(uow, make.actor(ann), PostComment(question.id, None, rich("one")))
        with unit_of_work() as uow:
            edit_comment(uow, make.actor(ann), EditComment(comment.id, 1, rich("two")))
        with pytest.raises(EditConflict), unit_of_work() as uow:
            edit_comment(uow, make.actor(ann), EditComment(comment.id, 1, rich("three")))

        assert session.scalars(select(Revision.body).order_by(Revision.number)).all() == ["one", "two"]


class TestClosingAndDeleting:
    def test_closing_and_reopening_are_kept_with_their_reasons(
        self, make: Make, unit_of_work: UnitOfWorkFactory, session: Session
    ) -> None:
        question = make.question()
        trusted = make.actor(make.user(), privileges=frozenset({"close"}))
        with unit_of_work() as uow:
            close_question(uow, trusted, CloseQuestion(question.id, "outdated", "We left that provider."))
            assert names_of(uow) == ["QuestionClosed"]
        with pytest.raises(Overtaken, match="closed_already"), unit_of_work() as uow:
            close_question(uow, trusted, CloseQuestion(question.id, "off_topic"))
        with unit_of_work() as uow:
            reopen_question(uow, trusted, ReopenQuestion(question.id, "It is back."))
            assert names_of(uow) == ["QuestionReopened"]

        closure = session.scalars(select(Closure)).one()
        assert (closure.reason, closure.note, closure.reopen_note) == (
            "outdated",
            "We left that provider.",
            "It is back.",
        )
        assert audited(session) == ["question.closed", "question.reopened"]

    @pytest.mark.parametrize("reason", ["duplicate", "nonsense"])
    def test_a_reason_must_be_one_of_the_house(self, make: Make, unit_of_work: UnitOfWorkFactory, reason: str) -> None:
        question = make.question()
        moderator = make.actor(make.user(roles=(Role.MODERATOR,)))
        with pytest.raises(Invalid) as refusal, unit_of_work() as uow:
            close_question(uow, moderator, CloseQuestion(question.id, reason))
        assert refusal.value.field == "reason"

    def test_deleting_the_accepted_answer_leaves_the_question_unsolved(
        self, make: Make, unit_of_work: UnitOfWorkFactory, session: Session
    ) -> None:
        ann, ben = make.user(), make.user()
        question = make.question(asker=ann)
        answer = make.answer(question, author=ben)
        with unit_of_work() as uow:
            accept_answer(uow, make.actor(ann), AcceptAnswer(answer.id))
        with pytest.raises(Denied, match="is_accepted"), unit_of_work() as uow:
            delete_answer(uow, make.actor(ben), DeleteAnswer(answer.id))
        moderator = make.actor(make.user(roles=(Role.MODERATOR,)))
        with unit_of_work() as uow:
            delete_answer(uow, moderator, DeleteAnswer(answer.id, "wrong"))
            assert names_of(uow) == ["AcceptanceWithdrawn", "AnswerDeleted"]
        with pytest.raises(Denied, match="needs_moderator"), unit_of_work() as uow:
            restore_answer(uow, make.actor(ben), RestoreAnswer(answer.id))
        with pytest.raises(NotFound), unit_of_work() as uow:
            restore_answer(uow, make.actor(ann), RestoreAnswer(answer.id))
        with unit_of_work() as uow:
            restore_answer(uow, moderator, RestoreAnswer(answer.id))

        stored = session.get_one(Question, question.id)
        assert (stored.accepted_answer_id, stored.solved_at, stored.answer_count) == (None, None, 1)
        assert audited(session) == ["answer.deleted", "answer.restored"]

    def test_the_asker_takes_back_what_nobody_answered(self, make: Make, unit_of_work: UnitOfWorkFactory) -> None:
        ann = make.user()
        question = make.question(asker=ann)
        other = make.actor(make.user())
        with unit_of_work() as uow:
            delete_question(uow, make.actor(ann), DeleteQuestion(question.id))
        with pytest.raises(NotFound), unit_of_work() as uow:
            set_follow(uow, other, SetFollow(question.id, on=True))
        with unit_of_work() as uow:
            restore_question(uow, make.actor(ann), RestoreQuestion(question.id))
            assert names_of(uow) == ["QuestionRestored"]
        make.answer(question)
        with pytest.raises(Denied, match="has_answers"), unit_of_work() as uow:
            delete_question(uow, make.actor(ann), DeleteQuestion(question.id))

    def test_deleting_the_last_ask_back_ends_the_waiting(
        self, make: Make, unit_of_work: UnitOfWorkFactory, session: Session
    ) -> None:
        question = make.question()
        agent = make.actor(make.user(roles=(Role.AGENT,)))
        comments = []
        for words in ("Which?", "When?"):
            with unit_of_work() as uow:
                comments.append(post_comment(uow, agent, PostComment(question.id, None, rich(words), asks_back=True)))
        for comment, expected in zip(comments, (["CommentDeleted"], ["CommentDeleted", "AskBackDropped"]), strict=True):
            with unit_of_work() as uow:
                delete_comment(uow, agent, DeleteComment(comment.id))
                assert names_of(uow) == expected
        assert session.get_one(Question, question.id).waiting_for_asker_since is None

    def test_an_ask_back_that_was_replied_to_is_deleted_like_any_comment(
        self, make: Make, unit_of_work: UnitOfWorkFactory
    ) -> None:
        ann = make.user()
        question = make.question(asker=ann)
        asker, agent = make.actor(ann), make.actor(make.user(roles=(Role.AGENT,)))
        with unit_of_work() as uow:
            comment = post_comment(uow, agent, PostComment(question.id, None, rich("Which?"), asks_back=True))
        with unit_of_work() as uow:
            post_comment(uow, asker, PostComment(question.id, None, rich("The grey one.")))
        with unit_of_work() as uow:
            delete_comment(uow, agent, DeleteComment(comment.id))
            assert names_of(uow) == ["CommentDeleted"]

    def test_an_ask_back_goes_with_the_answer_that_it_stands_under(
        self, make: Make, unit_of_work: UnitOfWorkFactory, session: Session
    ) -> None:
        """Nobody waits for a reply to what the asker cannot see, and another ask-back still counts."""
        question, agent = make.question(), make.actor(make.user(roles=(Role.AGENT,)))
        mei, moderator = make.user(), make.actor(make.user(roles=(Role.MODERATOR,)))
        first, second = make.answer(question, author=mei), make.answer(question, author=mei)
        for answer in (first, second):
            with unit_of_work() as uow:
                post_comment(uow, agent, PostComment(question.id, answer.id, rich("Did it help?"), asks_back=True))
        for answer, expected in ((first, ["AnswerDeleted"]), (second, ["AnswerDeleted", "AskBackDropped"])):
            with unit_of_work() as uow:
                delete_answer(uow, moderator, DeleteAnswer(answer.id, "Spam"))
                assert names_of(uow) == expected
        assert session.get_one(Question, question.id).waiting_for_asker_since is None


def people_of(session: Session, model: type[MeToo | QuestionFollow], question: Question) -> set[int]:
    return set(session.scalars(select(model.user_id).where(model.question_id == question.id)))


class TestDuplicates:
    def test_merging_brings_the_people_along_nobody_twice(
        self, make: Make, unit_of_work: UnitOfWorkFactory, session: Session
    ) -> None:
        ann, ben, cid = make.user(), make.user(), make.user()
        space = make.space()
        original, same = make.question(asker=ann, space=space), make.question(asker=ben, space=space)
        for actor, question in ((cid, original), (cid, same), (ann, same)):
            with unit_of_work() as uow:
                set_me_too(uow, make.actor(actor), SetMeToo(question.id, on=True))
        with unit_of_work() as uow:
            link_duplicate(uow, make.actor(ben), LinkDuplicate(same.id, original.id, merge=True))
            assert names_of(uow) == ["QuestionClosed", "MeTooChanged", "DuplicateLinked"]

        merged, kept = session.get_one(Question, same.id), session.get_one(Question, original.id)
        assert (merged.duplicate_of_id, merged.merged_at) == (kept.id, make.now)
        assert (people_of(session, MeToo, kept), kept.me_too_count) == ({ben.id, cid.id}, 2)
        assert people_of(session, QuestionFollow, kept) == {ann.id, ben.id, cid.id}

    def test_what_is_taken_apart_again_has_the_people_it_had(
        self, make: Make, unit_of_work: UnitOfWorkFactory, session: Session
    ) -> None:
        ann, ben, cid, moderator = make.user(), make.user(), make.user(), make.user(roles=(Role.MODERATOR,))
        space = make.space()
        original, same = make.question(asker=ann, space=space), make.question(asker=ben, space=space)
        with unit_of_work() as uow:
            set_me_too(uow, make.actor(cid), SetMeToo(same.id, on=True))
        before = people_of(session, QuestionFollow, same)
        with unit_of_work() as uow:
            link_duplicate(uow, make.actor(moderator), LinkDuplicate(same.id, original.id, merge=True))
        with unit_of_work() as uow:
            unlink_duplicate(uow, make.actor(moderator), UnlinkDuplicate(same.id))

        session.rollback()  # and so sees what happened since
        apart, kept = session.get_one(Question, same.id), session.get_one(Question, original.id)
        assert (people_of(session, MeToo, apart), apart.me_too_count) == ({cid.id}, 1)
        assert people_of(session, QuestionFollow, apart) == before == {cid.id}
        assert (people_of(session, MeToo, kept), kept.me_too_count) == ({ben.id, cid.id}, 2)

    def test_a_link_to_a_duplicate_leads_to_the_end_of_the_chain_and_never_in_circles(
        self, make: Make, unit_of_work: UnitOfWorkFactory, session: Session
    ) -> None:
        space, moderator = make.space(), make.user(roles=(Role.MODERATOR,))
        a, b, c = (make.question(space=space) for _ in range(3))
        actor = make.actor(moderator)
        with unit_of_work() as uow:
            link_duplicate(uow, actor, LinkDuplicate(a.id, b.id))
        with unit_of_work() as uow:
            link_duplicate(uow, actor, LinkDuplicate(c.id, a.id))
        assert session.get_one(Question, c.id).duplicate_of_id == b.id
        for other in (a, b, c):
            with pytest.raises(Invalid, match="duplicate_of_itself"), unit_of_work() as uow:
                link_duplicate(uow, actor, LinkDuplicate(b.id, other.id))

    def test_unlinking_opens_the_question_again(
        self, make: Make, unit_of_work: UnitOfWorkFactory, session: Session
    ) -> None:
        ann, space = make.user(), make.space()
        question, original = make.question(asker=ann, space=space), make.question(space=space)
        with unit_of_work() as uow:
            link_duplicate(uow, make.actor(ann), LinkDuplicate(question.id, original.id))
            link_duplicate(uow, make.actor(ann), LinkDuplicate(question.id, original.id))
            assert names_of(uow) == ["QuestionClosed", "DuplicateLinked"]
        with unit_of_work() as uow:
            unlink_duplicate(uow, make.actor(ann), UnlinkDuplicate(question.id))
            unlink_duplicate(uow, make.actor(ann), UnlinkDuplicate(question.id))
            assert names_of(uow) == ["QuestionReopened", "DuplicateUnlinked"]

        stored = session.get_one(Question, question.id)
        assert (stored.duplicate_of_id, stored.closed_at) == (None, None)

    def test_unlinking_leaves_closed_what_was_closed_for_another_reason(
        self, make: Make, unit_of_work: UnitOfWorkFactory, session: Session
    ) -> None:
        ann, moderator, space = make.user(), make.user(roles=(Role.MODERATOR,)), make.space()
        question, original = make.question(asker=ann, space=space), make.question(space=space)
        with unit_of_work() as uow:
            close_question(uow, make.actor(moderator), CloseQuestion(question.id, "outdated"))
        with unit_of_work() as uow:
            link_duplicate(uow, make.actor(ann), LinkDuplicate(question.id, original.id))
        with unit_of_work() as uow:
            unlink_duplicate(uow, make.actor(ann), UnlinkDuplicate(question.id))
            assert names_of(uow) == ["DuplicateUnlinked"]

        stored = session.get_one(Question, question.id)
        assert stored.duplicate_of_id is None
        assert stored.closed_at is not None, "its asker may not reopen it by way of a link"

    def test_nobody_undoes_anothers_link_without_having_seen_it(
        self, make: Make, unit_of_work: UnitOfWorkFactory, session: Session
    ) -> None:
        space = make.space()
        question, one, other = (make.question(space=space) for _ in range(3))
        first, second = (make.actor(make.user(roles=(Role.MODERATOR,))) for _ in range(2))
        with unit_of_work() as uow:
            link_duplicate(uow, first, LinkDuplicate(question.id, one.id, merge=True))
        for original in (one, other):
            with pytest.raises(Overtaken, match="linked_already"), unit_of_work() as uow:
                link_duplicate(uow, second, LinkDuplicate(question.id, original.id, merge=True))
        with pytest.raises(Overtaken, match="linked_already"), unit_of_work() as uow:
            reopen_question(uow, second, ReopenQuestion(question.id))

        assert session.get_one(Question, question.id).duplicate_of_id == one.id
        assert audited(session) == ["question.closed", "question.merged"]

    def test_merging_others_questions_takes_a_role(self, make: Make, unit_of_work: UnitOfWorkFactory) -> None:
        space = make.space()
        question, original = make.question(space=space), make.question(space=space)
        trusted = make.actor(make.user(), privileges=frozenset({"close"}))
        with pytest.raises(Denied, match="needs_moderator"), unit_of_work() as uow:
            link_duplicate(uow, trusted, LinkDuplicate(question.id, original.id, merge=True))


def test_joining_and_following_state_what_shall_be(make: Make, unit_of_work: UnitOfWorkFactory) -> None:
    ann = make.user()
    question, tag = make.question(asker=ann), make.tag()
    actor = make.actor(make.user())
    for on, count, told in ((True, 1, ["MeTooChanged"]), (True, 1, []), (False, 0, ["MeTooChanged"]), (False, 0, [])):
        with unit_of_work() as uow:
            assert set_me_too(uow, actor, SetMeToo(question.id, on=on)) == count
            set_follow(uow, actor, SetFollow(question.id, on=on))
            set_tag_follow(uow, actor, SetTagFollow(tag.id, on=on))
            assert names_of(uow) == told
    with pytest.raises(Denied, match="own_question"), unit_of_work() as uow:
        set_me_too(uow, make.actor(ann), SetMeToo(question.id, on=True))


def test_staff_bring_a_question_to_another_space(make: Make, unit_of_work: UnitOfWorkFactory) -> None:
    question, space = make.question(), make.space()
    agent = make.actor(make.user(roles=(Role.AGENT,)))
    with unit_of_work() as uow:
        move_question(uow, agent, MoveQuestion(question.id, space.id))
        move_question(uow, agent, MoveQuestion(question.id, space.id))
        assert [(n, f.space_id, f.from_space_id) for n, f in facts_of(uow)] == [
            ("QuestionMoved", space.id, question.space_id)
        ]

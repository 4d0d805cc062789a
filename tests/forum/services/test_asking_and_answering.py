from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.forum.models.answer import Mention
from app.forum.models.question import Deflection, Draft, Question, QuestionFollow
from app.forum.models.space import Visibility
from app.forum.services.answering import PostAnswer, post_answer
from app.forum.services.asking import AskQuestion, RecordDeflection, ask_question, record_deflection
from app.forum.services.commenting import PostComment, post_comment
from app.forum.services.drafting import SaveDraft, discard_draft, save_draft
from app.forum.services.editing import EditAnswer, EditQuestion, edit_answer, edit_question
from app.kernel.actor import ANONYMOUS, Actor, Role
from app.kernel.errors import Denied, Invalid, NotFound
from app.kernel.unit_of_work import UnitOfWorkFactory
from app.text.contract import RichText
from tests.forum.services.telling import facts_of, names_of
from tests.support.clock import FixedClock
from tests.support.factories import Make
from tests.support.texts import rich

LINKS = rich(
    "three links", html='<a href="https://x">x</a><a href="//y">y</a><a href="http://z">z</a><a href="/q">q</a>'
)


def ask(space_id: int, **fields: object) -> AskQuestion:
    values: dict[str, object] = {"title": "VPN drops every hour", "body": rich(), "impact": "blocked", **fields}
    return AskQuestion(space_id, **values)  # type: ignore[arg-type]  # a test names only what it is about


def test_asking_and_answering_follow_the_thread(make: Make, unit_of_work: UnitOfWorkFactory, session: Session) -> None:
    ann, ben, space = make.user(), make.user(), make.space()
    with unit_of_work() as uow:
        command = ask(space.id, title="  VPN drops   every hour ", tags=("VPN", "#wifi"))
        question_id = ask_question(uow, make.actor(ann), command).id
        asked = names_of(uow)
    with unit_of_work() as uow:
        post_answer(uow, make.actor(ben), PostAnswer(question_id, rich("Use TCP.")))
        answered = names_of(uow)

    question = session.get_one(Question, question_id)
    assert (question.title, question.answer_count, question.version) == ("VPN drops every hour", 1, 2)
    assert set(session.scalars(select(QuestionFollow.user_id))) == {ann.id, ben.id}
    assert (asked, answered) == (["QuestionAsked"], ["AnswerPosted"])


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        ({"title": "too short"}, "title", "forum.title_too_short"),
        ({"title": "x" * 151}, "title", "forum.title_too_long"),
        ({"title": "nul \x00 in the title"}, "title", "forum.unstorable"),
        ({"title": "half \ud83d in the title"}, "title", "forum.unstorable"),
        ({"body": RichText("x" * 30_001, "", 1)}, "body", "forum.body_too_long"),
        ({"body": rich("nul \x00")}, "body", "forum.unstorable"),
        ({"body": LINKS}, "body", "forum.too_many_links"),
        ({"tags": ("a", "b", "c", "d", "e", "f")}, "tags", "forum.too_many_tags"),
        ({"tags": ("what?",)}, "tags", "forum.tag_malformed"),
        ({"tags": ("x" * 36,)}, "tags", "forum.tag_malformed"),
        ({"impact": "dreadful"}, "impact", "forum.impact_unknown"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    make: Make, unit_of_work: UnitOfWorkFactory, fields: dict[str, object], field: str, reason: str
) -> None:
    space = make.space()
    actor = make.actor(make.user())
    with pytest.raises(Invalid) as refusal, unit_of_work() as uow:
        ask_question(uow, actor, ask(space.id, **fields))

    assert (refusal.value.field, refusal.value.reason) == (field, reason)


def test_people_others_trust_may_post_more_links(make: Make, unit_of_work: UnitOfWorkFactory) -> None:
    space = make.space()
    trusted = make.actor(make.user(), privileges=frozenset({"links"}))

    with unit_of_work() as uow:
        assert ask_question(uow, trusted, ask(space.id, body=LINKS)).id


def test_a_guest_cannot_ask_and_a_stranger_does_not_see_the_space(make: Make, unit_of_work: UnitOfWorkFactory) -> None:
    public, private = make.space(visibility=Visibility.PUBLIC), make.space(visibility=Visibility.PRIVATE)
    stranger = make.actor(make.user())

    with pytest.raises(Denied, match="sign_in"), unit_of_work() as uow:
        ask_question(uow, Actor(space_ids=frozenset({public.id})), ask(public.id))
    with pytest.raises(NotFound), unit_of_work() as uow:
        ask_question(uow, stranger, ask(private.id))


def test_an_archived_space_takes_no_question(make: Make, unit_of_work: UnitOfWorkFactory) -> None:
    space = make.space(archived_at=make.now)
    member = make.actor(make.user())

    with pytest.raises(Denied, match="space_archived"), unit_of_work() as uow:
        ask_question(uow, member, ask(space.id))


@pytest.mark.parametrize(
    ("state", "reason"),
    [("closed_at", "forum.question_closed"), ("merged_at", "forum.merged"), ("deleted_at", "forum.deleted")],
)
def test_a_question_that_is_over_takes_no_answer(
    make: Make, unit_of_work: UnitOfWorkFactory, state: str, reason: str
) -> None:
    ann = make.user()
    fields: dict[str, Any] = {state: make.now}
    question = make.question(asker=ann, **fields)

    with pytest.raises(Denied, match=reason), unit_of_work() as uow:
        post_answer(uow, make.actor(ann), PostAnswer(question.id, rich("late")))


def test_only_an_agent_answers_from_the_desk(make: Make, unit_of_work: UnitOfWorkFactory) -> None:
    question = make.question()
    member, agent = make.actor(make.user()), make.actor(make.user(roles=(Role.AGENT,)))
    with pytest.raises(Denied, match="needs_agent"), unit_of_work() as uow:
        post_answer(uow, member, PostAnswer(question.id, rich("x"), from_desk=True))

    with unit_of_work() as uow:
        assert post_answer(uow, agent, PostAnswer(question.id, rich("x"), from_desk=True)).from_desk


def test_posting_takes_the_draft_away(make: Make, unit_of_work: UnitOfWorkFactory, session: Session) -> None:
    question = make.question()
    ann = make.actor(make.user())
    with unit_of_work() as uow:
        save_draft(uow, ann, SaveDraft(f"answer:{question.id}", {"body": "I th"}))
        save_draft(uow, ann, SaveDraft(f"answer:{question.id}", {"body": "I think"}))
        save_draft(uow, ann, SaveDraft("ask", {"title": "My own"}))
    with unit_of_work() as uow:
        post_answer(uow, ann, PostAnswer(question.id, rich("I think so")))

    assert session.scalars(select(Draft.place)).all() == ["ask"]
    with unit_of_work() as uow:
        discard_draft(uow, ann, "ask")
        discard_draft(uow, ann, "ask")


def test_a_draft_of_nowhere_is_refused(make: Make, unit_of_work: UnitOfWorkFactory) -> None:
    ann = make.actor(make.user())
    with pytest.raises(Invalid, match="draft_place"), unit_of_work() as uow:
        save_draft(uow, ann, SaveDraft("../elsewhere", {}))


def test_a_guest_whom_a_similar_question_helped_is_counted(
    make: Make, unit_of_work: UnitOfWorkFactory, session: Session
) -> None:
    question = make.question()
    with unit_of_work() as uow:
        guest = Actor(space_ids=frozenset({question.space_id}))
        record_deflection(uow, guest, RecordDeflection(question.id, "vpn  drops"))

    assert session.execute(select(Deflection.user_id, Deflection.typed)).all() == [(None, "vpn drops")]
    with pytest.raises(NotFound), unit_of_work() as uow:
        record_deflection(uow, ANONYMOUS, RecordDeflection(question.id, "vpn"))


class TestAskingBack:
    def test_a_question_waits_for_its_asker_until_they_reply(
        self, make: Make, unit_of_work: UnitOfWorkFactory, session: Session
    ) -> None:
        ann = make.user()
        question = make.question(asker=ann)
        agent = make.actor(make.user(roles=(Role.AGENT,)))
        with unit_of_work() as uow:
            post_comment(uow, agent, PostComment(question.id, None, rich("Which dock?"), asks_back=True))
            assert names_of(uow) == ["CommentPosted", "AskedBack"]
        assert session.get_one(Question, question.id).waiting_for_asker_since == make.now
        session.rollback()

        with unit_of_work() as uow:
            comment = post_comment(uow, make.actor(ann), PostComment(question.id, None, rich("The grey one")))
            told = facts_of(uow)
        assert [name for name, _ in told] == ["CommentPosted", "AskerReplied"]
        assert told[1][1].comment_id == comment.id
        assert session.get_one(Question, question.id).waiting_for_asker_since is None

    def test_an_edit_or_an_answer_by_the_asker_is_a_reply(self, make: Make, unit_of_work: UnitOfWorkFactory) -> None:
        ann = make.user()
        for reply in (
            lambda uow, q: post_answer(uow, make.actor(ann), PostAnswer(q.id, rich("found it"))),
            lambda uow, q: edit_question(
                uow, make.actor(ann), EditQuestion(q.id, 1, q.title, rich("more"), (), q.impact)
            ),
        ):
            question = make.question(asker=ann, waiting_for_asker_since=make.now)
            with unit_of_work() as uow:
                reply(uow, question)
                assert "AskerReplied" in names_of(uow)

    def test_asking_back_takes_trust_and_is_never_about_oneself(
        self, make: Make, unit_of_work: UnitOfWorkFactory
    ) -> None:
        ann = make.user(roles=(Role.AGENT,))
        question = make.question(asker=ann)
        newcomer = make.actor(make.user(), privileges=frozenset({"comment"}))
        for actor, reason in ((newcomer, "needs_edit"), (make.actor(ann), "own_question")):
            with pytest.raises(Denied, match=reason), unit_of_work() as uow:
                post_comment(uow, actor, PostComment(question.id, None, rich("Which?"), asks_back=True))


class TestMentions:
    def test_people_are_told_once_for_each_post_and_only_if_they_may_read_it(
        self, make: Make, unit_of_work: UnitOfWorkFactory, session: Session
    ) -> None:
        ann, ben, stranger = make.user("Ann"), make.user("Ben"), make.user("Cid")
        chief = make.user("Dot", roles=(Role.ADMINISTRATOR,))
        space = make.space(visibility=Visibility.PRIVATE, groups=(make.group(ann, ben),))
        question = make.question(asker=ben, space=space)
        text = rich(" ".join(f"@{u.handle}" for u in (ann, ben, ben, stranger, chief)) + " @nobody")
        with unit_of_work() as uow:
            answer = post_answer(uow, make.actor(ann), PostAnswer(question.id, text))
            told = [fact.user_id for name, fact in facts_of(uow) if name == "PersonMentioned"]
        assert told == [ben.id, chief.id]

        with unit_of_work() as uow:
            again = RichText(text.source + " and more", text.html, 1, text.mentions)
            edit_answer(uow, make.actor(ann), EditAnswer(answer.id, 1, again))
            assert names_of(uow) == ["AnswerEdited"]
        assert len(session.scalars(select(Mention)).all()) == 2


def test_comments_on_others_posts_take_a_privilege(
    make: Make, unit_of_work: UnitOfWorkFactory, clock: FixedClock, session: Session
) -> None:
    ann, ben = make.user(), make.user()
    question = make.question(asker=ann)
    answer = make.answer(question, author=ben)
    clock.advance(hours=1)
    plain = make.actor(make.user())
    stranger = Actor(plain.id, plain.name, space_ids=plain.space_ids)
    with pytest.raises(Denied, match="needs_comment"), unit_of_work() as uow:
        post_comment(uow, stranger, PostComment(question.id, answer.id, rich("hm")))
    for actor in (make.actor(ann), make.actor(ben)):
        with unit_of_work() as uow:
            post_comment(uow, actor, PostComment(question.id, answer.id, rich("hm")))
    with pytest.raises(NotFound), unit_of_work() as uow:
        post_comment(uow, make.actor(ann), PostComment(question.id + 1, answer.id, rich("elsewhere")))

    stored = session.get_one(Question, question.id)
    assert (stored.comment_count, stored.version, stored.active_at) == (0, 3, make.now)

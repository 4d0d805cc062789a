from __future__ import annotations

import threading
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.forum.access import access_question, access_space_by_slug, visible_to
from app.forum.models.question import Question
from app.forum.models.space import Space, SpaceGroup, Tag, TagFollow, TagSynonym, Visibility
from app.forum.permissions import can_see_question
from app.forum.queries.threads import question_facts, thread_of
from app.forum.services.asking import AskQuestion, ask_question
from app.forum.services.commenting import PostComment, post_comment
from app.forum.services.joining import SetTagFollow, set_tag_follow
from app.forum.services.spaces import CreateSpace, EditSpace, create_space, edit_space
from app.forum.services.tagging import (
    AddSynonym,
    EditTag,
    RemoveSynonym,
    add_synonym,
    edit_tag,
    remove_synonym,
    tags_of,
)
from app.kernel.actor import Actor, Role
from app.kernel.errors import Denied, Invalid, NotFound
from app.kernel.unit_of_work import UnitOfWorkFactory
from tests.conftest import CountStatements
from tests.forum.services.counting import miscounts
from tests.support.factories import Make
from tests.support.texts import rich

KEEPER = frozenset({"tag_wiki"})


def ask_tagged(make: Make, space: Space, *tags: str) -> Question:
    actor = make.actor(make.user())
    with make.unit_of_work() as uow:
        return ask_question(uow, actor, AskQuestion(space.id, "Something is broken", rich(), "slowed", tags))


class TestTags:
    def test_typed_words_become_tags_through_synonyms(
        self, make: Make, unit_of_work: UnitOfWorkFactory, session: Session
    ) -> None:
        space, keeper, wifi = make.space(), make.actor(make.user(), privileges=KEEPER), make.tag("wifi")
        with unit_of_work() as uow:
            add_synonym(uow, keeper, AddSynonym(wifi.id, "WLAN"))
        question = ask_tagged(make, space, "wlan", "Wi Fi", "wifi", "C++", "")

        assert [tag.slug for tag in tags_of(session, question.id)] == ["wifi", "wi-fi", "c++"]
        assert session.get_one(Tag, wifi.id).question_count == 1

    def test_a_tag_that_becomes_a_synonym_brings_everything_along(
        self, make: Make, unit_of_work: UnitOfWorkFactory, session: Session
    ) -> None:
        space, user = make.space(), make.user()
        both, one = ask_tagged(make, space, "wlan", "wifi"), ask_tagged(make, space, "wlan")
        keeper = make.actor(user, privileges=KEEPER)
        with unit_of_work() as uow:
            ids = {tag.slug: tag.id for tag in uow.session.scalars(select(Tag))}
            uow.session.add(TagFollow(tag_id=ids["wlan"], user_id=user.id, since=uow.now))
        with unit_of_work() as uow:
            add_synonym(uow, keeper, AddSynonym(ids["wifi"], "wlan"))
            add_synonym(uow, keeper, AddSynonym(ids["wifi"], "wlan"))

        assert [[t.slug for t in tags_of(session, q.id)] for q in (both, one)] == [["wifi"], ["wifi"]]
        assert session.scalars(select(TagFollow.tag_id)).all() == [ids["wifi"]]
        assert session.scalars(select(Tag.slug)).all() == ["wifi"]
        assert miscounts(session) == []

        with unit_of_work() as uow:
            remove_synonym(uow, keeper, RemoveSynonym(ids["wifi"], "wlan"))
        session.rollback()
        assert session.scalars(select(TagSynonym)).all() == []

    @pytest.mark.parametrize("deed", ["ask", "follow"])
    def test_a_tag_that_is_joined_into_another_at_this_moment_breaks_nothing(
        self, make: Make, unit_of_work: UnitOfWorkFactory, session: Session, deed: str
    ) -> None:
        space, ann, keeper = make.space(), make.user(), make.actor(make.user(), privileges=KEEPER)
        wifi, wlan = make.tag("wifi"), make.tag("wlan")
        actor, joining = make.actor(ann), threading.Event()

        def join() -> None:
            with unit_of_work() as uow:
                add_synonym(uow, keeper, AddSynonym(wifi.id, "wlan"))
                uow.session.flush()
                joining.set()
                time.sleep(0.3)  # until the other has found the old tag, and waits

        thread = threading.Thread(target=join)
        thread.start()
        assert joining.wait(10)
        if deed == "ask":
            with unit_of_work() as uow:
                command = AskQuestion(space.id, "Something is broken", rich(), "slowed", ("wlan", "radio"))
                question = ask_question(uow, actor, command)
            assert [tag.slug for tag in tags_of(session, question.id)] == ["wifi", "radio"]
        else:
            with pytest.raises(NotFound), unit_of_work() as uow:
                set_tag_follow(uow, actor, SetTagFollow(wlan.id, on=True))
        thread.join()
        assert session.scalars(select(Tag.slug).order_by(Tag.slug)).all() == ["radio", "wifi"][deed == "follow" :]
        assert miscounts(session) == []

    def test_a_word_stands_for_one_tag(self, make: Make, unit_of_work: UnitOfWorkFactory) -> None:
        wifi, radio = make.tag("wifi"), make.tag("radio")
        keeper = make.actor(make.user(), privileges=KEEPER)
        with unit_of_work() as uow:
            add_synonym(uow, keeper, AddSynonym(wifi.id, "wlan"))
        for tag, word, reason in ((radio, "wlan", "synonym_taken"), (wifi, "wifi", "synonym_of_itself")):
            with pytest.raises(Invalid, match=reason), unit_of_work() as uow:
                add_synonym(uow, keeper, AddSynonym(tag.id, word))
        with pytest.raises(NotFound), unit_of_work() as uow:
            remove_synonym(uow, keeper, RemoveSynonym(wifi.id, "unheard-of"))
        with pytest.raises(NotFound), unit_of_work() as uow:
            remove_synonym(uow, keeper, RemoveSynonym(radio.id, "wlan"))

    def test_a_tag_of_a_private_space_is_joined_only_by_who_reads_there(
        self, make: Make, unit_of_work: UnitOfWorkFactory, session: Session
    ) -> None:
        member, keeper = make.user(), make.actor(make.user(), privileges=KEEPER)
        hidden = make.space(visibility=Visibility.PRIVATE, groups=(make.group(member),))
        with unit_of_work() as uow:
            command = AskQuestion(hidden.id, "The bench is broken", rich(), "slowed", ("test-bench",))
            question = ask_question(uow, make.actor(member), command)
        radio = make.tag("radio")

        with pytest.raises(Invalid, match="synonym_taken"), unit_of_work() as uow:
            add_synonym(uow, keeper, AddSynonym(radio.id, "test-bench"))
        assert [tag.slug for tag in tags_of(session, question.id)] == ["test-bench"]

        with unit_of_work() as uow:
            add_synonym(uow, make.actor(member, privileges=KEEPER), AddSynonym(radio.id, "test-bench"))
        session.rollback()
        assert [tag.slug for tag in tags_of(session, question.id)] == ["radio"]

    def test_describing_tags_takes_a_privilege(
        self, make: Make, unit_of_work: UnitOfWorkFactory, session: Session
    ) -> None:
        tag, user = make.tag(), make.user()
        with pytest.raises(Denied, match="needs_tag_wiki"), unit_of_work() as uow:
            edit_tag(uow, make.actor(user), EditTag(tag.id, "All about it"))
        with unit_of_work() as uow:
            edit_tag(uow, make.actor(user, privileges=KEEPER), EditTag(tag.id, " All about it "))
        assert session.get_one(Tag, tag.id).description == "All about it"


class TestSpaces:
    def test_an_administrator_lays_out_a_private_space(
        self, make: Make, unit_of_work: UnitOfWorkFactory, session: Session
    ) -> None:
        chief, member, stranger = make.user(roles=(Role.ADMINISTRATOR,)), make.user(), make.user()
        group, other = make.group(member), make.group()
        with unit_of_work() as uow:
            command = CreateSpace("hr", "People", visibility="private", group_ids=(group.id,), tags=("payroll",))
            space_id = create_space(uow, make.actor(chief), command).id

        assert access_space_by_slug(session, make.actor(member), "hr").id == space_id
        with pytest.raises(NotFound):
            access_space_by_slug(session, make.actor(stranger), "hr")
        with unit_of_work() as uow:
            changed = EditSpace(space_id, "Staff", "For us", "Be kind", "private", (other.id,), (), 3, archived=True)
            edit_space(uow, make.actor(chief), changed)
        session.rollback()
        space = session.get_one(Space, space_id)
        assert (space.name, space.archived_at) == ("Staff", make.now)
        assert session.scalars(select(SpaceGroup.group_id)).all() == [other.id]

    @pytest.mark.parametrize(
        ("command", "field"),
        [
            (CreateSpace("HR!", "People"), "slug"),
            (CreateSpace("taken", "People"), "slug"),
            (CreateSpace("hr", " "), "name"),
            (CreateSpace("hr", "x" * 61), "name"),
            (CreateSpace("hr", "People", visibility="secret"), "visibility"),
            (CreateSpace("hr", "People", visibility="private"), "group_ids"),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field(
        self, make: Make, unit_of_work: UnitOfWorkFactory, command: CreateSpace, field: str
    ) -> None:
        make.space(slug="taken")
        chief = make.actor(make.user(roles=(Role.ADMINISTRATOR,)))
        with pytest.raises(Invalid) as refusal, unit_of_work() as uow:
            create_space(uow, chief, command)
        assert refusal.value.field == field

    def test_moderators_do_not_lay_out_the_house(self, make: Make, unit_of_work: UnitOfWorkFactory) -> None:
        moderator = make.actor(make.user(roles=(Role.MODERATOR,)))
        with pytest.raises(Denied, match="needs_administrator"), unit_of_work() as uow:
            create_space(uow, moderator, CreateSpace("hr", "People"))


@given(
    spaces=st.lists(st.tuples(st.sampled_from(list(Visibility)), st.integers(0, 2)), min_size=1, max_size=3),
    questions=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.booleans()), min_size=1, max_size=4),
    roles=st.lists(
        st.sampled_from([(), (Role.AGENT,), (Role.MODERATOR,), (Role.ADMINISTRATOR,)]), min_size=3, max_size=3
    ),
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_lists_show_what_pages_show_but_for_deleted_ones(
    make: Make,
    spaces: list[tuple[Visibility, int]],
    questions: list[tuple[int, int, bool]],
    roles: list[tuple[Role, ...]],
) -> None:
    users = [make.user(roles=held) for held in roles]
    groups = [make.group(user) for user in users]
    rooms = [make.space(visibility=v, groups=(groups[g],)) for v, g in spaces]
    asked = [
        make.question(asker=users[asker], space=rooms[room % len(rooms)], deleted_at=make.now if gone else None)
        for asker, room, gone in questions
    ]
    with make.unit_of_work() as uow:
        public = frozenset(uow.session.scalars(select(Space.id).where(Space.visibility == Visibility.PUBLIC)))
        for actor in [*map(make.actor, users), Actor(space_ids=public)]:
            listed = set(uow.session.scalars(select(Question.id).where(visible_to(actor))))
            for question in asked:
                stored = uow.session.get_one(Question, question.id)
                shown = bool(can_see_question(actor, stored))
                assert (question.id in listed) == (shown and stored.deleted_at is None)
                if not shown:
                    with pytest.raises(NotFound):
                        access_question(uow.session, actor, question.id)


def test_a_thread_is_read_in_the_same_statements_however_long_it_is(
    make: Make, unit_of_work: UnitOfWorkFactory, session: Session, count_statements: CountStatements
) -> None:
    question = make.question()
    actor = make.actor(make.user(roles=(Role.AGENT,)))
    seen = []
    for _ in range(2):
        for _ in range(3):
            answer = make.answer(question)
            with unit_of_work() as uow:
                post_comment(uow, actor, PostComment(question.id, answer.id, rich("hm")))
                post_comment(uow, actor, PostComment(question.id, None, rich("hm")))
        session.rollback()
        with count_statements() as statements:
            thread = thread_of(session, actor, question.id)
        seen.append(len(statements))

    assert seen == [6, 6]
    assert (len(thread.answers), len(thread.comments), len(thread.answers[0].comments)) == (6, 6, 1)
    assert question_facts(session, [question.id, 999]) == {question.id: thread.question}

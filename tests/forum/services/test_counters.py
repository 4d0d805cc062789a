from __future__ import annotations

import random
import threading
from collections.abc import Callable
from contextlib import suppress

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.forum.events import ThreadEvent
from app.forum.models.answer import Answer, Comment
from app.forum.models.question import ClosureReason, Question
from app.forum.models.space import Space, Tag
from app.forum.services.accepting import AcceptAnswer, SetWorking, accept_answer, set_working, withdraw_acceptance
from app.forum.services.answering import PostAnswer, post_answer
from app.forum.services.asking import AskQuestion, ask_question
from app.forum.services.closing import CloseQuestion, ReopenQuestion, close_question, reopen_question
from app.forum.services.commenting import PostComment, post_comment
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
from app.forum.services.editing import EditQuestion, edit_question
from app.forum.services.joining import SetMeToo, set_me_too
from app.forum.services.moving import MoveQuestion, move_question
from app.forum.services.tagging import AddSynonym, add_synonym
from app.forum.services.voting import SetVote, set_vote
from app.kernel.actor import Actor, Role
from app.kernel.errors import AppError
from app.kernel.unit_of_work import UnitOfWork, UnitOfWorkFactory
from tests.forum.services.counting import contradictions, miscounts
from tests.support.factories import Make, read
from tests.support.texts import rich

ALL = frozenset({"vote_up", "vote_down", "comment", "links", "edit", "close", "tag_wiki"})
WORDS = ("vpn", "wifi", "wlan", "printer", "outlook")
Verb = Callable[[UnitOfWork, Actor, random.Random], object]


def _any(uow: UnitOfWork, model: type[Question | Answer | Comment | Tag | Space], chance: random.Random) -> int:
    return chance.choice(uow.session.scalars(select(model.id).order_by(model.id)).all() or [0])


def _question(uow: UnitOfWork, chance: random.Random) -> int:
    return _any(uow, Question, chance)


def _answer(uow: UnitOfWork, chance: random.Random) -> int:
    return _any(uow, Answer, chance)


def _edit(uow: UnitOfWork, actor: Actor, chance: random.Random) -> object:
    question = uow.session.get_one(Question, _question(uow, chance))
    tags = tuple(chance.sample(WORDS, chance.randint(0, 3)))
    body = rich(chance.choice(["one text", "another text"]))
    command = EditQuestion(question.id, question.revision, question.title, body, tags, question.impact)
    return edit_question(uow, actor, command)


def _comment(uow: UnitOfWork, actor: Actor, chance: random.Random) -> object:
    answer_id = _answer(uow, chance) if chance.random() < 0.5 else None
    answer = uow.session.get(Answer, answer_id) if answer_id else None
    question_id = answer.question_id if answer else _question(uow, chance)
    asks_back = chance.random() < 0.3
    return post_comment(uow, actor, PostComment(question_id, answer_id if answer else None, rich("hm"), asks_back))


def _ask(uow: UnitOfWork, actor: Actor, chance: random.Random) -> object:
    space_id = min(actor.space_ids)
    tags = tuple(chance.sample(WORDS, chance.randint(0, 3)))
    return ask_question(uow, actor, AskQuestion(space_id, "Something is broken", rich(), "slowed", tags))


VERBS: dict[str, Verb] = {
    "ask": _ask,
    "answer": lambda u, a, r: post_answer(u, a, PostAnswer(_question(u, r), rich("try this"))),
    "comment": _comment,
    "vote on a question": lambda u, a, r: set_vote(u, a, SetVote(_question(u, r), None, r.choice([-1, 0, 1]))),
    "vote on an answer": lambda u, a, r: set_vote(u, a, SetVote(None, _answer(u, r), r.choice([-1, 0, 1]))),
    "me too": lambda u, a, r: set_me_too(u, a, SetMeToo(_question(u, r), r.random() < 0.6)),
    "it works": lambda u, a, r: set_working(u, a, SetWorking(_answer(u, r), r.random() < 0.6)),
    "accept": lambda u, a, r: accept_answer(u, a, AcceptAnswer(_answer(u, r), "it did")),
    "withdraw": lambda u, a, r: withdraw_acceptance(u, a, _answer(u, r)),
    "edit": _edit,
    "close": lambda u, a, r: close_question(u, a, CloseQuestion(_question(u, r), ClosureReason.OUTDATED)),
    "reopen": lambda u, a, r: reopen_question(u, a, ReopenQuestion(_question(u, r))),
    "delete a question": lambda u, a, r: delete_question(u, a, DeleteQuestion(_question(u, r))),
    "restore a question": lambda u, a, r: restore_question(u, a, RestoreQuestion(_question(u, r))),
    "delete an answer": lambda u, a, r: delete_answer(u, a, DeleteAnswer(_answer(u, r))),
    "restore an answer": lambda u, a, r: restore_answer(u, a, RestoreAnswer(_answer(u, r))),
    "delete a comment": lambda u, a, r: delete_comment(u, a, DeleteComment(_any(u, Comment, r))),
    "link": lambda u, a, r: link_duplicate(u, a, LinkDuplicate(_question(u, r), _question(u, r), r.random() < 0.5)),
    "unlink": lambda u, a, r: unlink_duplicate(u, a, UnlinkDuplicate(_question(u, r))),
    "move": lambda u, a, r: move_question(u, a, MoveQuestion(_question(u, r), _any(u, Space, r))),
    "join tags": lambda u, a, r: add_synonym(u, a, AddSynonym(_any(u, Tag, r), r.choice(WORDS))),
}


def versions(session: Session) -> dict[int, int]:
    return {row[0]: row[1] for row in session.execute(select(Question.id, Question.version))}


@given(verbs=st.lists(st.sampled_from(sorted(VERBS)), min_size=5, max_size=40), seed=st.integers(0, 10_000))
@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking takes minutes on a real server
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_counters_tell_the_truth_after_any_story(
    make: Make, unit_of_work: UnitOfWorkFactory, verbs: list[str], seed: int
) -> None:
    chance = random.Random(seed)
    make.space()
    make.space()
    actors = [make.actor(make.user(), privileges=ALL), make.actor(make.user(), privileges=ALL)]
    actors.append(make.actor(make.user(roles=(Role.MODERATOR,))))
    with unit_of_work() as uow:
        _ask(uow, actors[0], chance)

    before: dict[int, int] = {}
    for verb in verbs:
        concerned: set[int] = set()
        with suppress(AppError), unit_of_work() as uow:
            VERBS[verb](uow, chance.choice(actors), chance)
            concerned = {fact.question_id for fact in uow.pending if isinstance(fact, ThreadEvent)}
        with make.unit_of_work() as uow:
            now = versions(uow.session)
            assert all(now[i] >= version for i, version in before.items())
            kept_too_long = {i for i in concerned if now[i] == before.get(i)}
            assert not kept_too_long, f"after «{verb}» pages still show what was read of this version before"
            before = now

    with make.unit_of_work() as uow:
        assert miscounts(uow.session) == []
        assert contradictions(uow.session) == []


def test_people_acting_at_once_lose_no_count(make: Make, unit_of_work: UnitOfWorkFactory) -> None:
    asker = make.user()
    space = make.space()
    questions = [make.question(asker=asker, space=space) for _ in range(2)]
    actors = [make.actor(make.user(), privileges=ALL) for _ in range(6)]
    problems: list[BaseException] = []

    def act(actor: Actor, question_id: int, other_id: int) -> None:
        try:
            with unit_of_work() as uow:
                answer_id = post_answer(uow, actor, PostAnswer(question_id, rich("try this"))).id
            with unit_of_work() as uow:
                set_me_too(uow, actor, SetMeToo(question_id, on=True))
            with unit_of_work() as uow:
                set_vote(uow, actor, SetVote(other_id, None, 1))
            with unit_of_work() as uow:
                post_comment(uow, actor, PostComment(question_id, answer_id, rich("more")))
        except BaseException as problem:  # noqa: BLE001  # a thread's failure must reach the test
            problems.append(problem)

    first, second = (question.id for question in questions)
    pairs = [(a, *pair) for n, a in enumerate(actors) for pair in [(first, second) if n % 2 else (second, first)]]
    threads = [threading.Thread(target=act, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert problems == []
    with read(make._app) as session:
        assert miscounts(session) == []
        assert [q.answer_count for q in session.scalars(select(Question))] == [3, 3]
        assert [q.version for q in session.scalars(select(Question))] == [13, 13]

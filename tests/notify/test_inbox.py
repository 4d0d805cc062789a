from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.forum.models.answer import Deletion
from app.forum.models.question import Question
from app.forum.models.space import Visibility
from app.forum.services.accepting import AcceptAnswer, accept_answer
from app.forum.services.answering import PostAnswer, post_answer
from app.forum.services.commenting import PostComment, post_comment
from app.forum.services.deleting import (
    DeleteAnswer,
    DeleteComment,
    DeleteQuestion,
    RestoreComment,
    delete_answer,
    delete_comment,
    delete_question,
    restore_comment,
)
from app.forum.services.joining import SetFollow, set_follow
from app.identity.models import GroupMember, User
from app.kernel.actor import Role
from app.kernel.events import restore_event
from app.kernel.housekeeping import forget_delivered
from app.kernel.models import KeptMail, OutboxMessage
from app.kernel.relay import Message
from app.notify.models import InboxItem
from app.notify.queries.inbox import count_open, inbox_page
from app.notify.services.telling import tell
from app.text.contract import RichText
from app.web.runtime import Runtime
from tests.support.clock import FixedClock
from tests.support.factories import Make

TRUSTED = frozenset({"comment", "edit"})


def text(source: str, *mentions: str) -> RichText:
    return RichText(source, f"<p>{source}</p>", 1, mentions)


def answer(runtime: Runtime, make: Make, question: Question, author: User, *mentions: str) -> int:
    actor = make.actor(author, privileges=TRUSTED)
    with runtime.unit_of_work() as uow:
        answer_id = post_answer(uow, actor, PostAnswer(question.id, text("Switch to TCP 443.", *mentions))).id
    runtime.relay.drain()
    return answer_id


def kinds_of(runtime: Runtime, make: Make, user: User) -> list[tuple[str, str, bool]]:
    with runtime.reads() as session:
        page = inbox_page(session, make.actor(user), runtime.clock.now(), None)
        return [(item.kind, item.why, item.needs_you) for item in (*page.needs_you, *page.for_information)]


def letters_to(runtime: Runtime, user: User) -> list[KeptMail]:
    with runtime.reads() as session:
        return list(session.scalars(select(KeptMail).where(KeptMail.to == user.email).order_by(KeptMail.id)))


def test_the_asker_hears_of_an_answer_and_the_author_does_not(runtime: Runtime, make: Make) -> None:
    sam, mei = make.user("Sam Asker"), make.user("Mei Peer")
    answer(runtime, make, make.question(asker=sam), mei)

    assert kinds_of(runtime, make, sam) == [("answered", "wrote", True)]
    assert [kind for kind, _, _ in kinds_of(runtime, make, mei)] == ["badge"] * 2
    (letter,) = letters_to(runtime, sam)
    assert letter.subject == "Mei Peer answered: VPN drops every few minutes"
    assert "because you wrote it" in letter.text
    assert "/unsubscribe/" in letter.text


def test_one_row_for_one_thread_says_the_latest(runtime: Runtime, make: Make, clock: FixedClock) -> None:
    sam, mei, jo = make.user(), make.user(), make.user()
    question = make.question(asker=sam)
    answer(runtime, make, question, mei)
    clock.advance(minutes=5)
    with runtime.unit_of_work() as uow:
        post_comment(
            uow, make.actor(jo, privileges=TRUSTED), PostComment(question.id, None, text("Which dock?"), asks_back=True)
        )
    runtime.relay.drain()

    assert kinds_of(runtime, make, sam) == [("asked_back", "wrote", True)]
    assert len(letters_to(runtime, sam)) == 2


def test_a_fact_that_is_delivered_twice_is_told_once(runtime: Runtime, make: Make) -> None:
    sam = make.user()
    answer(runtime, make, make.question(asker=sam), make.user())
    with runtime.reads() as session:
        sent = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "forum.answer_posted.1")).one()
    message = Message(sent.id, restore_event(sent.kind, sent.payload, sent.occurred_at), 2)
    with runtime.unit_of_work() as uow:
        item = uow.session.scalars(select(InboxItem).where(InboxItem.user_id == sam.id)).one()
        item.done_at = uow.now
    with runtime.unit_of_work() as uow:
        assert tell(uow, message.id, message.event) == 0
    runtime.relay.drain()

    assert kinds_of(runtime, make, sam) == []
    assert len(letters_to(runtime, sam)) == 1


def test_followers_are_told_for_their_information(runtime: Runtime, make: Make) -> None:
    jo, question = make.user(), make.question()
    with runtime.unit_of_work() as uow:
        set_follow(uow, make.actor(jo), SetFollow(question.id, on=True))
    answer_id = answer(runtime, make, question, make.user())
    with runtime.reads() as session:
        sam = make.actor(session.get_one(User, question.asker_id))
    with runtime.unit_of_work() as uow:
        accept_answer(uow, sam, AcceptAnswer(answer_id))
    runtime.relay.drain()

    assert kinds_of(runtime, make, jo) == [("solved", "follows", False)]


def test_whoever_is_named_hears_that_and_nothing_else(runtime: Runtime, make: Make) -> None:
    sam = make.user()
    answer(runtime, make, make.question(asker=sam), make.user(), sam.handle)

    assert kinds_of(runtime, make, sam) == [("named", "named", True)]
    assert len(letters_to(runtime, sam)) == 1


def test_who_got_somebody_unstuck_reads_their_name_even_when_staff_accepted(runtime: Runtime, make: Make) -> None:
    sam, mei, leila = make.user("Sam Asker"), make.user(), make.user("Leila", roles=(Role.MODERATOR,))
    answer_id = answer(runtime, make, make.question(asker=sam), mei)
    with runtime.unit_of_work() as uow:
        accept_answer(uow, make.actor(leila), AcceptAnswer(answer_id, "They said so on the phone"))
    runtime.relay.drain()

    assert "You got Sam Asker unstuck: VPN drops every few minutes" in [m.subject for m in letters_to(runtime, mei)]


REMOVERS: dict[str, tuple[Callable[..., object], Callable[..., object], str]] = {
    "removed": (delete_answer, DeleteAnswer, "answer"),
    "removed_comment": (delete_comment, DeleteComment, "comment"),
    "removed_question": (delete_question, DeleteQuestion, "question"),
}
WHY = "It shows <a> password & more."


@pytest.fixture
def posts(runtime: Runtime, make: Make) -> tuple[User, dict[str, int]]:
    """Mei, and the ids of what she wrote in a thread of her own."""
    mei = make.user("Mei Peer")
    question = make.question(asker=mei)
    answer_id = make.answer(question, author=mei).id
    with runtime.unit_of_work() as uow:
        comment = post_comment(uow, make.actor(mei), PostComment(question.id, answer_id, text("Which dock?")))
    runtime.relay.drain()
    return mei, {"question": question.id, "answer": answer_id, "comment": comment.id}


@pytest.mark.parametrize("kind", REMOVERS)
def test_who_wrote_it_hears_that_it_was_taken_away_and_why(
    client: FlaskClient, runtime: Runtime, make: Make, posts: tuple[User, dict[str, int]], kind: str
) -> None:
    (mei, ids), leila = posts, make.user("Leila Hadid", roles=(Role.MODERATOR,))
    remove, command, what = REMOVERS[kind]
    with runtime.unit_of_work() as uow:
        remove(uow, make.actor(leila), command(ids[what], WHY))
    runtime.relay.drain()

    assert (kind, "wrote", False) in kinds_of(runtime, make, mei)
    letter = letters_to(runtime, mei)[-1]
    assert letter.subject == f"Leila Hadid took your {what} away: VPN drops every few minutes"
    assert f"The reason: “{WHY}”" in letter.text
    address = f"/questions/{ids['question']}" + ("" if what == "question" else "/history")
    assert address in letter.text

    make.sign_in(client, mei)
    inbox = client.get("/inbox").text
    assert "The reason: “It shows &lt;a&gt; password &amp; more.”" in inbox
    assert f'href="{address}"' in inbox
    told = client.get(address)
    assert told.status_code == (410 if what == "question" else 200)
    for words in ("Leila Hadid", "It shows &lt;a&gt; password &amp; more."):
        assert words in told.text
    if what == "comment":
        assert "Which dock?" in told.text


@pytest.mark.parametrize("kind", REMOVERS)
def test_who_takes_their_own_away_is_told_nothing_and_asked_nothing(
    runtime: Runtime, make: Make, posts: tuple[User, dict[str, int]], kind: str
) -> None:
    mei, ids = posts
    remove, command, what = REMOVERS[kind]
    ids = {**ids, "question": make.question(asker=mei).id}  # one with answers is not hers alone
    with runtime.unit_of_work() as uow:
        remove(uow, make.actor(mei), command(ids[what]))
    runtime.relay.drain()
    assert kind not in [told for told, _, _ in kinds_of(runtime, make, mei)]


@pytest.mark.parametrize("kind", REMOVERS)
def test_staff_say_why(
    client: FlaskClient, runtime: Runtime, make: Make, posts: tuple[User, dict[str, int]], kind: str
) -> None:
    ids, what = posts[1], REMOVERS[kind][2]
    make.sign_in(client, make.user(roles=(Role.MODERATOR,)))
    refused = client.post(f"/{what}s/{ids[what]}/delete", data={"note": "  "})
    assert refused.status_code == 422
    assert 'href="#note"' in refused.text
    with runtime.reads() as session:
        assert session.scalars(select(Deletion)).all() == []


def test_of_a_question_that_is_away_only_its_asker_hears_and_only_that(runtime: Runtime, make: Make) -> None:
    """Other news about it leave the inbox, and so does this one with the right to read the space."""
    mei, jo, leila = make.user(), make.user(), make.user(roles=(Role.MODERATOR,))
    group = make.group(mei, jo, leila)
    question = make.question(asker=mei, space=make.space(visibility=Visibility.PRIVATE, groups=(group,)))
    with runtime.unit_of_work() as uow:
        set_follow(uow, make.actor(jo), SetFollow(question.id, on=True))
    answer(runtime, make, question, leila)
    assert [kind for kind, _, _ in kinds_of(runtime, make, jo)] == ["answered"]
    with runtime.unit_of_work() as uow:
        delete_question(uow, make.actor(leila), DeleteQuestion(question.id, "Spam."))
    runtime.relay.drain()
    assert [kind for kind, _, _ in kinds_of(runtime, make, mei)] == ["removed_question"]
    assert kinds_of(runtime, make, jo) == []

    with runtime.unit_of_work() as uow:
        uow.session.delete(uow.session.get_one(GroupMember, (group.id, mei.id)))
    assert kinds_of(runtime, make, mei) == []
    with runtime.reads() as session:
        assert count_open(session, make.actor(mei), runtime.clock.now()) == 0


def test_what_came_back_is_no_longer_said_to_be_away_for_a_reason(
    runtime: Runtime, make: Make, posts: tuple[User, dict[str, int]]
) -> None:
    (mei, ids), leila = posts, make.actor(make.user(roles=(Role.MODERATOR,)))
    with runtime.unit_of_work() as uow:
        delete_comment(uow, leila, DeleteComment(ids["comment"], WHY))
    runtime.relay.drain()
    with runtime.unit_of_work() as uow:
        restore_comment(uow, leila, RestoreComment(ids["comment"]))
    with runtime.reads() as session:
        page = inbox_page(session, make.actor(mei), runtime.clock.now(), None)
    assert [item.reason for item in page.for_information if item.kind == "removed_comment"] == [""]


def test_what_one_may_no_longer_read_leaves_the_inbox_and_sends_no_letter(runtime: Runtime, make: Make) -> None:
    sam = make.user()
    group = make.group(sam)
    space = make.space(visibility=Visibility.PRIVATE, groups=(group,))
    mei = make.user(roles=(Role.ADMINISTRATOR,))
    question = make.question(asker=sam, space=space)
    answer(runtime, make, question, mei)
    assert len(kinds_of(runtime, make, sam)) == 1

    with runtime.unit_of_work() as uow:
        uow.session.delete(uow.session.get_one(GroupMember, (group.id, sam.id)))
    answer(runtime, make, question, make.user(roles=(Role.ADMINISTRATOR,)))

    assert kinds_of(runtime, make, sam) == []
    with runtime.reads() as session:
        assert count_open(session, make.actor(sam), runtime.clock.now()) == 0
    assert len(letters_to(runtime, sam)) == 1


def test_done_later_and_mute_work_without_javascript(
    runtime: Runtime, make: Make, client: FlaskClient, clock: FixedClock, session: Session
) -> None:
    sam = make.user()
    question = make.question(asker=sam)
    answer(runtime, make, question, make.user())
    make.sign_in(client, sam)
    item = session.scalars(select(InboxItem).where(InboxItem.user_id == sam.id)).one()
    assert "Needs you" in client.get("/inbox").text

    client.post(f"/inbox/{item.id}/later", data={"until": "tomorrow"})
    assert "Nothing is waiting for you" in client.get("/inbox").text
    clock.advance(hours=24)
    assert "Needs you" in client.get("/inbox").text

    for _ in range(2):
        assert client.post(f"/inbox/{item.id}/done", data={"value": "1"}).status_code == 303
    assert "Nothing is waiting for you" in client.get("/inbox").text
    answer(runtime, make, question, make.user())
    assert "Needs you" in client.get("/inbox").text

    client.post(f"/inbox/{item.id}/mute", data={"value": "1"})
    answer(runtime, make, question, make.user())
    assert "Nothing is waiting for you" in client.get("/inbox").text
    assert question.title in client.get("/settings/mail").text


def test_nobody_decides_about_other_peoples_items(
    runtime: Runtime, make: Make, client: FlaskClient, session: Session
) -> None:
    sam = make.user()
    answer(runtime, make, make.question(asker=sam), make.user())
    item = session.scalars(select(InboxItem).where(InboxItem.user_id == sam.id)).one()
    make.sign_in(client, make.user())

    assert client.post(f"/inbox/{item.id}/done", data={"value": "1"}).status_code == 404
    assert client.post(f"/inbox/{item.id}/later", data={"until": "never"}).status_code in {404, 422}


def test_mail_stops_for_one_kind_by_setting_and_by_the_link_in_the_letter(
    runtime: Runtime, make: Make, client: FlaskClient
) -> None:
    sam = make.user()
    question = make.question(asker=sam)
    answer(runtime, make, question, make.user())
    link = next(word for word in letters_to(runtime, sam)[0].text.split() if "/unsubscribe/" in word)
    path = link[link.index("/unsubscribe/") :]

    assert client.get(path).status_code == 200
    answer(runtime, make, question, make.user())
    assert len(letters_to(runtime, sam)) == 2, "opening the link alone changes nothing"

    assert client.post(path).status_code == 303
    answer(runtime, make, question, make.user())
    assert len(letters_to(runtime, sam)) == 2
    assert client.get(f"{path}x").status_code == 404

    make.sign_in(client, sam)
    client.post("/settings/mail", data={"mail": ["answered"]})
    answer(runtime, make, question, make.user())
    assert len(letters_to(runtime, sam)) == 3


@pytest.mark.parametrize("threads", [1, 12])
def test_the_inbox_costs_the_same_statements_however_long_it_is(
    runtime: Runtime,
    make: Make,
    client: FlaskClient,
    count_statements: Callable[[], AbstractContextManager[list[str]]],
    threads: int,
) -> None:
    sam, space = make.user(), make.space()
    for _ in range(threads):
        answer(runtime, make, make.question(asker=sam, space=space), make.user())
    make.sign_in(client, sam)
    client.get("/inbox")

    with count_statements() as seen:
        assert client.get("/inbox").status_code == 200

    assert len(seen) <= 8, seen


def test_nobody_is_told_of_an_answer_that_is_gone_again(make, runtime):
    asker, author, moderator = make.user("Ann Able"), make.user(), make.user(roles=(Role.MODERATOR,))
    question = make.question(asker=asker)
    gone = answer(runtime, make, question, author)
    assert [kind for kind, _, _ in kinds_of(runtime, make, asker)] == ["answered"]
    with runtime.unit_of_work() as uow:
        delete_answer(uow, make.actor(moderator), DeleteAnswer(gone, "an insult"))
    runtime.relay.drain()

    assert kinds_of(runtime, make, asker) == []
    assert [kind for kind, _, _ in kinds_of(runtime, make, author)] == ["removed"]


def test_no_letter_tells_of_an_answer_that_was_taken_away_before_it_left(make, runtime):
    asker, author, moderator = make.user("Ann Able"), make.user(), make.user(roles=(Role.MODERATOR,))
    question = make.question(asker=asker)
    with runtime.unit_of_work() as uow:
        gone = post_answer(uow, make.actor(author), PostAnswer(question.id, text("An insult."))).id
    with runtime.unit_of_work() as uow:
        delete_answer(uow, make.actor(moderator), DeleteAnswer(gone, "an insult"))
    runtime.relay.drain()

    with runtime.reads() as session:
        assert asker.email not in [mail.to for mail in session.scalars(select(KeptMail))]
    assert kinds_of(runtime, make, asker) == []


def test_what_was_told_before_comes_back_when_the_latest_is_taken_away(
    runtime: Runtime, make: Make, clock: FixedClock
) -> None:
    """Spam under a question must not make its asker miss the answer that was there before it."""
    sam, mei, spammer = make.user(), make.user("Mei Peer"), make.user()
    question = make.question(asker=sam)
    answer_id = answer(runtime, make, question, mei)
    clock.advance(minutes=1)
    other = make.actor(spammer, privileges=TRUSTED)
    with runtime.unit_of_work() as uow:
        spam = post_comment(uow, other, PostComment(question.id, None, text("Buy pills."))).id
    runtime.relay.drain()
    assert kinds_of(runtime, make, sam) == [("replied", "wrote", True)]
    moderator = make.actor(make.user(roles=(Role.MODERATOR,)))
    with runtime.unit_of_work() as uow:
        delete_comment(uow, moderator, DeleteComment(spam, "Spam"))
    runtime.relay.drain()

    assert kinds_of(runtime, make, sam) == [("answered", "wrote", True)]
    with runtime.reads() as session:
        (item,) = inbox_page(session, make.actor(sam), runtime.clock.now(), None).needs_you
        assert (item.by and item.by.name, item.answer_id, item.comment_id) == ("Mei Peer", answer_id, None)
    with runtime.unit_of_work() as uow:
        delete_answer(uow, moderator, DeleteAnswer(answer_id, "Spam too"))
    runtime.relay.drain()
    assert kinds_of(runtime, make, sam) == []


def test_an_ask_back_leaves_the_inbox_with_the_answer_that_it_stands_under(runtime: Runtime, make: Make) -> None:
    sam, mei = make.user(), make.user()
    question = make.question(asker=sam)
    answer_id = answer(runtime, make, question, mei)
    agent = make.actor(make.user(roles=(Role.AGENT,)))
    with runtime.unit_of_work() as uow:
        post_comment(uow, agent, PostComment(question.id, answer_id, text("Did it help?"), asks_back=True))
    runtime.relay.drain()
    assert kinds_of(runtime, make, sam) == [("asked_back", "wrote", True)]
    author = make.actor(mei)
    with runtime.unit_of_work() as uow:
        delete_answer(uow, author, DeleteAnswer(answer_id))
    runtime.relay.drain()

    assert kinds_of(runtime, make, sam) == []


def test_a_quiet_week_makes_nobody_miss_what_comes_after_it(runtime: Runtime, make: Make, clock: FixedClock) -> None:
    """Facts are forgotten, and no later one may have the number of one that somebody was told of."""
    sam = make.user()
    question = make.question(asker=sam)
    answer(runtime, make, question, make.user())
    with runtime.unit_of_work() as uow:
        uow.session.scalars(select(InboxItem).where(InboxItem.user_id == sam.id)).one().done_at = uow.now
    clock.advance(days=8)
    with runtime.unit_of_work() as uow:
        forget_delivered(uow)
    with runtime.reads() as session:
        assert session.scalars(select(OutboxMessage)).all() == []

    answer(runtime, make, question, make.user())

    assert kinds_of(runtime, make, sam) == [("answered", "wrote", True)]
    assert len(letters_to(runtime, sam)) == 2

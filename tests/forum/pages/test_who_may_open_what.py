"""Every address of the forum for a guest, a member and a moderator: the right status, and never a broken page."""

from __future__ import annotations

import pytest

from app.forum.models.answer import Comment
from app.forum.models.space import Visibility
from app.kernel.actor import Role

GUEST, MEMBER, MODERATOR = "guest", "member", "moderator"


@pytest.fixture
def thread(make):
    """A question of Ann's with an answer of Ben's and a comment of hers."""
    ann, ben = make.user("Ann Ask"), make.user("Ben Aid")
    question = make.question(asker=ann)
    answer = make.answer(question, author=ben)
    comment = make.save(
        Comment(
            question_id=question.id, answer_id=answer.id, author_id=ann.id,
            body="Thanks", body_html="<p>Thanks</p>", posted_at=make.now,
        )
    )  # fmt: skip
    return {"ann": ann, "ben": ben, "q": question.id, "a": answer.id, "c": comment.id, "s": question.space_id}


def signed_in(client, make, who):
    if who != GUEST:
        make.sign_in(client, make.user(roles=(Role.MODERATOR,) if who == MODERATOR else ()))


PAGES = [
    # address, guest, member without any reputation, moderator
    ("/", 200, 200, 200),
    ("/questions", 200, 200, 200),
    ("/questions?sort=mine", 303, 200, 200),
    ("/questions?after=nonsense", 404, 404, 404),
    ("/questions?sort=nonsense", 200, 200, 200),
    ("/ask", 303, 200, 200),
    ("/ask?title=The+printer+eats+paper", 303, 200, 200),
    ("/questions/{q}", 200, 200, 200),
    ("/questions/{q}/thread", 200, 200, 200),
    ("/questions/{q}/edit", 303, 403, 200),
    ("/questions/{q}/history", 200, 200, 200),
    ("/questions/{q}/close", 303, 403, 200),
    ("/questions/{q}/reopen", 303, 403, 403),
    ("/questions/{q}/delete", 303, 403, 200),
    ("/questions/{q}/same-as", 303, 403, 200),
    ("/questions/{q}/move", 303, 403, 200),
    ("/answers/{a}/edit", 303, 403, 200),
    ("/answers/{a}/delete", 303, 403, 200),
    ("/answers/{a}/history", 200, 200, 200),
    ("/comments/{c}/edit", 303, 403, 200),
    ("/spaces", 200, 200, 200),
    ("/drafts", 303, 200, 200),
    ("/drafts/one?place=ask", 303, 200, 200),
    ("/complete?k=@&q=a", 303, 200, 200),
    ("/tags", 200, 200, 200),
    ("/feeds/questions.atom", 200, 200, 200),
    ("/feeds/questions/{q}.atom", 200, 200, 200),
    ("/spaces/nowhere", 404, 404, 404),
    ("/tags/nothing", 404, 404, 404),
    ("/feeds/spaces/nowhere.atom", 404, 404, 404),
    ("/feeds/tags/nothing.atom", 404, 404, 404),
    ("/files/nothing/log.txt", 404, 404, 404),
]


@pytest.mark.parametrize(("address", "guest", "member", "moderator"), PAGES)
@pytest.mark.parametrize("who", [GUEST, MEMBER, MODERATOR])
def test_each_page_opens_for_those_who_may(client, make, thread, who, address, guest, member, moderator):
    signed_in(client, make, who)
    expected = {GUEST: guest, MEMBER: member, MODERATOR: moderator}[who]
    assert client.get(address.format(**thread)).status_code == expected


ACTIONS = [
    # address, what is sent, member without any reputation, moderator
    ("/questions/{q}/vote", {"value": "1"}, 403, 303),
    ("/questions/{q}/answers/{a}/vote", {"value": "1"}, 403, 303),
    ("/questions/{q}/me-too", {"value": "1"}, 303, 303),
    ("/questions/{q}/follow", {"value": "1"}, 303, 303),
    ("/questions/{q}/answers/{a}/working", {"value": "1"}, 303, 303),
    ("/questions/{q}/answers/{a}/accept", {"value": "1", "note": "Ann wrote that it did."}, 403, 303),
    ("/questions/{q}/answers", {"body": "Turn it off and on."}, 303, 303),
    ("/questions/{q}/answers", {"body": ""}, 422, 422),
    ("/questions/{q}/comments", {"body": "Which client?"}, 303, 303),
    ("/questions/{q}/answers/{a}/comments", {"body": "Which client?"}, 303, 303),
    ("/questions/{q}/edit", {"title": "VPN drops every minute", "body": "Since noon.", "impact": "slowed",
                             "tags": "", "revision": "1"}, 403, 303),
    ("/answers/{a}/edit", {"body": "Switch to TCP.", "revision": "1"}, 403, 303),
    ("/comments/{c}/edit", {"body": "Thank you", "revision": "1"}, 403, 303),
    ("/comments/{c}/delete", {"note": "Not about this"}, 403, 303),
    ("/answers/{a}/delete", {"note": "Not an answer"}, 403, 303),
    ("/answers/{a}/restore", {}, 403, 403),
    ("/answers/{a}/roll-back", {"number": "1"}, 404, 404),
    ("/questions/{q}/roll-back", {"number": "all"}, 404, 404),
    ("/questions/{q}/close", {"reason": "off_topic", "note": "It is about lunch"}, 403, 303),
    ("/questions/{q}/close", {}, 422, 422),
    ("/questions/{q}/reopen", {"note": ""}, 403, 403),
    ("/questions/{q}/delete", {"note": "Not a question"}, 403, 303),
    ("/questions/{q}/restore", {}, 403, 403),
    ("/questions/{q}/same-as", {"original": "nonsense"}, 422, 422),
    ("/questions/{q}/separate", {}, 403, 303),
    ("/drafts", {"place": "ask", "title": "Half a"}, 200, 200),
    ("/drafts", {"place": "nowhere"}, 422, 422),
    ("/drafts/discard", {"place": "ask"}, 303, 303),
    ("/preview", {"body": "**bold**"}, 200, 200),
    ("/uploads", {}, 422, 422),
    ("/tags/nothing", {"description": "x"}, 404, 404),
    ("/tags/nothing/follow", {}, 404, 404),
]  # fmt: skip


@pytest.mark.parametrize(("address", "sent", "member", "moderator"), ACTIONS)
@pytest.mark.parametrize("who", [GUEST, MEMBER, MODERATOR])
def test_each_action_is_done_for_those_who_may(client, make, thread, who, address, sent, member, moderator):
    signed_in(client, make, who)
    answer = client.post(address.format(**thread), data=sent)
    assert answer.status_code == {GUEST: 303, MEMBER: member, MODERATOR: moderator}[who]
    if who == GUEST:
        assert "/sign-in" in answer.headers["Location"]


@pytest.mark.parametrize("who", [GUEST, MEMBER, MODERATOR])
@pytest.mark.parametrize("address", [page[0] for page in PAGES if "{" in page[0]])
def test_a_private_thread_looks_like_none(client, make, thread, who, address):
    group = make.group(make.user())
    hidden = make.question(space=make.space(visibility=Visibility.PRIVATE, groups=(group,)))
    answer = make.answer(hidden)
    comment = make.save(
        Comment(
            question_id=hidden.id, answer_id=answer.id, author_id=make.user().id,
            body="x", body_html="<p>x</p>", posted_at=make.now,
        )
    )  # fmt: skip
    signed_in(client, make, who)
    real = client.get(address.format(q=hidden.id, a=answer.id, c=comment.id))
    none = client.get(address.format(q=99_999, a=99_999, c=99_999))
    assert real.status_code == none.status_code
    assert real.status_code == 404 or "/sign-in" in real.headers["Location"]


@pytest.mark.parametrize(("address", "sent"), [(a[0], a[1]) for a in ACTIONS if "{" in a[0]])
def test_nothing_can_be_done_to_a_private_thread(client, make, thread, address, sent):
    hidden = make.question(space=make.space(visibility=Visibility.PRIVATE, groups=(make.group(),)))
    answer = make.answer(hidden)
    comment = make.save(
        Comment(
            question_id=hidden.id, answer_id=answer.id, author_id=make.user().id,
            body="x", body_html="<p>x</p>", posted_at=make.now,
        )
    )  # fmt: skip
    signed_in(client, make, MODERATOR)
    assert client.post(address.format(q=hidden.id, a=answer.id, c=comment.id), data=sent).status_code == 404

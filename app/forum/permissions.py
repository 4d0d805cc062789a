"""Who may do what here; pure functions, no queries.

Each returns a ``Decision``: the same one hides a button, explains why, and guards the service. Reasons are put into
sentences by ``app.forum.words``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from app.forum.models.answer import Answer, Comment
from app.forum.models.question import Question
from app.forum.models.space import Space
from app.kernel.actor import Actor
from app.kernel.permissions import ALLOW, Decision, deny


class SomeThread(Protocol):
    """A question, or the few columns of it that decide who sees it."""

    @property
    def id(self) -> int:
        """Which one."""

    @property
    def space_id(self) -> int:
        """Where it was asked."""

    @property
    def asker_id(self) -> int:
        """Who asked."""

    @property
    def deleted_at(self) -> datetime | None:
        """When it was taken away."""


class SomePost(Protocol):
    """An answer, or the few columns of it that decide who sees it."""

    @property
    def author_id(self) -> int:
        """Who wrote it."""

    @property
    def deleted_at(self) -> datetime | None:
        """When it was taken away."""


SIGN_IN = deny("identity.sign_in_required")
DELETED, BECAME_QUESTION = deny("forum.deleted"), deny("forum.became_question")
STAYS = {"accepted_at": "forum.solved_here", "from_desk": "forum.desk_reply", "asks_back": "forum.asks_back_here"}


def can_see_question(actor: Actor, question: SomeThread) -> Decision:
    """Readers of the space see it; a deleted one only its asker and moderators. The SQL twin is ``visible_to``."""
    if not can_see_space(actor, question.space_id):
        return deny("forum.not_a_member")
    if question.deleted_at is not None and not (actor.is_moderator or actor.id == question.asker_id):
        return DELETED
    return ALLOW


def can_see_answer(actor: Actor, answer: SomePost) -> Decision:
    """Everybody who sees the question sees it; a deleted one only its author and moderators."""
    if answer.deleted_at is not None and not (actor.is_moderator or actor.id == answer.author_id):
        return DELETED
    return ALLOW


def can_see_comment(actor: Actor, comment: Comment) -> Decision:
    """Everybody who sees the thread sees it; a deleted one only its author and moderators."""
    if comment.deleted_at is not None and not (actor.is_moderator or actor.id == comment.author_id):
        return DELETED
    return ALLOW


def can_see_space(actor: Actor, space_id: int) -> Decision:
    """Public spaces are everybody's, internal ones everybody's who signed in, private ones their groups'."""
    return ALLOW if actor.is_system or space_id in actor.space_ids else deny("forum.not_a_member")


def can_post_in(actor: Actor, space: Space) -> Decision:
    """Every member who may read a space may ask in it, until it is archived."""
    if actor.is_anonymous:
        return SIGN_IN
    if not can_see_space(actor, space.id):
        return deny("forum.not_a_member")
    return ALLOW if space.archived_at is None else deny("forum.space_archived")


def can_answer(actor: Actor, question: Question) -> Decision:
    """Any member may answer while the question is open."""
    if not (open_thread := _takes_part(actor, question)):
        return open_thread
    return ALLOW if question.closed_at is None else deny("forum.question_closed")


def can_comment(actor: Actor, question: Question, answer: Answer | None = None) -> Decision:
    """People comment on their own question and answers; elsewhere it takes staff or the privilege."""
    if not (open_thread := _takes_part(actor, question)):
        return open_thread
    if answer is not None and answer.deleted_at is not None:
        return DELETED
    own = actor.id == question.asker_id or (answer is not None and actor.id == answer.author_id)
    return ALLOW if own or actor.is_staff or actor.has("comment") else deny("forum.needs_comment")


def can_ask_back(actor: Actor, question: Question) -> Decision:
    """Staff and people trusted to edit may make the question wait for its asker."""
    if not (open_thread := _takes_part(actor, question)):
        return open_thread
    if actor.id == question.asker_id:
        return deny("forum.own_question")
    return ALLOW if actor.is_staff or actor.has("edit") else deny("forum.needs_edit")


def can_vote(actor: Actor, post: Question | SomePost, value: int) -> Decision:
    """Vote with the privilege, never on one's own; taking a vote back (``value`` 0) is always possible."""
    if actor.is_anonymous:
        return SIGN_IN
    if post.deleted_at is not None:
        return DELETED
    if actor.id == author_of(post):
        return deny("forum.own_vote")
    if value > 0 and not actor.has("vote_up"):
        return deny("forum.needs_vote_up")
    return deny("forum.needs_vote_down") if value < 0 and not actor.has("vote_down") else ALLOW


def can_join(actor: Actor, question: Question) -> Decision:
    """Any member may say «me too» on somebody else's question."""
    if not (open_thread := _takes_part(actor, question)):
        return open_thread
    return deny("forum.own_question") if actor.id == question.asker_id else ALLOW


def can_follow(actor: Actor, question: Question) -> Decision:
    """Any member may follow what they can read."""
    if actor.is_anonymous:
        return SIGN_IN
    return DELETED if question.deleted_at is not None else ALLOW


def can_edit_question(actor: Actor, question: Question) -> Decision:
    """Let the asker edit, and people trusted to."""
    return _can_edit(actor, question, question.asker_id)


def can_set_impact(actor: Actor, question: Question) -> Decision:
    """Only the asker and staff know what the trouble keeps the asker from doing."""
    return ALLOW if actor.id == question.asker_id or actor.is_staff else deny("forum.impact_is_the_askers")


def can_edit_answer(actor: Actor, answer: Answer) -> Decision:
    """Let the author edit, and people trusted to."""
    return _can_edit(actor, answer, answer.author_id)


def can_edit_comment(actor: Actor, comment: Comment) -> Decision:
    """Let the author edit, and moderators."""
    if actor.is_anonymous:
        return SIGN_IN
    if actor.id != comment.author_id and not actor.is_moderator:
        return deny("forum.not_yours")
    return ALLOW if comment.deleted_at is None else DELETED


def can_accept(actor: Actor, question: Question, answer: Answer | None = None) -> Decision:
    """Let the asker say what solved it; staff may in the asker's place (the service then wants a note)."""
    if actor.is_anonymous:
        return SIGN_IN
    if question.deleted_at is not None or (answer is not None and answer.deleted_at is not None):
        return DELETED
    return ALLOW if actor.id == question.asker_id or actor.is_staff else deny("forum.only_the_asker")


def can_mark_working(actor: Actor, question: Question, answer: Answer) -> Decision:
    """Anybody but its author may say that an answer worked for them too."""
    if actor.is_anonymous:
        return SIGN_IN
    if question.deleted_at is not None or answer.deleted_at is not None:
        return DELETED
    return deny("forum.own_answer") if actor.id == answer.author_id else ALLOW


def can_close(actor: Actor, question: Question) -> Decision:
    """People trusted to close, while the question is open."""
    if not (trusted := _keeps_tidy(actor, question)):
        return trusted
    return ALLOW if question.closed_at is None else deny("forum.question_closed")


def can_reopen(actor: Actor, question: Question) -> Decision:
    """People trusted to close; a duplicate is unlinked instead."""
    if not (trusted := _keeps_tidy(actor, question)):
        return trusted
    if question.closed_at is None:
        return deny("forum.question_open")
    return ALLOW if question.duplicate_of_id is None else deny("forum.is_duplicate")


def can_move(actor: Actor, question: Question) -> Decision:
    """Staff may bring a question to the space where people know about it."""
    if question.deleted_at is not None:
        return DELETED
    return ALLOW if actor.is_staff else deny("forum.needs_moderator")


def can_split(actor: Actor, question: Question, post: Answer | Comment) -> Decision:
    """Staff make what asks something of its own a question; replies of a desk and what others build on stay."""
    if not (open_thread := _takes_part(actor, question)) or not actor.is_staff:
        return deny("forum.needs_staff") if open_thread else open_thread
    if post.deleted_at is not None:
        return BECAME_QUESTION if post.became_question_id else DELETED
    stays = [why for mark, why in STAYS.items() if getattr(post, mark, None)]
    return deny(stays[0]) if stays else ALLOW


def can_link_duplicate(actor: Actor, question: Question) -> Decision:
    """Let the asker, staff and people trusted to close say that it is the same as another."""
    if actor.is_anonymous:
        return SIGN_IN
    if not (actor.id == question.asker_id or actor.is_staff or actor.has("close")):
        return deny("forum.needs_close")
    return ALLOW if question.deleted_at is None else DELETED


def can_merge(actor: Actor, question: Question) -> Decision:
    """Let the asker and staff join the question with its original, people and all."""
    if not (linking := can_link_duplicate(actor, question)):
        return linking
    return ALLOW if actor.id == question.asker_id or actor.is_staff else deny("forum.needs_moderator")


def can_delete_question(actor: Actor, question: Question) -> Decision:
    """Moderators; the asker while nobody has answered."""
    if not (own := _may_take_away(actor, question)):
        return own
    return ALLOW if actor.is_moderator or question.answer_count == 0 else deny("forum.has_answers")


def can_delete_answer(actor: Actor, answer: Answer) -> Decision:
    """Moderators; the author while it is not the accepted one."""
    if not (own := _may_take_away(actor, answer)):
        return own
    return ALLOW if actor.is_moderator or answer.accepted_at is None else deny("forum.is_accepted")


def can_delete_comment(actor: Actor, comment: Comment) -> Decision:
    """Let the author delete, and moderators."""
    return can_edit_comment(actor, comment)


def can_restore_question(actor: Actor, question: Question, deleted_by_id: int | None) -> Decision:
    """Moderators; the asker when they had deleted it themselves (``deleted_by_id``)."""
    return _can_restore(actor, question, deleted_by_id)


def can_restore_answer(actor: Actor, answer: Answer, deleted_by_id: int | None) -> Decision:
    """Moderators; the author when they had deleted it themselves (``deleted_by_id``)."""
    return _can_restore(actor, answer, deleted_by_id)


def can_restore_comment(actor: Actor, comment: Comment, deleted_by_id: int | None) -> Decision:
    """Moderators; the author when they had deleted it themselves (``deleted_by_id``)."""
    return _can_restore(actor, comment, deleted_by_id)


def can_edit_tag(actor: Actor) -> Decision:
    """People trusted with the words of the house."""
    return ALLOW if actor.has("tag_wiki") else deny("forum.needs_tag_wiki")


def can_create_space(actor: Actor) -> Decision:
    """Administrators lay out the house."""
    return ALLOW if actor.is_administrator else deny("forum.needs_administrator")


def author_of(post: Question | SomePost) -> int:
    """Return who wrote a post."""
    return post.asker_id if isinstance(post, Question) else post.author_id


def _takes_part(actor: Actor, question: Question) -> Decision:
    """Somebody signed in, in a thread that stands for itself."""
    if actor.is_anonymous:
        return SIGN_IN
    if question.deleted_at is not None:
        return DELETED
    return ALLOW if question.merged_at is None else deny("forum.merged")


def _can_edit(actor: Actor, post: Question | Answer, author_id: int) -> Decision:
    if actor.is_anonymous:
        return SIGN_IN
    if post.deleted_at is not None:
        return DELETED
    return ALLOW if actor.id == author_id or actor.has("edit") else deny("forum.needs_edit")


def _keeps_tidy(actor: Actor, question: Question) -> Decision:
    if not actor.has("close"):
        return deny("forum.needs_close")
    return ALLOW if question.deleted_at is None else DELETED


def _may_take_away(actor: Actor, post: Question | Answer) -> Decision:
    if not actor.is_moderator and (actor.is_anonymous or actor.id != author_of(post)):
        return deny("forum.not_yours")
    return ALLOW if post.deleted_at is None else DELETED


def _can_restore(actor: Actor, post: Question | Answer | Comment, deleted_by_id: int | None) -> Decision:
    own = actor.id is not None and actor.id == author_of(post)
    if not actor.is_moderator and not (own and (post.deleted_at is None or actor.id == deleted_by_id)):
        return deny("forum.needs_moderator")
    became = not isinstance(post, Question) and post.became_question_id is not None
    return deny("forum.not_deleted") if post.deleted_at is None else BECAME_QUESTION if became else ALLOW

"""Somebody was faster: what the actor may do is done already, or the post is no longer there to do it to."""

from __future__ import annotations

from collections.abc import Mapping

from app.forum.models.answer import Answer, Comment
from app.forum.models.question import Question
from app.kernel.errors import Conflict
from app.kernel.permissions import Decision, ensure

_DONE: Mapping[str, str] = {
    "forum.question_closed": "forum.closed_already",
    "forum.question_open": "forum.reopened_already",
    "forum.deleted": "forum.deleted_already",
    "forum.not_deleted": "forum.restored_already",
    "forum.is_duplicate": "forum.linked_already",
    "forum.became_question": "forum.split_already",
}
"""Refusals that are about the state of a post, not about who asks, and what has happened then."""


class Overtaken(Conflict):
    """The state that the actor saw has passed; carries the post, so that what stands now can be shown.

    ``refused`` is the plain refusal, for the case that nobody ever did it.
    """

    def __init__(self, reason: str, post: Question | Answer | Comment, refused: str | None = None) -> None:
        super().__init__(reason)
        self.refused = refused
        self.post = type(post).__name__.lower()
        self.post_id = post.id
        self.question_id = post.id if isinstance(post, Question) else post.question_id


def ensure_still(decision: Decision, post: Question | Answer | Comment) -> None:
    """Turn a refusal into the exception that the edge renders.

    Raises:
        Overtaken: when somebody else was faster.
        Denied: when the actor may not do it anyway.

    """
    if decision.reason is not None and decision.reason in _DONE:
        raise Overtaken(_DONE[decision.reason], post, decision.reason)
    ensure(decision)

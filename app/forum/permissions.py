"""Who may do what here; pure functions, no queries."""

from __future__ import annotations

from app.forum.models.question import Question
from app.kernel.actor import Actor
from app.kernel.permissions import ALLOW, Decision, deny


def can_see_question(actor: Actor, question: Question) -> Decision:
    """Readers of the space see it; a deleted one only its asker and moderators. The SQL twin is ``visible_to``."""
    if not actor.is_system and question.space_id not in actor.space_ids:
        return deny("forum.not_a_member")
    if question.deleted_at is not None and not (actor.is_moderator or actor.id == question.asker_id):
        return deny("forum.deleted")
    return ALLOW


def can_answer(actor: Actor, question: Question) -> Decision:
    """Any member may answer while the question is open."""
    if actor.is_anonymous:
        return deny("identity.sign_in_required")
    if question.deleted_at is not None:
        return deny("forum.deleted")
    if question.closed_at is not None:
        return deny("forum.question_closed")
    return ALLOW

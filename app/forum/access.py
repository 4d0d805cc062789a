"""The only way to get a forum row by id: visibility first, lock if asked."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.forum.models.question import Question
from app.forum.permissions import can_see_question
from app.kernel.actor import Actor
from app.kernel.errors import NotFound


def access_question(session: Session, actor: Actor, question_id: int, *, lock: bool = False) -> Question:
    """Return a question this actor may know about.

    Raises:
        NotFound: when it is absent or hidden; the two look alike, so that an id cannot be probed.

    """
    question = session.get(Question, question_id, with_for_update=lock or None)
    if question is None or not can_see_question(actor, question):
        raise NotFound
    return question

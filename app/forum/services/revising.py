"""The history of a text: written lazily, so that a post which nobody edits costs no second row."""

from __future__ import annotations

from sqlalchemy import select

from app.forum.models.answer import Answer, Revision
from app.forum.models.question import Question
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, NotFound
from app.kernel.unit_of_work import UnitOfWork
from app.text.contract import RichText


class EditConflict(Conflict):
    """Somebody changed the post since the editor started; carries what stands now, to be shown beside the other."""

    def __init__(
        self,
        revision: int,
        body: str,
        title: str | None = None,
        tags: tuple[str, ...] = (),
        impact: str | None = None,
    ) -> None:
        super().__init__("forum.edit_conflict")
        self.revision, self.body, self.title, self.tags, self.impact = revision, body, title, tags, impact


def revise_question(
    uow: UnitOfWork,
    actor: Actor,
    question: Question,
    body: RichText,
    old: tuple[str, str],
    new: tuple[str, str],
    why: str,
) -> None:
    """Give a question a new text; ``old`` and ``new`` are title and tags (slugs separated by spaces)."""
    if question.revision == 1:
        uow.session.add(
            Revision(
                question_id=question.id,
                number=1,
                author_id=question.asker_id,
                at=question.asked_at,
                title=old[0],
                body=question.body,
                tags=old[1],
            )
        )
    question.title = new[0]
    _take(question, body, uow)
    uow.session.add(
        Revision(
            question_id=question.id,
            number=question.revision,
            author_id=actor.user_id,
            at=uow.now,
            title=new[0],
            body=body.source,
            tags=new[1],
            summary=why,
        )
    )


def revise_answer(uow: UnitOfWork, actor: Actor, answer: Answer, body: RichText, why: str) -> None:
    """Give an answer a new text."""
    if answer.revision == 1:
        uow.session.add(
            Revision(answer_id=answer.id, number=1, author_id=answer.author_id, at=answer.posted_at, body=answer.body)
        )
    _take(answer, body, uow)
    uow.session.add(
        Revision(
            answer_id=answer.id,
            number=answer.revision,
            author_id=actor.user_id,
            at=uow.now,
            body=body.source,
            summary=why,
        )
    )


def old_text(uow: UnitOfWork, post: Question | Answer, number: int, body: RichText) -> Revision:
    """Return an earlier text of a post.

    Raises:
        NotFound: when there is none with this number.
        Conflict: when ``body`` is not that text.

    """
    of_post = Revision.question_id == post.id if isinstance(post, Question) else Revision.answer_id == post.id
    revision = uow.session.scalars(select(Revision).where(of_post, Revision.number == number)).one_or_none()
    if revision is None:
        raise NotFound
    if revision.body != body.source:
        raise Conflict("forum.edit_conflict")
    return revision


def _take(post: Question | Answer, body: RichText, uow: UnitOfWork) -> None:
    post.revision += 1
    post.body, post.body_html, post.renderer = body.source, body.html, body.renderer
    post.edited_at = uow.now

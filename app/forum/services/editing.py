"""Edit questions and answers, with their whole history; go back to an earlier text."""

from __future__ import annotations

from dataclasses import dataclass

from app.forum.access import access_answer, access_question
from app.forum.events import AnswerEdited, QuestionEdited
from app.forum.models.answer import Answer
from app.forum.models.question import Question
from app.forum.permissions import can_edit_answer, can_edit_question, can_set_impact
from app.forum.services.asking import check_impact
from app.forum.services.checking import check_body, check_note, check_tags, check_title
from app.forum.services.drafting import discard_draft
from app.forum.services.facts import active, hear_asker, of_answer, of_thread
from app.forum.services.publishing import claim_files, tell_mentioned
from app.forum.services.revising import EditConflict, old_text, revise_answer, revise_question
from app.forum.services.tagging import resolve_tags, set_tags, tags_of
from app.kernel.actor import Actor
from app.kernel.errors import Invalid
from app.kernel.permissions import ensure
from app.kernel.unit_of_work import UnitOfWork
from app.text.contract import RichText


@dataclass(frozen=True, slots=True)
class EditQuestion:
    """What the question shall say; ``revision`` is the number of the text that the editor started from.

    ``impact_seen`` is the impact that the editor started from: who left it alone does not take back what somebody else
    chose meanwhile. None sets ``impact`` whatever stands.
    """

    question_id: int
    revision: int
    title: str
    body: RichText
    tags: tuple[str, ...]
    impact: str
    summary: str = ""
    impact_seen: str | None = None


@dataclass(frozen=True, slots=True)
class EditAnswer:
    """What the answer shall say; ``revision`` is the number of the text that the editor started from."""

    answer_id: int
    revision: int
    body: RichText
    summary: str = ""


@dataclass(frozen=True, slots=True)
class RollBack:
    """Text ``number`` of one post shall stand again; ``body`` is that text, rendered anew.

    ``seen`` is the number of the text that stood when the actor decided, if known.
    """

    question_id: int | None
    answer_id: int | None
    number: int
    body: RichText
    seen: int | None = None


def edit_question(uow: UnitOfWork, actor: Actor, command: EditQuestion) -> Question:
    """Change title, text, tags or impact; an edit that changes nothing leaves no trace.

    Raises:
        EditConflict: when somebody changed the text, or the impact that the editor changes too, since they started.
        Invalid: fields ``title``, ``body``, ``tags``, ``impact``, ``summary``.

    """
    question = access_question(uow.session, actor, command.question_id, lock=True)
    ensure(can_edit_question(actor, question))
    impact = _merged_impact(question, command)
    if impact is None or command.revision != question.revision:
        slugs = tuple(tag.slug for tag in tags_of(uow.session, question.id))
        raise EditConflict(question.revision, question.body, question.title, slugs, question.impact)
    if impact != question.impact:
        ensure(can_set_impact(actor, question))
    title, slugs = check_title(command.title), check_tags(command.tags)
    check_body(actor, command.body, required=False)
    impact_changed, question.impact = impact != question.impact, impact
    why = check_note("summary", command.summary)
    discard_draft(uow, actor, f"edit-question:{question.id}")
    if _rewrite(uow, actor, question, title, command.body, slugs, why) or impact_changed:
        _tell_question_edited(uow, actor, question, command.body)
    return question


def edit_answer(uow: UnitOfWork, actor: Actor, command: EditAnswer) -> Answer:
    """Change the text of an answer; an edit that changes nothing leaves no trace.

    Raises:
        EditConflict: when somebody changed the text since the editor started.
        Invalid: fields ``body``, ``summary``.

    """
    question, answer = access_answer(uow.session, actor, command.answer_id, lock=True)
    ensure(can_edit_answer(actor, answer))
    if command.revision != answer.revision:
        raise EditConflict(answer.revision, answer.body)
    check_body(actor, command.body)
    why = check_note("summary", command.summary)
    discard_draft(uow, actor, f"edit-answer:{answer.id}")
    if command.body.source != answer.body:
        revise_answer(uow, actor, answer, command.body, why)
        _tell_answer_edited(uow, actor, question, answer, command.body)
    return answer


def roll_back(uow: UnitOfWork, actor: Actor, command: RollBack) -> Question | Answer:
    """Make an earlier text the newest one; the texts between stay in the history.

    Raises:
        EditConflict: when somebody gave the post a text that the actor has not seen.
        Invalid: when not exactly one post is named.
        NotFound: when the post has no such text.

    """
    if (command.question_id is None) == (command.answer_id is None):
        raise Invalid("number", "forum.post_unknown")
    if command.question_id is not None:
        return _roll_back_question(uow, actor, command.question_id, command)
    return _roll_back_answer(uow, actor, command.answer_id or 0, command)


def _roll_back_question(uow: UnitOfWork, actor: Actor, question_id: int, command: RollBack) -> Question:
    question = access_question(uow.session, actor, question_id, lock=True)
    ensure(can_edit_question(actor, question))
    _ensure_seen(question, command)
    old = old_text(uow, question, command.number, command.body)
    title, slugs = old.title or question.title, tuple((old.tags or "").split())
    if _rewrite(uow, actor, question, title, command.body, slugs, f"↩ {old.number}"):
        _tell_question_edited(uow, actor, question, command.body)
    return question


def _roll_back_answer(uow: UnitOfWork, actor: Actor, answer_id: int, command: RollBack) -> Answer:
    question, answer = access_answer(uow.session, actor, answer_id, lock=True)
    ensure(can_edit_answer(actor, answer))
    _ensure_seen(answer, command)
    old = old_text(uow, answer, command.number, command.body)
    if old.body != answer.body:
        revise_answer(uow, actor, answer, command.body, f"↩ {old.number}")
        _tell_answer_edited(uow, actor, question, answer, command.body)
    return answer


def _ensure_seen(post: Question | Answer, command: RollBack) -> None:
    if command.seen not in {None, post.revision}:
        raise EditConflict(post.revision, post.body)


def _merged_impact(question: Question, command: EditQuestion) -> str | None:
    """Return the impact that editor and others agree on; None when both chose another than the editor saw."""
    impact = check_impact(command.impact)
    if command.impact_seen in {None, question.impact} or impact == question.impact:
        return impact
    return question.impact if impact == command.impact_seen else None


def _rewrite(
    uow: UnitOfWork, actor: Actor, question: Question, title: str, body: RichText, slugs: tuple[str, ...], why: str
) -> bool:
    """Give the question this title, text and tags and add to its history; tell whether anything is different."""
    before = [tag.slug for tag in tags_of(uow.session, question.id)]
    retagged = set_tags(uow.session, question, resolve_tags(uow, slugs))
    if not retagged and title == question.title and body.source == question.body:
        return False
    after = [tag.slug for tag in tags_of(uow.session, question.id)] if retagged else before
    revise_question(uow, actor, question, body, (question.title, " ".join(before)), (title, " ".join(after)), why)
    return True


def _tell_question_edited(uow: UnitOfWork, actor: Actor, question: Question, body: RichText) -> None:
    active(question, uow.now)
    question.edited_at = uow.now
    if actor.id != question.asker_id:
        uow.audit(actor, "question.edited", "question", question.id, revision=question.revision)
    uow.record(QuestionEdited(**of_thread(uow, actor, question), revision=question.revision, impact=question.impact))
    hear_asker(uow, actor, question)
    tell_mentioned(uow, actor, question, body)
    claim_files(uow, actor, question.id, body.files)


def _tell_answer_edited(uow: UnitOfWork, actor: Actor, question: Question, answer: Answer, body: RichText) -> None:
    active(question, uow.now)
    if actor.id != answer.author_id:
        uow.audit(actor, "answer.edited", "answer", answer.id, revision=answer.revision)
    uow.record(AnswerEdited(**of_answer(uow, actor, question, answer), revision=answer.revision))
    tell_mentioned(uow, actor, question, body, answer_id=answer.id)
    claim_files(uow, actor, question.id, body.files)

"""Ask a question, or find before posting that it is answered already."""

from __future__ import annotations

from dataclasses import dataclass

from app.forum.access import access_question, access_space
from app.forum.events import QuestionAsked
from app.forum.models.question import Deflection, Impact, Question
from app.forum.permissions import can_post_in
from app.forum.services.checking import TITLE_MAX, check_body, check_characters, check_tags, check_title
from app.forum.services.facts import of_thread
from app.forum.services.publishing import publish_text
from app.forum.services.tagging import resolve_tags, set_tags
from app.kernel.actor import Actor
from app.kernel.errors import Invalid
from app.kernel.permissions import ensure
from app.kernel.unit_of_work import UnitOfWork
from app.text.contract import RichText


@dataclass(frozen=True, slots=True)
class AskQuestion:
    """A request for help in one space; ``language`` is a BCP 47 tag of what it is written in."""

    space_id: int
    title: str
    body: RichText
    impact: str
    tags: tuple[str, ...] = ()
    language: str = "en"


@dataclass(frozen=True, slots=True)
class RecordDeflection:
    """A question that solved what somebody had begun to ask; ``typed`` is their sentence."""

    question_id: int
    typed: str


def ask_question(uow: UnitOfWork, actor: Actor, command: AskQuestion) -> Question:
    """Publish a question; its sentence alone is enough.

    Raises:
        Invalid: fields ``title``, ``body``, ``tags``, ``impact``.

    """
    space = access_space(uow.session, actor, command.space_id)
    ensure(can_post_in(actor, space))
    title, slugs = check_title(command.title), check_tags(command.tags)
    check_body(actor, command.body, required=False)
    question = Question(
        space_id=space.id,
        asker_id=actor.user_id,
        title=title,
        body=command.body.source,
        body_html=command.body.html,
        renderer=command.body.renderer,
        language=command.language,
        impact=check_impact(command.impact),
        asked_at=uow.now,
        active_at=uow.now,
    )
    uow.session.add(question)
    uow.session.flush()
    set_tags(uow.session, question, resolve_tags(uow, slugs))
    uow.record(QuestionAsked(**of_thread(uow, actor, question), impact=question.impact))
    publish_text(uow, actor, question, command.body, draft="ask")
    return question


def record_deflection(uow: UnitOfWork, actor: Actor, command: RecordDeflection) -> None:
    """Remember that a similar question solved it before anything was posted; guests count too."""
    question = access_question(uow.session, actor, command.question_id)
    typed = " ".join(check_characters("typed", command.typed).split())[:TITLE_MAX]
    uow.session.add(Deflection(question_id=question.id, user_id=actor.id, typed=typed, at=uow.now))


def check_impact(impact: str) -> Impact:
    """Return one of the four impacts.

    Raises:
        Invalid: field ``impact``, when it is none of them.

    """
    try:
        return Impact(impact)
    except ValueError as error:
        raise Invalid("impact", "forum.impact_unknown") from error

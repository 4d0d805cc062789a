"""What escalation puts on other domains' pages: promises, how a question stands, and what can be done about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import render_template
from markupsafe import Markup
from sqlalchemy.orm import Session

from app.escalation.models.tickets import ACTIVE, State
from app.escalation.permissions import can_escalate
from app.escalation.queries.queue import waiting_count
from app.escalation.queries.standing import Standing, solved_for_me, standings
from app.escalation.routes.saying import clock_time, promise_of, shown_name, status_of
from app.escalation.services.timing import over_because
from app.escalation.terms import terms_of_spaces
from app.forum.contract import QuestionFacts, question_facts
from app.kernel.actor import Actor
from app.web.runtime import runtime
from app.web.slots import HOME, IMPACT_PROMISE, NAVIGATION, QUESTION_SIDEBAR, QUESTION_STATUS, Provider, StatusLine

GIVEN_TO_THE_DESK = (*ACTIVE, State.SOLVED)


def impact_promises(session: Session, _actor: Actor, space_ids: Sequence[int]) -> Mapping[int, Mapping[str, str]]:
    """Say for each impact what will happen by when, in at most two statements."""
    now = runtime().clock.now()
    found = terms_of_spaces(session, space_ids, now)
    return {
        space_id: {impact: promise_of(terms, impact, now) for impact in terms.minutes}
        for space_id, terms in found.items()
    }


def question_statuses(session: Session, actor: Actor, question_ids: Sequence[int]) -> Mapping[int, StatusLine]:
    """Say what happens next with each question, in two statements; guests see the forum's own words.

    A guest's copy of a page is good until the thread changes, so it must not hold what time alone changes.
    """
    if actor.is_anonymous:
        return {}
    now = runtime().clock.now()
    lines = {key: status_of(standing, actor, now) for key, standing in standings(session, question_ids).items()}
    return {key: line for key, line in lines.items() if line is not None}


def question_sidebars(session: Session, actor: Actor, question_ids: Sequence[int]) -> Mapping[int, Markup]:
    """Give the card beside a question: what the asker and staff can do now; three statements and the terms'."""
    if actor.is_anonymous:
        return {}
    facts = question_facts(session, question_ids)
    concerned = {key: fact for key, fact in facts.items() if can_escalate(actor, fact.asker_id)}
    known = standings(session, list(concerned))
    return {key: card for key, fact in concerned.items() if (card := _sidebar(session, actor, fact, known.get(key)))}


def waiting_counts(session: Session, actor: Actor, user_ids: Sequence[int]) -> Mapping[int, Mapping[str, int]]:
    """Give agents the number beside «People waiting», in one statement."""
    if actor.id not in user_ids or not actor.is_agent:
        return {}
    return {actor.user_id: {"waiting": waiting_count(session, actor)}}


def home_cards(session: Session, actor: Actor, user_ids: Sequence[int]) -> Mapping[int, Markup]:
    """Ask askers on their home page whether they are back to work, in three statements."""
    if actor.id not in user_ids:
        return {}
    solved = solved_for_me(session, actor.user_id)
    return {actor.user_id: _html("escalation/_home.html", solved=solved)} if solved else {}


def _sidebar(session: Session, actor: Actor, facts: QuestionFacts, standing: Standing | None) -> Markup | None:
    """Write the card, or nothing when there is nothing to do."""
    ticket = standing.ticket if standing is not None else None
    by_asker = actor.id == facts.asker_id
    if standing is not None and ticket is not None and ticket.state in GIVEN_TO_THE_DESK:
        confirm = by_asker and ticket.state == State.SOLVED
        if not confirm and not actor.is_agent:
            return None
        return _html(
            "escalation/_sidebar.html",
            question_id=facts.id,
            ticket=ticket,
            confirm=confirm,
            desk=shown_name(standing.desk_name),
        )
    if over_because(facts) is not None or facts.accepted_answer_id is not None:
        return None
    now = runtime().clock.now()
    terms = terms_of_spaces(session, [facts.space_id], now)[facts.space_id]
    reply_by = terms.reply_by(now, facts.impact)
    return _html(
        "escalation/_sidebar.html",
        question_id=facts.id,
        ticket=None,
        by_asker=by_asker,
        desk=shown_name(terms.desk_name),
        reply_by=clock_time(reply_by, now) if reply_by else None,
    )


def _html(template: str, **context: object) -> Markup:
    return Markup(render_template(template, **context))  # noqa: S704  # Jinja has escaped it


PROVIDERS: Mapping[str, Provider] = {
    HOME: home_cards,
    IMPACT_PROMISE: impact_promises,
    NAVIGATION: waiting_counts,
    QUESTION_SIDEBAR: question_sidebars,
    QUESTION_STATUS: question_statuses,
}
"""What fills which place."""

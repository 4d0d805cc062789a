"""What the audit trail needs to name what the desk has and what was agreed."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escalation.models.agreements import BusinessCalendar, Desk
from app.escalation.models.texts import ReadyText
from app.escalation.models.tickets import Ticket
from app.forum.contract import visible_titles
from app.kernel.actor import Actor


def titles_of_tickets(session: Session, actor: Actor, ids: Collection[int]) -> dict[int, str]:
    """Map tickets to the titles of their questions where the actor may read them, in two statements."""
    question_of = {row.id: row.question_id for row in session.execute(_QUESTIONS.where(Ticket.id.in_(ids)))}
    titles = visible_titles(session, actor, set(question_of.values()))
    return {key: titles[question_id] for key, question_id in question_of.items() if question_id in titles}


def names_of_desks(session: Session, ids: Collection[int]) -> dict[int, str]:
    """Map desks to their names, in one statement."""
    return {row.id: row.name for row in session.execute(select(Desk.id, Desk.name).where(Desk.id.in_(ids)))}


def names_of_calendars(session: Session, ids: Collection[int]) -> dict[int, str]:
    """Map opening hours to their names, in one statement."""
    columns = select(BusinessCalendar.id, BusinessCalendar.name)
    return {row.id: row.name for row in session.execute(columns.where(BusinessCalendar.id.in_(ids)))}


def names_of_texts(session: Session, ids: Collection[int]) -> dict[int, str]:
    """Map ready texts to their names, in one statement."""
    columns = select(ReadyText.id, ReadyText.name)
    return {row.id: row.name for row in session.execute(columns.where(ReadyText.id.in_(ids)))}


_QUESTIONS = select(Ticket.id, Ticket.question_id)

"""What somebody has not posted yet, as far as they may still read what it belongs to."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.forum.access import visible_to
from app.forum.models.answer import Answer, Comment
from app.forum.models.question import Draft, Question
from app.kernel.actor import Actor
from app.kernel.numbers import whole_number


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One draft in the list; ``kind`` is the first part of its place, ``about`` the question it belongs to."""

    place: str
    kind: str
    about: str
    title: str
    text: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class DraftPlace:
    """Where a draft belongs: the numbers are those of its place, and the question they lead to."""

    kind: str
    numbers: tuple[int, ...]
    question_id: int | None = None
    about: str = ""


def draft_fields(session: Session, actor: Actor, place: str) -> dict[str, str]:
    """Return the fields of one draft; empty when there is none, or it belongs to what the reader may not see."""
    fields = kept_text(session, actor, place)
    return fields if fields and place in draft_places(session, actor, [place]) else {}


def kept_text(session: Session, actor: Actor, place: str) -> dict[str, str]:
    """Return the fields that the actor's own draft at a place holds, for whoever knows that they may be there."""
    found = session.scalar(select(Draft.fields).where(Draft.user_id == actor.user_id, Draft.place == place))
    return {str(k): str(v) for k, v in json.loads(found or "{}").items()}


def draft_list(session: Session, actor: Actor) -> list[DraftLine]:
    """Return all drafts of somebody, newest first, in four statements at most."""
    rows = session.scalars(
        select(Draft).where(Draft.user_id == actor.user_id).order_by(Draft.saved_at.desc(), Draft.place)
    ).all()
    places = draft_places(session, actor, [draft.place for draft in rows])
    return [_line(draft, places[draft.place]) for draft in rows if draft.place in places]


def draft_places(session: Session, actor: Actor, places: Sequence[str]) -> Mapping[str, DraftPlace]:
    """Return those of the places that exist and that the actor may read."""
    read = {place: _read(place) for place in places}
    answers = _questions_of(session, Answer, {p.numbers[-1] for p in read.values() if _names_answer(p)})
    comments = _questions_of(session, Comment, {p.numbers[0] for p in read.values() if p.kind == "edit-comment"})
    of_place = {name: _question_of(place, answers, comments) for name, place in read.items()}
    titles = _titles(session, actor, {question_id for question_id in of_place.values() if question_id is not None})
    found = {}
    for name, place in read.items():
        question_id = of_place[name]
        if place.kind == "ask":
            found[name] = place
        elif question_id is not None and question_id in titles:
            found[name] = DraftPlace(place.kind, place.numbers, question_id, titles[question_id])
    return found


def _read(place: str) -> DraftPlace:
    kind, *numbers = place.split(":")
    read = tuple(number for typed in numbers if (number := whole_number(typed)) is not None)
    return DraftPlace(kind if len(read) == len(numbers) else "", read)


def _names_answer(place: DraftPlace) -> bool:
    return place.kind == "edit-answer" or (place.kind == "comment" and len(place.numbers) > 1)


def _question_of(place: DraftPlace, answers: Mapping[int, int], comments: Mapping[int, int]) -> int | None:
    """Return the question that a place leads to; None when there is no such place."""
    if not place.numbers:
        return None
    if place.kind == "edit-comment":
        return comments.get(place.numbers[0])
    if place.kind == "edit-answer":
        return answers.get(place.numbers[0])
    if _names_answer(place) and answers.get(place.numbers[1]) != place.numbers[0]:
        return None
    return place.numbers[0]


def _questions_of(session: Session, model: type[Answer | Comment], ids: set[int]) -> dict[int, int]:
    if not ids:
        return {}
    alive = select(model.id, model.question_id).where(model.id.in_(ids), model.deleted_at.is_(None))
    return {row.id: row.question_id for row in session.execute(alive)}


def _titles(session: Session, actor: Actor, ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    seen = select(Question.id, Question.title).where(Question.id.in_(ids), visible_to(actor))
    return {row.id: row.title for row in session.execute(seen)}


def _line(draft: Draft, place: DraftPlace) -> DraftLine:
    fields = json.loads(draft.fields)
    return DraftLine(
        draft.place, place.kind, place.about, fields.get("title", ""), fields.get("body", ""), draft.saved_at
    )

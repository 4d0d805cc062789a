"""What reputation puts on other domains' pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import render_template
from markupsafe import Markup
from sqlalchemy.orm import Session

from app.identity.contract import people
from app.kernel.actor import Actor
from app.reputation.badges import BY_CODE
from app.reputation.queries.badges import badges_of
from app.reputation.queries.scores import people_helped, scores


def person_scores(session: Session, _actor: Actor, user_ids: Sequence[int]) -> Mapping[int, int]:
    """Give the number beside each name, in one statement."""
    return scores(session, user_ids)


def profile_cards(session: Session, _actor: Actor, user_ids: Sequence[int]) -> Mapping[int, Markup]:
    """Give the card of a profile: people helped, score, badges; four statements for a profile's one person."""
    persons, kept = people(session, user_ids), scores(session, user_ids)
    return {user_id: _card(session, persons[user_id].handle, user_id, kept[user_id]) for user_id in persons}


def _card(session: Session, handle: str, user_id: int, score: int) -> Markup:
    html = render_template(
        "reputation/_profile.html",
        handle=handle,
        score=score,
        helped=people_helped(session, user_id),
        badges=[BY_CODE[code] for code in badges_of(session, user_id) if code in BY_CODE],
    )
    return Markup(html)  # noqa: S704  # Jinja has escaped it

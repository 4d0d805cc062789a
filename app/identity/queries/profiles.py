"""A person's page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class Profile:
    """What others see of a person; ``is_own`` when the actor looks at themselves."""

    id: int
    handle: str
    name: str
    place: str
    avatar_key: str | None
    pronouns: str
    about: str
    ask_me_about: str
    languages: tuple[str, ...]
    time_zone: str | None
    joined_at: datetime
    has_left: bool
    is_own: bool


def profile_page(session: Session, actor: Actor, handle: str) -> Profile:
    """Return a person's profile, in one statement.

    Raises:
        NotFound: when nobody has that handle.

    """
    row = session.execute(select(User).where(User.handle == handle)).scalar_one_or_none()
    if row is None:
        raise NotFound
    return _profile(row, actor)


def own_profile(session: Session, actor: Actor) -> Profile:
    """Return the actor's own profile, in one statement."""
    return _profile(session.get_one(User, actor.user_id), actor)


def _profile(person: User, actor: Actor) -> Profile:
    return Profile(
        id=person.id,
        handle=person.handle,
        name=person.name,
        place=person.place,
        avatar_key=person.avatar_key,
        pronouns=person.pronouns,
        about=person.about,
        ask_me_about=person.ask_me_about,
        languages=tuple(person.languages.split()),
        time_zone=person.time_zone,
        joined_at=person.created_at,
        has_left=person.erased_at is not None,
        is_own=person.id == actor.id,
    )

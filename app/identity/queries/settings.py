"""What a person's own settings pages show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.browsers import browser_and_system
from app.identity.models import SignIn, User
from app.identity.tokens_at_rest import hash_token
from app.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Preferences:
    """How a person wants the site to be."""

    interface_language: str | None
    time_zone: str | None
    theme: str
    shortcuts: bool
    on_leaderboard: bool


@dataclass(frozen=True, slots=True)
class OpenBrowser:
    """A browser that is signed in; ``is_this`` for the one that asks."""

    id: int
    browser: str
    system: str
    created_at: datetime
    last_seen_at: datetime
    is_this: bool


@dataclass(frozen=True, slots=True)
class Account:
    """How a person signs in, and where they are signed in now."""

    email: str | None
    is_verified: bool
    pending_email: str | None
    password_changed_at: datetime | None
    browsers: tuple[OpenBrowser, ...]


def preferences(session: Session, actor: Actor) -> Preferences:
    """Return the actor's preferences, in one statement."""
    columns = (User.interface_language, User.time_zone, User.theme, User.shortcuts, User.on_leaderboard)
    return Preferences(*session.execute(select(*columns).where(User.id == actor.user_id)).one())


def account_page(session: Session, actor: Actor, token: str | None, now: datetime) -> Account:
    """Return the actor's way in and their open sign-ins, in two statements."""
    person = session.get_one(User, actor.user_id)
    this = hash_token(token) if token else ""
    rows = session.execute(
        select(SignIn.id, SignIn.browser, SignIn.created_at, SignIn.last_seen_at, SignIn.token_hash)
        .where(SignIn.user_id == actor.user_id, SignIn.revoked_at.is_(None), SignIn.expires_at > now)
        .order_by(SignIn.last_seen_at.desc(), SignIn.id.desc())
    )
    browsers = tuple(
        OpenBrowser(row.id, *browser_and_system(row.browser), row.created_at, row.last_seen_at, row.token_hash == this)
        for row in rows
    )
    verified = person.email_verified_at is not None
    return Account(person.email, verified, person.pending_email, person.password_changed_at, browsers)

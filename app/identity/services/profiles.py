"""Change what others see of oneself, and how one sees the site."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import available_timezones

from app.identity.events import AvatarDropped, ProfileChanged
from app.identity.models import User
from app.identity.profile_rules import clean_line, clean_name, clean_text
from app.kernel.actor import Actor
from app.kernel.errors import Invalid
from app.kernel.unit_of_work import UnitOfWork

THEMES = frozenset({"", "light", "dark"})


@dataclass(frozen=True, slots=True)
class EditProfile:
    """Everything on the profile but the picture. ``languages`` are BCP 47 tags."""

    name: str
    pronouns: str = ""
    place: str = ""
    ask_me_about: str = ""
    about: str = ""
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChooseFormats:
    """``language`` is one that the interface speaks; None stands for what the browser, or the site, prefers."""

    language: str | None
    time_zone: str | None


def edit_profile(uow: UnitOfWork, actor: Actor, command: EditProfile) -> None:
    """Change the actor's own profile.

    Raises:
        Invalid: when a text is missing or too long.

    """
    person = _own(uow, actor)
    person.name = clean_name(command.name)
    person.pronouns = clean_line("pronouns", command.pronouns)
    person.place = clean_line("place", command.place)
    person.ask_me_about = clean_line("ask_me_about", command.ask_me_about)
    person.about = clean_text("about", command.about)
    person.languages = " ".join(dict.fromkeys(command.languages))
    uow.record(ProfileChanged(occurred_at=uow.now, user_id=person.id))


def set_avatar(uow: UnitOfWork, actor: Actor, key: str | None) -> None:
    """Show the picture that was stored under a key, or none; the one before is forgotten."""
    person = _own(uow, actor)
    if person.avatar_key == key:
        return
    if person.avatar_key is not None:
        uow.record(AvatarDropped(occurred_at=uow.now, key=person.avatar_key))
    person.avatar_key = key
    uow.record(ProfileChanged(occurred_at=uow.now, user_id=person.id))


def choose_formats(uow: UnitOfWork, actor: Actor, command: ChooseFormats) -> None:
    """Choose the interface language and the time zone.

    Raises:
        Invalid: when the zone is not one of the IANA database.

    """
    if command.time_zone is not None and command.time_zone not in available_timezones():
        raise Invalid("time_zone", "identity.time_zone_unknown")
    person = _own(uow, actor)
    person.interface_language, person.time_zone = command.language, command.time_zone


def choose_language(uow: UnitOfWork, actor: Actor, language: str | None) -> None:
    """Choose the interface language alone."""
    _own(uow, actor).interface_language = language


def choose_theme(uow: UnitOfWork, actor: Actor, theme: str) -> None:
    """Choose light or dark; empty follows the device."""
    _own(uow, actor).theme = theme if theme in THEMES else ""


def set_shortcuts(uow: UnitOfWork, actor: Actor, on: bool) -> None:
    """Switch single-key shortcuts on or off."""
    _own(uow, actor).shortcuts = on


def set_on_leaderboard(uow: UnitOfWork, actor: Actor, on: bool) -> None:
    """Appear on the leaderboard, or not."""
    _own(uow, actor).on_leaderboard = on


def _own(uow: UnitOfWork, actor: Actor) -> User:
    return uow.session.get_one(User, actor.user_id, with_for_update=True)

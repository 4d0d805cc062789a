"""What happened to people and their accounts. No token, address or name travels in a fact: reactions read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from app.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRegistered(Event):
    """Somebody made an account; the address is not verified yet."""

    kind: ClassVar[str] = "identity.person_registered.1"
    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonInvited(Event):
    """An administrator made an account for somebody, who has no password yet."""

    kind: ClassVar[str] = "identity.person_invited.1"
    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAddressRegistered(Event):
    """Somebody tried to register with an address that already has an account."""

    kind: ClassVar[str] = "identity.known_address_registered.1"
    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailVerificationAsked(Event):
    """A person wants the link that verifies their address once more."""

    kind: ClassVar[str] = "identity.email_verification_asked.1"
    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordResetAsked(Event):
    """Somebody says that they forgot the password of this account."""

    kind: ClassVar[str] = "identity.password_reset_asked.1"
    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(Event):
    """The password is another one now."""

    kind: ClassVar[str] = "identity.password_changed.1"
    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailChangeAsked(Event):
    """A person wants to be written to at another address."""

    kind: ClassVar[str] = "identity.email_change_asked.1"
    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChanged(Event):
    """What others see of a person, name included, is different now."""

    kind: ClassVar[str] = "identity.profile_changed.1"
    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AvatarDropped(Event):
    """No account shows this picture any more; the file can go."""

    kind: ClassVar[str] = "identity.avatar_dropped.1"
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessChanged(Event):
    """A person's roles or groups are different now, and with them what they may see and do."""

    kind: ClassVar[str] = "identity.access_changed.1"
    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInsClosed(Event):
    """One or more browsers of a person were signed out."""

    kind: ClassVar[str] = "identity.sign_ins_closed.1"
    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLeft(Event):
    """An account was deleted; what the person wrote stays, without their name."""

    kind: ClassVar[str] = "identity.person_left.1"
    user_id: int

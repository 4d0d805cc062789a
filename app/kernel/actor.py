"""Who is acting, with everything a permission needs to decide without a query."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from app.kernel.errors import Denied


class Role(StrEnum):
    """What somebody is trusted with beyond being a member."""

    MODERATOR = "moderator"
    AGENT = "agent"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, or the system itself, for one request or one unit of work.

    ``space_ids`` are all spaces whose content this actor may read, public ones included, so that one ``IN`` decides
    visibility everywhere. ``privileges`` are the codes earned by reputation; forum never learns that points exist.
    """

    id: int | None = None
    name: str = ""
    roles: frozenset[Role] = frozenset()
    group_ids: frozenset[int] = frozenset()
    space_ids: frozenset[int] = frozenset()
    privileges: frozenset[str] = field(default_factory=frozenset)
    is_system: bool = False

    @property
    def is_anonymous(self) -> bool:
        """Tell whether nobody has signed in."""
        return self.id is None

    @property
    def user_id(self) -> int:
        """Return the signed-in person's id.

        Raises:
            Denied: when nobody is signed in.

        """
        if self.id is None:
            raise Denied("identity.sign_in_required")
        return self.id

    @property
    def is_moderator(self) -> bool:
        """Tell whether the actor keeps the place tidy; administrators may do what moderators may."""
        return self.is_system or Role.MODERATOR in self.roles or Role.ADMINISTRATOR in self.roles

    @property
    def is_agent(self) -> bool:
        """Tell whether the actor works at a service desk."""
        return self.is_system or Role.AGENT in self.roles

    @property
    def is_administrator(self) -> bool:
        """Tell whether the actor runs the site."""
        return self.is_system or Role.ADMINISTRATOR in self.roles

    @property
    def is_staff(self) -> bool:
        """Tell whether the actor has any role beyond member."""
        return self.is_system or bool(self.roles)

    def has(self, privilege: str) -> bool:
        """Tell whether reputation, or a role that includes it, entitles the actor to ``privilege``."""
        return self.is_moderator or privilege in self.privileges


ANONYMOUS = Actor()

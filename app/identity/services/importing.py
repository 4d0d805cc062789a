"""Take over the people of another community. None of them can sign in until they claim their account."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from app.identity.models import User
from app.identity.profile_rules import LONGEST_LINE, LONGEST_NAME, LONGEST_TEXT
from app.kernel.unit_of_work import UnitOfWork

LONGEST_STEM = 24
_OUTSIDE = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class ImportedPerson:
    """Somebody of another community.

    ``key`` makes the handle unique: the community's own id of the person. ``hidden`` stands for somebody who is no
    person to meet: a voter whose name the source does not tell, or its moderators as a whole.
    """

    name: str
    key: str
    created_at: datetime
    place: str = ""
    about: str = ""
    hidden: bool = False


def import_people(uow: UnitOfWork, people: Sequence[ImportedPerson]) -> list[int]:
    """Store people who cannot sign in; return their ids in the given order."""
    if not people:
        return []
    handles = _free_handles(uow, people)
    rows = [
        {
            "handle": handle, "name": _one_line(p.name)[:LONGEST_NAME] or handle, "created_at": p.created_at,
            "place": _one_line(p.place)[:LONGEST_LINE], "about": p.about.strip()[:LONGEST_TEXT],
            "deactivated_at": p.created_at if p.hidden else None, "on_leaderboard": not p.hidden,
        }
        for p, handle in zip(people, handles, strict=True)
    ]  # fmt: skip
    return list(uow.session.scalars(insert(User).returning(User.id, sort_by_parameter_order=True), rows))


def _free_handles(uow: UnitOfWork, people: Sequence[ImportedPerson]) -> list[str]:
    """Give each person a handle nobody has: name and key, with a number when that is taken."""
    wanted = [_handle(p) for p in people]
    taken = set(uow.session.scalars(select(User.handle).where(User.handle.in_(wanted))))
    handles = []
    for handle in wanted:
        free, number = handle, 2
        while free in taken:
            free, number = f"{handle}-{number}", number + 1
            if free not in taken and uow.session.scalar(select(User.id).where(User.handle == free)) is not None:
                taken.add(free)
        taken.add(free)
        handles.append(free)
    return handles


def _handle(person: ImportedPerson) -> str:
    """Make ``jose-14`` of José, number 14; a name without Latin letters gives ``member-14``."""
    plain = unicodedata.normalize("NFKD", person.name).encode("ascii", "ignore").decode().lower()
    stem = _OUTSIDE.sub("-", plain).strip("-")[:LONGEST_STEM].strip("-") or "member"
    key = _OUTSIDE.sub("-", person.key.lower()).strip("-")
    return stem if stem.endswith(key) else f"{stem}-{key}"


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())

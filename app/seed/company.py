"""Make the people, groups and spaces of the demo company."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from app.forum.models.space import Visibility
from app.forum.services.spaces import CreateSpace, create_space
from app.identity.models import Group, GroupMember, RoleGrant, User
from app.identity.passwords import hash_password
from app.kernel.actor import Actor, Role
from app.kernel.unit_of_work import UnitOfWork
from app.seed.content import Content

DEMO_PASSWORD = "try the north light"  # noqa: S105  # printed at every start; the seed refuses a site with people
DOMAIN = "nordlicht.example"
FOUNDED = timedelta(days=90)
"""How long before now the company began to use the site."""


def hire(uow: UnitOfWork, content: Content) -> dict[str, int]:
    """Make everybody's account; return ids by the person's key."""
    password_hash = hash_password(DEMO_PASSWORD)
    people = {
        str(person["key"]): User(
            handle=person["key"],
            name=person["name"],
            email=email_of(person["key"]),
            email_verified_at=uow.now,
            password_hash=password_hash,
            password_changed_at=uow.now,
            created_at=uow.now,
            place=person["place"],
            about=person["about"],
            ask_me_about=person["ask_me_about"],
            languages=person["languages"],
            time_zone=person["zone"],
        )
        for person in content.people
    }
    uow.session.add_all(people.values())
    uow.session.flush()
    ids = {key: user.id for key, user in people.items()}
    for person in content.people:
        for role in person.get("roles", ()):
            uow.session.add(RoleGrant(user_id=ids[person["key"]], role=Role(role), granted_at=uow.now))
    return ids


def gather(uow: UnitOfWork, content: Content, people: Mapping[str, int]) -> dict[str, int]:
    """Make the groups with their members; return ids by slug."""
    groups = {str(g["slug"]): Group(slug=g["slug"], name=g["name"]) for g in content.groups}
    uow.session.add_all(groups.values())
    uow.session.flush()
    ids = {slug: group.id for slug, group in groups.items()}
    for person in content.people:
        for slug in person.get("groups", ()):
            uow.session.add(GroupMember(group_id=ids[slug], user_id=people[person["key"]]))
    return ids


def open_spaces(uow: UnitOfWork, actor: Actor, content: Content, groups: Mapping[str, int]) -> dict[str, int]:
    """Make the spaces; return ids by slug."""
    return {
        str(space["slug"]): create_space(
            uow,
            actor,
            CreateSpace(
                slug=space["slug"],
                name=space["name"],
                purpose=space["purpose"],
                rules=space.get("rules", ""),
                visibility=Visibility(space["visibility"]),
                group_ids=tuple(groups[slug] for slug in space.get("groups", ())),
                tags=tuple(space["tags"]),
                position=position,
            ),
        ).id
        for position, space in enumerate(content.spaces)
    }


def email_of(key: str) -> str:
    """Return the address that a demo person signs in with."""
    return f"{key}@{DOMAIN}"

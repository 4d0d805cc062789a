"""What the audit trail says of accounts, roles, groups and deliveries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from app.identity.queries.administration import names_of_groups, names_of_people
from app.kernel.actor import Actor
from app.kernel.words import N_
from app.web.deeds import PERSON, Deed, Details, Named, Subject

GIVEN = {
    "moderator": N_("%(who)s made %(what)s a moderator."),
    "agent": N_("%(who)s made %(what)s an agent."),
    "administrator": N_("%(who)s made %(what)s an administrator."),
}
TAKEN = {
    "moderator": N_("%(what)s is no moderator any more: %(who)s decided it."),
    "agent": N_("%(what)s is no agent any more: %(who)s decided it."),
    "administrator": N_("%(what)s is no administrator any more: %(who)s decided it."),
}


def _given(details: Details) -> str:
    return GIVEN[str(details["role"])]


def _taken(details: Details) -> str:
    return TAKEN[str(details["role"])]


def _deliveries(details: Details) -> Mapping[str, object]:
    return {"receiver": str(details["reaction"]), "number": int(details["count"])}


def _people(session: Session, actor: Actor, ids: Sequence[int]) -> Mapping[int, Named]:
    return {
        key: Named(name, url_for("identity.admin_people_show", user_id=key))
        for key, name in names_of_people(session, actor, ids).items()
    }


def _groups(session: Session, actor: Actor, ids: Sequence[int]) -> Mapping[int, Named]:
    return {
        key: Named(name, url_for("identity.admin_groups_show", group_id=key))
        for key, name in names_of_groups(session, actor, ids).items()
    }


MEMBER = {"member": (PERSON, "person_id")}
DEEDS: Mapping[str, Deed] = {
    "identity.person_invited": Deed(N_("%(who)s made an account for %(what)s.")),
    "identity.person_switched_off": Deed(N_("%(who)s keeps %(what)s out.")),
    "identity.person_switched_on": Deed(N_("%(who)s let %(what)s in again.")),
    "identity.role_granted": Deed(_given),
    "identity.role_withdrawn": Deed(_taken),
    "identity.left": Deed(N_("%(who)s deleted their account.")),
    "identity.group_made": Deed(N_("%(who)s made the group %(what)s.")),
    "identity.group_renamed": Deed(N_("%(who)s gave a group another name; it is called %(what)s now.")),
    "identity.group_joined": Deed(N_("%(who)s put %(member)s into the group %(what)s."), MEMBER),
    "identity.group_left": Deed(N_("%(who)s took %(member)s out of the group %(what)s."), MEMBER),
    "kernel.delivery_retried": Deed(N_("%(who)s had a delivery that was given up tried again.")),
    "kernel.deliveries_retried": Deed(
        N_("%(who)s had everything tried again that was given up for %(receiver)s (%(number)s)."), facts=_deliveries
    ),
}
SUBJECTS: Mapping[str, Subject] = {
    PERSON: Subject(N_("People"), N_("somebody who has left"), _people),
    "group": Subject(N_("Groups"), N_("a group that is gone"), _groups),
    "delivery": Subject(N_("Deliveries"), N_("a delivery")),
}


def kind_choices(subjects: Mapping[str, Subject]) -> list[tuple[str, str]]:
    """Return the kinds of things that the audit trail can be narrowed to, in the reader's order."""
    return sorted(((kind, gettext(subject.label)) for kind, subject in subjects.items()), key=lambda c: c[1].casefold())

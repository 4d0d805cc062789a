"""Who is asking: identity, forum and reputation read together, in one statement for each request."""

from __future__ import annotations

from collections.abc import Callable

from flask import g
from sqlalchemy.orm import Session

from app.forum.contract import readable_space_ids, spaces_of_member
from app.identity.contract import SEEN_EVERY, SignedIn, ids_in, people, roles_and_groups, sign_in_reader
from app.kernel.actor import Actor, Role
from app.kernel.clock import Clock
from app.reputation.contract import Table, privileges_at, privileges_of, score_of, shown_score
from app.web.login import signed_in_facts
from app.web.runtime import read_session

_read_sign_in = sign_in_reader(spaces_of_member, score_of)


def sign_in_of(clock: Clock) -> Callable[[str], SignedIn | None]:
    """Return what finds the person behind a browser's token."""
    return lambda token: _read_sign_in(read_session(), token, clock.now())


def actor_loader(clock: Clock, table: Table) -> Callable[[Session], Actor]:
    """Return what makes the actor of a request, of what was read about the person who is signed in."""

    def load(read: Session) -> Actor:
        who: SignedIn | None = signed_in_facts()
        if who is None:
            return Actor(space_ids=readable_space_ids(read, signed_in=False, group_ids=(), everything=False))
        g.time_zone, g.theme, g.shortcuts = who.time_zone, who.theme, who.shortcuts
        if who.last_seen_at <= clock.now() - SEEN_EVERY:
            g.seen_sign_in = who.sign_in_id
        joined, score = who.beside
        spaces = _all_spaces(read) if Role.ADMINISTRATOR in who.roles else ids_in(joined)
        privileges = privileges_at(shown_score(score or 0), table)
        return Actor(who.user_id, who.name, who.roles, who.group_ids, spaces, privileges)

    return load


def actor_of(read: Session, user_id: int, *, table: Table = "small") -> Actor:
    """Return everything permissions need to know about a person."""
    roles, groups = roles_and_groups(read, user_id)
    everything = Role.ADMINISTRATOR in roles
    spaces = readable_space_ids(read, signed_in=True, group_ids=groups, everything=everything)
    name = people(read, [user_id])[user_id].name
    return Actor(user_id, name, roles, groups, spaces, privileges_of(read, user_id, table))


def _all_spaces(read: Session) -> frozenset[int]:
    return readable_space_ids(read, signed_in=True, group_ids=(), everything=True)

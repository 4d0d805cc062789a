"""The actor of a request is read in one statement, and is the same that everything else makes of a person."""

from __future__ import annotations

import pytest

from app.actors import actor_of
from app.forum.models.space import Visibility
from app.kernel.actor import Role
from app.reputation.models import Score
from app.web.runtime import current_actor


@pytest.mark.parametrize("score", [None, 0, 499])
@pytest.mark.parametrize("groups", [0, 1, 3])
@pytest.mark.parametrize("roles", [(), (Role.MODERATOR,), (Role.AGENT, Role.MODERATOR), (Role.ADMINISTRATOR,)])
def test_a_request_and_a_job_see_the_same_person(client, make, session, roles, groups, score):
    person = make.user(roles=roles)
    make.space(visibility=Visibility.PRIVATE, groups=(make.group(make.user()),))
    mine = [make.space(visibility=Visibility.PRIVATE, groups=(make.group(person),)) for _ in range(groups)]
    if score is not None:
        make.save(Score(user_id=person.id, score_sum=score))
    make.sign_in(client, person)
    with client:
        client.get("/find")
        asking = current_actor()
    assert asking == actor_of(session, person.id)
    assert (asking.roles, len(asking.group_ids)) == (frozenset(roles), groups)
    assert {space.id for space in mine} <= asking.space_ids


def test_who_is_asking_is_one_statement(client, make, count_statements):
    make.sign_in(client, make.user())
    client.get("/tags/no-such-tag")
    with count_statements() as seen:
        client.get("/tags/no-such-tag")
    assert len([s for s in seen if "sign_ins" in s or "FROM spaces" in s or "reputation_scores" in s]) == 1

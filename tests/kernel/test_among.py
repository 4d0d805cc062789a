from __future__ import annotations

from collections.abc import Iterable

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.identity.models import User
from app.kernel.among import among
from app.kernel.database import fetch
from tests.support.factories import Make

CHOSEN = select(User.id).where(among(User.id, "ids")).order_by(User.id)
OTHERS = select(User.id).where(~among(User.id, "ids"), User.id > 0).order_by(User.id)


def test_those_of_a_list_are_found_however_long_it_is(make: Make, session: Session) -> None:
    ids = [make.user().id for _ in range(5)]
    lists: list[Iterable[int]] = [[], ids[:1], ids[1:3] * 2, set(ids), (*ids, -1, 2**40), frozenset(ids[3:])]

    for _ in range(3):
        for chosen in lists:
            wanted = sorted(set(chosen) & set(ids))
            assert fetch(session, CHOSEN, {"ids": chosen}).scalars().all() == wanted
            assert fetch(session, OTHERS, {"ids": chosen}).scalars().all() == sorted(set(ids) - set(wanted))


def test_a_list_is_looked_up_by_the_index(make: Make, session: Session) -> None:
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("a small table has no use for an index there")
    make.user()
    written = CHOSEN.compile(session.get_bind())

    plan = [row.detail for row in session.execute(text(f"EXPLAIN QUERY PLAN {written}".replace("?", "'[1, 2]'")))]

    assert any(line.startswith("SEARCH users USING INTEGER PRIMARY KEY") for line in plan), plan

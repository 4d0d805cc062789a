from __future__ import annotations

from sqlalchemy import literal, select, union_all

from app.kernel.joined import joined
from app.kernel.unit_of_work import UnitOfWorkFactory


def test_a_groups_values_are_one_text_and_no_value_is_none(unit_of_work: UnitOfWorkFactory) -> None:
    pairs = [("a", 1), ("b", 1), ("c", 2)]
    rows = union_all(
        *(select(literal(name).label("name"), literal(size).label("size")) for name, size in pairs)
    ).subquery()
    names = select(joined(rows.c.name))

    with unit_of_work() as uow:
        both = uow.session.scalar(names.where(rows.c.size == 1))
        none = uow.session.scalar(names.where(rows.c.size == 3))

    assert sorted((both or "").split(",")) == ["a", "b"]
    assert none is None

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    bindparam,
    create_engine,
    event,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError, InvalidRequestError, OperationalError, StatementError
from sqlalchemy.orm import Session

from app.kernel.database import UtcDateTime, fetch
from app.kernel.models import Submission
from app.kernel.prepared import _forms_of, _Prepared, run
from app.kernel.unit_of_work import UnitOfWorkFactory
from app.web.database import WRITER, db

KETTLES = Table(
    "kettles", MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", Text, unique=True),
    Column("cups", Integer, default=2),
    Column("litres", Numeric(4, 2)),
    Column("bought_on", Date),
    Column("boiled_at", UtcDateTime),
    Column("parts", JSON),
    Column("electric", Boolean),
)  # fmt: skip
BLUE: dict[str, Any] = {
    "id": 1, "name": "blue", "cups": 4, "litres": Decimal("1.75"), "bought_on": date(2026, 3, 1),
    "boiled_at": datetime(2026, 11, 22, 9, 30, 0, 5, tzinfo=UTC), "parts": {"lid": ["é", 1]}, "electric": True,
}  # fmt: skip
EMPTY = {**dict.fromkeys(BLUE), "id": 2, "name": "none"}


@pytest.fixture
def connection(app: Flask) -> Iterator[Connection]:
    """Give a writing connection with a table of its own, gone at the end."""
    with app.app_context():
        engine = db.engines[WRITER]
    with engine.connect() as connection, connection.begin() as transaction:
        KETTLES.create(connection)
        connection.execute(insert(KETTLES), [BLUE, EMPTY])
        yield connection
        transaction.rollback()


def is_prepared(connection: Connection, statement: Any) -> bool:
    return any(isinstance(form, _Prepared) for form in _forms_of(connection.dialect, statement).values())


def test_every_kind_of_value_comes_back_as_sqlalchemy_gives_it(connection: Connection) -> None:
    statement = select(KETTLES, func.count().over()).where(KETTLES.c.boiled_at.is_(None) == bindparam("cold"))

    for cold in (False, True):
        usual = connection.execute(statement, {"cold": cold}).all()
        answers = [run(connection, statement, {"cold": cold}).all() for _ in range(3)]
        assert answers == [usual, usual, usual]
        assert [type(v) for v in answers[-1][0]] == [type(v) for v in usual[0]]

    assert is_prepared(connection, statement)
    assert run(connection, statement, {"cold": False}).one().parts == BLUE["parts"]


def test_every_kind_of_value_is_written_as_sqlalchemy_writes_it(connection: Connection) -> None:
    write = insert(KETTLES).returning(KETTLES.c.id, KETTLES.c.boiled_at)

    for number in (3, 4, 5):
        row = {**BLUE, "id": number, "name": f"blue {number}"}
        assert run(connection, write, row).one() == (number, BLUE["boiled_at"])

    assert is_prepared(connection, write)
    written = connection.execute(select(KETTLES).where(KETTLES.c.id == 5)).mappings().one()
    assert dict(written) == {**BLUE, "id": 5, "name": "blue 5"}


def test_the_same_columns_twice_keep_their_places(connection: Connection) -> None:
    other = KETTLES.alias()
    statement = select(KETTLES.c.name, KETTLES.c.name, other.c.name, (other.c.cups + 1).label("more")).join(
        other, other.c.id == KETTLES.c.id
    )
    usual = connection.execute(statement).all()

    rows = [run(connection, statement).all() for _ in range(3)][-1]

    assert rows == usual
    assert rows[0].more == 5


def test_what_is_fixed_in_a_statement_stays_and_what_is_named_changes(connection: Connection) -> None:
    rename = (
        update(KETTLES)
        .where(KETTLES.c.id == bindparam("kettle"))
        .values(name=bindparam("new"), cups=KETTLES.c.cups + 3, litres=None)
    )
    for name in ("green", "red", "white"):
        run(connection, rename, {"kettle": 1, "new": name})

    assert is_prepared(connection, rename)
    seen = select(KETTLES.c.name, KETTLES.c.cups, KETTLES.c.litres).where(KETTLES.c.id == 1)
    assert connection.execute(seen).one() == ("white", 13, None)


def test_many_rows_go_at_once_and_one_row_in_a_list_is_one_row(connection: Connection) -> None:
    pour = update(KETTLES).where(KETTLES.c.id == bindparam("kettle")).values(cups=bindparam("left"))
    for turn in range(1, 4):
        run(connection, pour, [{"kettle": 1, "left": turn}, {"kettle": 2, "left": -turn}])
        run(connection, pour, [{"kettle": 2, "left": 10 * turn}])

    assert is_prepared(connection, pour)
    assert connection.scalars(select(KETTLES.c.cups).order_by(KETTLES.c.id)).all() == [3, 30]


def test_what_must_be_written_out_anew_goes_the_usual_way(connection: Connection) -> None:
    named = select(KETTLES.c.id).where(KETTLES.c.name.in_(bindparam("names", expanding=True)))
    with_defaults = insert(KETTLES)
    several = insert(KETTLES).returning(KETTLES.c.id)

    for number in range(10, 40, 10):
        assert run(connection, named, {"names": ["blue"] * number}).scalars().all() == [1]
        run(connection, with_defaults, {"id": number, "name": f"{number}"})
        rows = [{"id": number + i, "name": f"{number + i}"} for i in (1, 2)]
        assert sorted(run(connection, several, rows).scalars()) == [number + 1, number + 2]

    assert not any(is_prepared(connection, statement) for statement in (named, with_defaults, several))
    assert connection.scalar(select(KETTLES.c.cups).where(KETTLES.c.id == 30)) == 2


def test_a_broken_rule_is_named_as_ever_and_the_statement_works_again(connection: Connection) -> None:
    write = insert(KETTLES)
    for number in (3, 4, 5):
        run(connection, write, {**BLUE, "id": number, "name": f"blue {number}"})

    with pytest.raises(IntegrityError) as told, connection.begin_nested():
        run(connection, write, {**BLUE, "id": 6})
    assert told.value.orig is not None

    run(connection, write, {**BLUE, "id": 6, "name": "blue 6"})
    assert connection.scalar(select(func.count()).select_from(KETTLES)) == 6


def test_a_forgotten_value_is_an_error(connection: Connection) -> None:
    statement = select(KETTLES.c.id).where(KETTLES.c.name == bindparam("name"), KETTLES.c.cups > bindparam("cups"))
    for _ in range(3):
        run(connection, statement, {"name": "blue", "cups": 1})

    for _ in range(3):
        with pytest.raises((KeyError, StatementError)):
            run(connection, statement, {"name": "blue"})


def test_a_reader_still_refuses_to_write(app: Flask) -> None:
    with app.app_context():
        engine = db.engine
    change = update(Table("leases", MetaData(), Column("owner", Text))).values(owner=bindparam("by"))
    for _ in range(3):
        with pytest.raises(DBAPIError), engine.connect() as reader:
            run(reader, change, {"by": "nobody"})


def test_a_lost_connection_is_named_and_replaced(app: Flask) -> None:
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "sqlite":
        pytest.skip("a file has no connection to lose")
    mine, end = select(func.pg_backend_pid()), select(func.pg_terminate_backend(bindparam("server")))
    with engine.connect() as other, engine.connect() as lost:
        for _ in range(3):
            server = run(lost, mine).scalar_one()
        run(other, end, {"server": server})
        with pytest.raises(OperationalError):
            run(lost, mine)
        assert lost.invalidated
    with engine.connect() as fresh:
        assert run(fresh, mine).scalar_one() != server


def test_whoever_listens_hears_every_statement(app: Flask, connection: Connection) -> None:
    statement, heard = select(KETTLES.c.id), list[str]()

    def listen(_c: Any, _cursor: Any, sql: str, *_rest: Any) -> None:
        heard.append(sql)

    for _ in range(3):
        run(connection, statement)
    event.listen(connection.engine, "before_cursor_execute", listen)
    try:
        assert sorted(run(connection, statement).scalars()) == [1, 2]
    finally:
        event.remove(connection.engine, "before_cursor_execute", listen)
    assert len(heard) == 1


@pytest.mark.parametrize("wrong", [{"boiled_at": datetime(2026, 1, 1)}, {"name": "\ud800"}, {"cups": 2**80}])  # noqa: DTZ001  # naive is wrong
def test_a_value_that_cannot_be_sent_is_named_as_ever(connection: Connection, wrong: dict[str, Any]) -> None:
    write = insert(KETTLES)
    for number in (3, 4):
        run(connection, write, {**BLUE, "id": number, "name": f"blue {number}"})
    assert is_prepared(connection, write)
    row = {**BLUE, "id": 6, "name": "blue 6", **wrong}

    with pytest.raises(Exception) as usual, connection.begin_nested():  # noqa: PT011  # its kind is what is compared
        connection.execute(write, row)
    with pytest.raises(usual.type) as told, connection.begin_nested():
        run(connection, write, row)

    assert told.type is usual.type


def test_what_runs_before_a_transaction_begins_one(app: Flask) -> None:
    with app.app_context():
        engine = db.engines[WRITER]
    write = insert(Submission)
    for token in "abcd":
        with engine.connect() as connection:
            run(connection, write, submission(token))  # and nobody commits
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(Submission)) == 0


@pytest.mark.parametrize("inside", [False, True], ids=["transaction", "savepoint"])
def test_nothing_is_written_after_a_change_was_refused(
    unit_of_work: UnitOfWorkFactory, session: Session, inside: bool
) -> None:
    write = insert(Submission)
    for token in "abc":
        with unit_of_work() as uow:
            fetch(uow.session, write, submission(token))

    with unit_of_work() as uow:
        fetch(uow.session, select(Submission.token)).all()
        with uow.session.begin_nested() if inside else nullcontext():
            uow.session.add(Submission(**submission("a")))
            with pytest.raises(IntegrityError):
                uow.session.flush()
            with pytest.raises(InvalidRequestError):
                fetch(uow.session, write, submission("d"))

    assert sorted(session.scalars(select(Submission.token))) == ["a", "b", "c"]


def test_an_engine_that_nobody_has_any_more_leaves_nothing_behind() -> None:
    statement, left = select(bindparam("at", type_=UtcDateTime).label("at")), list[Any]()
    for _ in range(3):
        engine = create_engine("sqlite://")
        left.append(weakref.ref(engine.dialect))
        with engine.connect() as connection, connection.begin():
            for _ in range(3):
                assert run(connection, statement, {"at": BLUE["boiled_at"]}).scalar_one() == BLUE["boiled_at"]
            assert is_prepared(connection, statement)
        engine.dispose()
        del engine, connection
    gc.collect()
    assert [dialect() for dialect in left] == [None, None, None]


def submission(token: str) -> dict[str, Any]:
    return {"token": token, "made_at": BLUE["boiled_at"], "mark": "", "location": None}

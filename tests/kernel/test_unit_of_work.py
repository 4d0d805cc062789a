from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, select, text, update
from sqlalchemy.orm import Session

from app.identity.models import Group
from app.kernel.database import prepare_engine
from app.kernel.errors import Busy
from app.kernel.unit_of_work import UnitOfWorkFactory
from tests.support.clock import FixedClock
from tests.support.factories import Make, read


def test_a_failed_action_leaves_nothing_behind(unit_of_work: UnitOfWorkFactory, session: Session) -> None:
    with pytest.raises(RuntimeError, match="on the way"), unit_of_work() as uow:
        uow.session.add(Group(slug="a", name="A"))
        uow.session.flush()
        raise RuntimeError("on the way")

    assert session.scalars(select(Group)).all() == []


def test_of_two_writers_who_wait_for_each_other_one_is_told_to_try_again(
    unit_of_work: UnitOfWorkFactory, session: Session
) -> None:
    with unit_of_work() as uow:
        uow.session.add_all([Group(slug="a", name="A"), Group(slug="b", name="B")])
    met, problems = threading.Barrier(2), list[BaseException]()

    def write(name: str, *slugs: str) -> None:
        try:
            with unit_of_work() as uow:
                for slug in slugs:
                    uow.session.execute(update(Group).where(Group.slug == slug).values(name=name))
                    with suppress(threading.BrokenBarrierError):  # on SQLite the second writer has not begun
                        met.wait(timeout=0.3)
        except BaseException as problem:  # noqa: BLE001  # a thread's failure must reach the test
            problems.append(problem)

    writers = [threading.Thread(target=write, args=args) for args in (("first", "a", "b"), ("second", "b", "a"))]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    one_at_a_time = session.get_bind().dialect.name == "sqlite"
    assert [type(problem) for problem in problems] == ([] if one_at_a_time else [Busy])
    first, second = session.scalars(select(Group.name).order_by(Group.slug))
    assert first == second in {"first", "second"}


def test_units_of_work_that_belong_together_become_public_together(
    unit_of_work: UnitOfWorkFactory, clock: FixedClock, session: Session
) -> None:
    with unit_of_work.all_or_none(clock) as units:
        with units() as uow:
            uow.session.add(Group(slug="a", name="A"))
        with suppress(RuntimeError), units() as uow:
            uow.session.add(Group(slug="b", name="B"))
            raise RuntimeError("this one alone is undone")
        assert session.scalars(select(Group)).all() == []
        session.rollback()

    assert session.scalars(select(Group.slug)).all() == ["a"]


def test_of_units_of_work_that_belong_together_none_stays_when_one_fails(
    unit_of_work: UnitOfWorkFactory, clock: FixedClock, session: Session
) -> None:
    with pytest.raises(RuntimeError, match="later"), unit_of_work.all_or_none(clock) as units:
        with units() as uow:
            uow.session.add(Group(slug="a", name="A"))
        raise RuntimeError("later")

    assert session.scalars(select(Group)).all() == []


def test_concurrent_read_modify_write_loses_no_update(app: Flask, make: Make, unit_of_work: UnitOfWorkFactory) -> None:
    group = make.group(name="0")

    def add_fifty() -> None:
        for _ in range(50):
            with unit_of_work() as uow:
                row = uow.session.get_one(Group, group.id, with_for_update=True)
                row.name = str(int(row.name) + 1)

    threads = [threading.Thread(target=add_fifty) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with read(app) as fresh:
        assert fresh.get_one(Group, group.id).name == "200"


def test_a_read_session_refuses_to_write(make: Make, session: Session) -> None:
    group = make.group()
    session.get_one(Group, group.id).name = "changed"

    with pytest.raises(RuntimeError, match="outside a unit of work"):
        session.flush()


def test_the_database_itself_refuses_writes_of_readers(session: Session) -> None:
    with pytest.raises(Exception, match=r"readonly|read-only"):
        session.execute(text("DELETE FROM users"))


def test_a_database_that_another_process_keeps_for_itself_is_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.kernel.database.CONNECTION_PRAGMAS", ("PRAGMA busy_timeout=20",))
    address = f"sqlite:///{tmp_path / 'kept.sqlite3'}"
    ours, theirs = create_engine(address), create_engine(address)
    prepare_engine(ours, writes=True)
    prepare_engine(theirs, writes=True)

    with theirs.begin() as kept, pytest.raises(Busy), ours.begin():
        kept.execute(text("select 1"))

    with ours.begin() as connection:
        assert connection.scalar(text("select 1")) == 1
    ours.dispose()
    theirs.dispose()

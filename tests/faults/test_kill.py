"""A process that is killed in the middle of writing loses nothing it acknowledged, and repeating doubles nothing."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.config import Settings
from app.forum.models.answer import Answer
from app.forum.models.question import Question
from app.kernel.actor import Actor
from app.kernel.models import Delivery
from app.web.runtime import Runtime
from tests.faults.writer import write_until_killed
from tests.support.databases import dispose
from tests.support.factories import Make

KILLS = {"sqlite": 50, "postgresql": 10}
LONGEST_LIFE_SECONDS = 0.25
FORK = multiprocessing.get_context("fork")


@dataclass
class Ledger:
    """What the killed processes said, kept outside the product."""

    answered: dict[str, str] = field(default_factory=dict)
    unsure: list[str] = field(default_factory=list)

    def read(self, lines: list[str]) -> None:
        sent = [line.split()[1] for line in lines if line.startswith("sending ") and line.count(" ") == 1]
        for line in lines:
            match line.split():
                case ["answered", token, location]:
                    self.answered[token] = location
        self.unsure = [token for token in dict.fromkeys([*self.unsure, *sent]) if token not in self.answered]


def live_briefly(settings: Settings, asker: Actor, peer: Actor, space_id: int, ledger: Ledger, life: float) -> None:
    """Let one writer live for a moment after its first answer, then kill it."""
    ours, theirs = os.pipe()
    writer = FORK.Process(target=write_until_killed, args=(settings, asker, peer, space_id, ledger.unsure, theirs))
    writer.start()
    os.close(theirs)
    with os.fdopen(ours, errors="replace") as pipe:
        heard = [pipe.readline()]
        while heard[-1] and not heard[-1].startswith("answered"):
            heard.append(pipe.readline())
        assert heard[-1], "the writer ended by itself"
        time.sleep(life)
        assert writer.pid is not None
        os.kill(writer.pid, signal.SIGKILL)
        heard += pipe.read().splitlines()
    writer.join()
    ledger.read([line.rstrip("\n") for line in heard])


@pytest.mark.timeout(300)
@pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")
def test_nothing_acknowledged_is_lost_and_nothing_is_doubled(
    app: Flask, make: Make, settings: Settings, session: Session, runtime: Runtime, pytestconfig: pytest.Config
) -> None:
    space = make.space()
    asker, peer = make.actor(make.user()), make.actor(make.user())
    dispose(app)
    ledger, rng = Ledger(), random.Random(20261122)

    kills = KILLS[pytestconfig.getoption("--database")]
    for _ in range(kills):
        live_briefly(settings, asker, peer, space.id, ledger, rng.uniform(0, LONGEST_LIFE_SECONDS))

    titles = Counter(session.scalars(select(Question.title)))
    assert len(ledger.answered) >= kills
    assert {t for t, n in titles.items() if n > 1} == set(), "a form that was sent again had a second effect"
    lost = [token for token in ledger.answered if f"Question {token} of the crash test" not in titles]
    assert lost == [], "an acknowledged question is gone"
    assert set(titles) <= {f"Question {token} of the crash test" for token in [*ledger.answered, *ledger.unsure]}
    assert_whole(session, len(titles))
    runtime.relay.drain()
    settle(runtime, session)


def assert_whole(session: Session, questions: int) -> None:
    """Each unit of work is there entirely or not at all."""
    assert session.scalar(select(func.count()).select_from(Answer)) == questions
    assert session.scalar(select(func.count()).select_from(Answer).where(Answer.accepted_at.is_(None))) == 0
    assert session.scalar(select(func.count()).select_from(Question).where(Question.answer_count != 1)) == 0
    if session.get_bind().dialect.name == "sqlite":
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"
        assert session.execute(text("PRAGMA foreign_key_check")).all() == []


def settle(runtime: Runtime, session: Session) -> None:
    """What the killed relays had claimed is delivered in the end; nothing is left over or dead."""
    session.rollback()
    dead = session.scalars(select(Delivery.last_error).where(Delivery.dead_at.is_not(None))).all()
    assert dead == []

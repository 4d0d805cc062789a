"""A process that writes as fast as it can and says what was acknowledged, until it is killed.

Each line it prints is one acknowledged write: the once-token of the form and the place the answer to it went to.
"""

from __future__ import annotations

import os
import threading
from functools import partial
from itertools import chain, count

from flask import Flask

from app.config import Settings
from app.forum.services.accepting import AcceptAnswer, accept_answer
from app.forum.services.answering import PostAnswer, post_answer
from app.forum.services.asking import AskQuestion, ask_question
from app.kernel.actor import Actor
from app.kernel.unit_of_work import UnitOfWork
from app.text.contract import RichText
from app.web.runtime import Runtime, perform_once
from app.wiring import build_app


def text(words: str) -> RichText:
    return RichText(words, f"<p>{words}</p>", 1)


def write_until_killed(
    settings: Settings, asker: Actor, peer: Actor, space_id: int, unsure: list[str], pipe: int
) -> None:
    """Send the unsure forms of the killed predecessor again, then new ones for ever."""
    app = build_app(settings)
    runtime: Runtime = app.extensions["peerdesk"]
    threading.Thread(target=_relay_for_ever, args=(app, runtime), daemon=True).start()
    fresh = (f"{os.getpid()}-{n}" for n in count())
    for token in chain(unsure, fresh):
        os.write(pipe, f"sending {token}\n".encode())
        with app.test_request_context():
            location = perform_once(token, partial(_act, asker=asker, peer=peer, space_id=space_id, token=token))
        os.write(pipe, f"answered {token} {location}\n".encode())


def _act(uow: UnitOfWork, asker: Actor, peer: Actor, space_id: int, token: str) -> str:
    """Ask, answer and accept in one unit of work; the title carries the token, so that doubles can be counted."""
    question = ask_question(
        uow, asker, AskQuestion(space_id, f"Question {token} of the crash test", text("Help."), "slowed")
    )
    answer = post_answer(uow, peer, PostAnswer(question.id, text("Try turning it off and on again, please.")))
    accept_answer(uow, asker, AcceptAnswer(answer.id))
    return f"/questions/{question.id}"


def _relay_for_ever(app: Flask, runtime: Runtime) -> None:
    with app.app_context():
        while True:
            runtime.wake.wait(0.2)
            runtime.wake.clear()
            runtime.relay.drain(limit=50)

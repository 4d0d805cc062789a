from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.identity.models import User
from app.identity.passwords import hash_password
from app.kernel.actor import Role
from app.kernel.models import KeptMail
from app.web.runtime import Runtime
from tests.support.factories import Make

PASSWORD = "correct horse battery"
HASH = hash_password(PASSWORD)


@pytest.fixture
def mia(make: Make) -> User:
    """A member with a password."""
    return make.user("Mia Chen", handle="mia", email="mia@example.org", password_hash=HASH)


@pytest.fixture
def admin(make: Make) -> User:
    return make.user(
        "Ada Admin", handle="ada", email="ada@example.org", password_hash=HASH, roles=(Role.ADMINISTRATOR,)
    )


@pytest.fixture
def letters(runtime: Runtime) -> Callable[[], list[KeptMail]]:
    """Deliver what waits and return all kept mail, oldest first."""

    def read() -> list[KeptMail]:
        runtime.relay.drain()
        with runtime.reads() as session:
            return list(session.scalars(select(KeptMail).order_by(KeptMail.id)))

    return read


def link_in(letter: KeptMail) -> str:
    """The path that a letter asks to open."""
    found = re.search(r"http://[^/\s]+(/\S+)", letter.text)
    assert found, letter.text
    return found.group(1)


def sign_in(client: FlaskClient, email: str = "mia@example.org", password: str = PASSWORD, **fields: str):
    return client.post("/sign-in", data={"email": email, "password": password, **fields})


@pytest.fixture
def person(runtime: Runtime) -> Callable[[int], User]:
    """Read a person as the database has them now."""

    def read(user_id: int) -> User:
        with runtime.reads() as session:
            return session.get_one(User, user_id)

    return read


@pytest.fixture
def border(app: Flask):
    """Switch the protections of the border on for one test."""
    app.config["WTF_CSRF_ENABLED"] = True
    yield
    app.config["WTF_CSRF_ENABLED"] = False

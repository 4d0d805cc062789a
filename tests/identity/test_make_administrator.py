from __future__ import annotations

import re

from sqlalchemy import select

from app.identity.models import User
from app.kernel.actor import Role
from tests.identity.conftest import sign_in


def test_the_first_administrator_is_made_on_the_server(app, client, make, session) -> None:
    answer = app.test_cli_runner().invoke(args=["make-administrator", "Boss@Example.org", "--name", "Bo Boss"])
    assert answer.exit_code == 0, answer.output
    link = re.search(r"http://[^/]+(/reset/\S+)", answer.output)
    assert link
    assert client.post(link.group(1), data={"password": "a new long password"}).status_code == 303
    assert sign_in(client, "boss@example.org", "a new long password").status_code == 303
    assert client.get("/admin").status_code == 200
    person = session.scalar(select(User))
    assert make.actor(person).roles == {Role.ADMINISTRATOR}


def test_somebody_who_has_an_account_keeps_their_password(app, mia, make) -> None:
    for _ in range(2):
        answer = app.test_cli_runner().invoke(args=["make-administrator", "mia@example.org"])
        assert answer.exit_code == 0, answer.output
        assert "/reset/" not in answer.output
    assert make.actor(mia).is_administrator


def test_an_odd_address_is_refused(app) -> None:
    assert app.test_cli_runner().invoke(args=["make-administrator", "nowhere"]).exit_code == 1

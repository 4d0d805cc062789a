"""``flask make-administrator``: the first person who may grant roles to others."""

from __future__ import annotations

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from app.identity.addresses import plain_address
from app.identity.models import User
from app.identity.services.people import InvitePerson, invite_person
from app.identity.services.roles import SetRole, set_role
from app.identity.tokens import Purpose, Tokens
from app.kernel.actor import Actor, Role
from app.kernel.errors import AppError
from app.web.runtime import port, runtime, unit_of_work

SYSTEM = Actor(name="Peerdesk", is_system=True)
"""Whoever can start this command runs the server."""


@click.command("make-administrator")
@click.argument("email")
@click.option("--name", default="Administrator", show_default=True, help="Name of a new account.")
@with_appcontext
def make_administrator(email: str, name: str) -> None:
    """Make the person of EMAIL an administrator; without an account they get one, and a link to choose a password."""
    try:
        with unit_of_work() as uow:
            person = uow.session.scalar(select(User).where(User.email == plain_address(email)))
            is_new = person is None
            person = person or invite_person(uow, SYSTEM, InvitePerson(name, email))
            set_role(uow, SYSTEM, SetRole(person.id, Role.ADMINISTRATOR, on=True))
    except AppError as error:
        raise click.ClickException(f"{email}: {error.reason}") from None
    click.echo(f"{person.name} <{person.email}> is an administrator.")
    if is_new:
        link = port(Tokens).make(Purpose.RESET_PASSWORD, person)
        click.echo(f"They choose their password within two hours at {runtime().settings.site_url}/reset/{link}")

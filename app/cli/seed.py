"""``flask seed``: fill an empty site with a small believable community."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from app.seed.company import DEMO_PASSWORD, email_of
from app.seed.content import read_content
from app.seed.planting import Planting, SiteHasPeople
from app.text.contract import TextRenderer
from app.web.runtime import port, runtime


@click.command("seed")
@click.option("--if-empty", is_flag=True, help="Do nothing, without complaint, when there are people already.")
@with_appcontext
def seed(if_empty: bool) -> None:
    """Fill an empty site with the demo community. Refused when there are people already."""
    running = runtime()
    planting = Planting(
        running.unit_of_work, running.reads, current_app.extensions["peerdesk.actor_of"], port(TextRenderer)
    )
    try:
        planted = planting.plant(click.echo)
    except SiteHasPeople:
        if not if_empty:
            raise click.ClickException("this site has people already; the demo community is for an empty one") from None
        with running.reads() as session:
            if planting.is_planted(session):
                _print_sign_ins()
        return
    finally:
        port(TextRenderer).close()
    click.echo(f"{planted.questions} questions; now the search index …")
    running.relay.drain()
    _print_sign_ins()


def _print_sign_ins() -> None:
    """Say who can be tried out, one person for each role first."""
    people = sorted(read_content().people, key=lambda person: not person.get("roles"))
    click.echo(f"\nDemo sign-ins; the password of all is: {DEMO_PASSWORD}")
    for person in people:
        roles = ", ".join(person.get("roles", ())) or "member"
        click.echo(f"  {email_of(person['key']):30} {person['name']}, {roles}")
    click.echo("")

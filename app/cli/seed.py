"""``flask seed``: fill an empty site with a small believable community."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import func, select

from app.kernel.models import Delivery
from app.seed.company import DEMO_PASSWORD, email_of
from app.seed.content import read_content
from app.seed.planting import Planting, SiteHasPeople, is_planted
from app.seed.threads import Moment
from app.text.contract import TextRenderer
from app.web.logs import log_warnings_only
from app.web.runtime import Runtime, port, runtime


@click.command("seed")
@click.option("--if-empty", is_flag=True, help="Do nothing, without complaint, when there are people already.")
@with_appcontext
def seed(if_empty: bool) -> None:
    """Fill an empty site with the demo community. Refused when there are people already.

    Interrupting it leaves the site empty; what is still to be delivered afterwards, the running site delivers.
    """
    running = runtime()
    log_warnings_only()  # each letter to a demo person is a line otherwise
    try:
        Planting(running.unit_of_work, current_app.extensions["peerdesk.actor_of"], port(TextRenderer)).plant(_watch)
        _deliver(running)
    except SiteHasPeople:
        if not if_empty:
            raise click.ClickException("this site has people already; the demo community is for an empty one") from None
        with running.reads() as session:
            if not is_planted(session):
                return
    finally:
        port(TextRenderer).close()
    _print_sign_ins()


def _watch(story: Sequence[Moment]) -> Iterator[Moment]:
    """Show how far the story is."""
    with click.progressbar(story, label="The demo community asks and answers") as shown:
        yield from shown


def _deliver(running: Runtime) -> None:
    """Let the search index, the inboxes and the badges learn what happened."""
    with running.reads() as session:
        waiting = session.scalar(select(func.count()).where(Delivery.done_at.is_(None))) or 0
    with click.progressbar(length=waiting, label="Search, inboxes and badges take note") as shown:
        while delivered := running.relay.run_once():
            shown.update(delivered)


def _print_sign_ins() -> None:
    """Say who can be tried out, one person for each role first."""
    people = sorted(read_content().people, key=lambda person: not person.get("roles"))
    click.echo(f"\nDemo sign-ins; the password of all is: {DEMO_PASSWORD}")
    for person in people:
        roles = ", ".join(person.get("roles", ())) or "member"
        click.echo(f"  {email_of(person['key']):24} {person['name']}, {roles}")
    click.echo("")

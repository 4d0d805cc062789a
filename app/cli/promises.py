"""``flask adopt``: let the service desk promise something about questions that were there before it."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from flask.cli import with_appcontext

from app.escalation.contract import adopt_questions
from app.forum.contract import unanswered_since
from app.kernel.errors import NotFound
from app.web.runtime import runtime


@click.command("adopt")
@click.argument("space")
@click.option("--asked-since", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Leave older questions alone.")
@with_appcontext
def adopt(space: str, asked_since: datetime) -> None:
    """Start the promises of the unanswered questions of SPACE (its address), from now on.

    Imported questions promise nothing by themselves: nobody waits for an answer from years ago.
    """
    found = runtime()
    with found.reads() as session:
        try:
            waiting = unanswered_since(session, space, asked_since.replace(tzinfo=UTC))
        except NotFound as error:
            raise click.BadParameter(f"no space has the address {space!r}", param_hint="SPACE") from error
    begun = adopt_questions(found.unit_of_work, waiting)
    click.echo(f"{len(waiting)} questions of {space} have no answer; the promises of {begun} begin now.")

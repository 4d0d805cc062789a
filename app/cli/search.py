"""``flask search …``: build the index again, and compare it with the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import with_appcontext

from app.search.contract import DocumentSource, SearchBusy, SearchEngine
from app.search.maintenance import Progress, find_drift, heal
from app.search.maintenance import rebuild as build_again
from app.web.runtime import port

SHOWN = 10


@click.group("search")
def search() -> None:
    """Look after the search index."""


@search.command("rebuild")
@with_appcontext
def rebuild() -> None:
    """Build the index again beside the one in use, then switch. Cut off, it goes on where it stopped."""
    engine = port(SearchEngine)
    try:
        with _progress("Indexing") as progress:
            count = build_again(engine, port(DocumentSource), progress, _tell_how_far)
    except SearchBusy:
        raise click.ClickException("another rebuild is running, or a writer does not let go; try again later") from None
    click.echo(f"{count} questions can be found with {engine.capabilities.name}.")


def _tell_how_far(copied: int) -> None:
    click.echo(
        f"\nGoing on: {copied} questions were copied before the last rebuild was cut off."
    )  # the bar has no end yet


@search.command("check")
@click.option("--heal", "repair", is_flag=True, help="Repair what differs.")
@with_appcontext
def check(repair: bool) -> None:
    """Compare the index with the database; exit with 1 when they differ and nothing was repaired."""
    examine = heal if repair else find_drift
    with _progress("Comparing") as progress:
        drift = examine(port(SearchEngine), port(DocumentSource), progress)
    click.echo(f"{drift.checked} questions compared.")
    for name, ids in (("missing", drift.missing), ("stale", drift.stale), ("superfluous", drift.superfluous)):
        if ids:
            more = " …" if len(ids) > SHOWN else ""
            click.echo(f"{len(ids)} {name}: {', '.join(map(str, ids[:SHOWN]))}{more}")
    if drift.count and not repair:
        raise click.exceptions.Exit(1)
    click.echo("Repaired." if drift.count else "The index agrees with the database.")


@contextmanager
def _progress(label: str) -> Iterator[Progress]:
    with click.progressbar(length=1, label=label) as bar:

        def show(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        yield show

"""``flask import …``: bring another community in, with progress and a report of what was left out and why."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

import click
from flask.cli import with_appcontext

from app.cli.search import rebuild
from app.importers.archive import Dump, UnreadableDump
from app.importers.damage import Damages
from app.importers.running import NoSuchSpace, Report, Source, SpaceTaken, StepReport, run_import
from app.importers.stackexchange import StackExchange
from app.importers.texts import TextPool
from app.importers.thunderbird import Thunderbird
from app.reputation.services.recomputing import recompute_all
from app.web.runtime import runtime

SAY_EVERY = 2.0
"""Seconds between two lines of progress."""
STAYS = "What was imported until here stays. Run the command again with a whole file: it adds what is missing."
CHOOSE = "With --into and its address everything goes into that space and is seen by whoever reads it there."
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FOLDER_OR_ARCHIVE = click.Path(exists=True, path_type=Path)
INTO = click.option(
    "--into", metavar="SPACE", help="Address of an existing space to fill, instead of a new public one."
)


@click.group("import")
def imports() -> None:
    """Bring another community in. Repeating an import adds only what is new; an interrupted one goes on."""


@imports.command("thunderbird")
@click.argument("folder", type=FOLDER)
@INTO
@click.option("--questions", type=click.IntRange(1), help="Take only the first so many questions.")
@with_appcontext
def thunderbird(folder: Path, into: str | None, questions: int | None) -> None:
    """Bring in the Thunderbird community from FOLDER."""
    try:
        source = Thunderbird(folder, questions)
    except FileNotFoundError as error:
        raise click.ClickException(f"{error} is missing") from None
    _run(source, into)


@imports.command("stackexchange")
@click.argument("dump", type=FOLDER_OR_ARCHIVE)
@INTO
@click.option("--site", help="What the space is called; taken from the name of the dump when not given.")
@with_appcontext
def stackexchange(dump: Path, into: str | None, site: str | None) -> None:
    """Bring in a Stack Exchange DUMP: a folder, or a .tar.xz, .tar.gz or .zip archive of it."""
    name = site or dump.resolve().name.split(".")[0].replace("_", " ").replace("-", " ").capitalize()
    try:
        source = StackExchange(Dump(dump), name)
    except UnreadableDump as error:
        raise click.ClickException(str(error)) from None
    _run(source, into)


@dataclass(slots=True)
class _Speaker:
    """Says where an import stands, no more often than is pleasant to read."""

    said_at: float = field(default_factory=time.monotonic)

    def __call__(self, step: str, report: StepReport) -> None:
        """Print one line when the last one is old enough."""
        now = time.monotonic()
        if now - self.said_at >= SAY_EVERY:
            self.said_at = now
            click.echo(f"  {step}: {report.read:,} read, {report.stored:,} stored")


def _run(source: Source, into: str | None) -> None:
    running, started = runtime(), time.monotonic()
    click.echo(f"Importing {source.space_name} …")
    try:
        with TextPool() as texts:
            report = run_import(source, running.unit_of_work, running.reads, texts, _Speaker(), into)
    except UnreadableDump as error:
        _print_damages(source.damages)
        raise click.ClickException(f"{error}. {STAYS}") from None
    except SpaceTaken as error:
        raise click.ClickException(
            f"There is a space {error} already, which this import did not make. {CHOOSE}"
        ) from None
    except NoSuchSpace as error:
        raise click.BadParameter(f"no space has the address {str(error)!r}", param_hint="--into") from None
    click.echo("Counting reputation …")
    with running.unit_of_work() as uow:
        recompute_all(uow.session, uow.now)
    click.get_current_context().invoke(rebuild)
    _print_report(report)
    _print_damages(source.damages)
    click.echo(f"Done in {time.monotonic() - started:,.0f} s.")


def _print_report(report: Report) -> None:
    for step, part in report.items():
        resumed = f", resumed after row {part.resumed_after:,}" if part.resumed_after else ""
        click.echo(f"{step}: {part.stored:,} new, {part.known:,} already there{resumed}")
        for reason, count in part.skipped.most_common():
            click.echo(f"    {count:,} left out: {reason}")


def _print_damages(damages: Damages) -> None:
    if damages.count:
        click.echo(f"{damages.count:,} damaged row{'s' if damages.count > 1 else ''} left out:")
    for row in damages.rows:
        click.echo(f"    {row.file}, row {row.line:,}: {row.why}")
    if damages.count > len(damages.rows):
        click.echo(f"    … and {damages.count - len(damages.rows):,} more")

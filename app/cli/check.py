"""``flask check``: tell whether this installation is fit to serve."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import click
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from app.kernel.models import Delivery
from app.web.runtime import Runtime, runtime


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; ``problem`` is empty when it is fine."""

    subject: str
    state: str
    problem: str = ""


@click.command("check")
@with_appcontext
def check() -> None:
    """Look at the database, its migrations, the folders and what waits; exit with 1 when something is wrong."""
    findings = list(_look(runtime()))
    for finding in findings:
        mark = "PROBLEM" if finding.problem else "ok"
        click.echo(f"{mark:8} {finding.subject}: {finding.problem or finding.state}")
    if any(finding.problem for finding in findings):
        raise click.exceptions.Exit(1)


def _look(running: Runtime) -> Iterator[Finding]:
    try:
        yield from _database(running)
    except SQLAlchemyError as error:
        yield Finding("database", "", f"cannot be used: {error.__class__.__name__}")
    for folder in (running.settings.data_dir, running.settings.uploads_dir, running.settings.search_dir):
        nearest = next(place for place in (folder, *folder.resolve().parents) if place.exists())
        writable = os.access(nearest, os.W_OK)
        yield Finding(f"folder {folder}", "writable", "" if writable else "cannot be written")


def _database(running: Runtime) -> Iterator[Finding]:
    scripts = ScriptDirectory(current_app.extensions["migrate"].directory)
    with running.reads() as session:
        current = MigrationContext.configure(session.connection()).get_current_heads()
        heads = scripts.get_heads()
        late = "" if set(current) == set(heads) else "is not migrated: run flask db upgrade"
        yield Finding("database", f"{session.get_bind().dialect.name}, migrated to {', '.join(current)}", late)
        if late:
            return
        dead = session.scalar(select(func.count()).where(Delivery.dead_at.is_not(None))) or 0
        due = running.clock.now()
        waiting = select(func.count()).where(
            Delivery.done_at.is_(None), Delivery.dead_at.is_(None), Delivery.due_at <= due
        )
        yield Finding("deliveries", f"{session.scalar(waiting)} waiting", f"{dead} failed for good" if dead else "")

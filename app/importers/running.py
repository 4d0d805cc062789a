"""Run an import: read in batches, render beside, store each batch with its cursor in one transaction."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy.orm import sessionmaker

from app.forum.contract import find_space, import_space, recount_space
from app.importers.damage import Damages
from app.importers.keeping import Shelf, kind_of
from app.importers.links import find_links, forget_cursors, rows_read, save_cursor, save_links
from app.importers.records import Record, Skipped, SourceText
from app.importers.storing import Storing, text_of
from app.importers.texts import TextPool, collect
from app.kernel.database import ReadSession
from app.kernel.errors import Invalid
from app.kernel.unit_of_work import UnitOfWork, UnitOfWorkFactory
from app.text.contract import RichText

BATCH = 500
SPACE = "space"
"""Kind and key of the link from a source to the space that it goes to."""
AHEAD = 3
"""Batches that are being rendered while an earlier one is stored."""


class SpaceTaken(Exception):
    """The address that the source's space would have is that of a space which this source did not make."""


class NoSuchSpace(Exception):
    """The space to import into does not exist."""


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of thing to take over. ``records`` starts from the first row each time it is called."""

    name: str
    fingerprint: str
    records: Callable[[], Iterable[Record]]


class Source(Protocol):
    """An outside community that can be read again and again."""

    name: str
    """Names the community in the links; stable for ever."""
    space_slug: str
    space_name: str
    space_purpose: str
    damages: Damages
    """Rows that were left out because they cannot be used; filled while the files are read."""

    def steps(self) -> Sequence[Step]:
        """Return what to take over, in an order in which each thing comes after what it belongs to."""
        ...


@dataclass(slots=True)
class StepReport:
    """What became of the rows of one step."""

    read: int = 0
    resumed_after: int = 0
    stored: int = 0
    known: int = 0
    """Rows that an earlier import brought in."""
    skipped: Counter[str] = field(default_factory=Counter)
    """Reason to number of rows."""


Report = dict[str, StepReport]
Progress = Callable[[str, StepReport], None]
"""Told the step's name and where it stands, after each batch."""


@dataclass(frozen=True, slots=True)
class _Batch:
    records: Sequence[Record]
    texts: Sequence[Future[list[RichText]]]
    with_text: Sequence[int]


def run_import(
    source: Source,
    units: UnitOfWorkFactory,
    reads: sessionmaker[ReadSession],
    texts: TextPool,
    progress: Progress = lambda _step, _report: None,
    into: str | None = None,
) -> Report:
    """Take over a community; run again, it adds only what is new. An interrupted run goes on where it stopped.

    It goes to a public space of its own; ``into`` names an existing space to take instead, by its slug.

    Raises:
        NoSuchSpace: when there is no space ``into``.
        SpaceTaken: when another space has the address of the source's own.
        UnreadableDump: when a file is damaged; what was stored before stays.

    """
    with units() as uow:
        space_id = _space(uow, source, into)
    shelf = Shelf(source.name, space_id)
    report: Report = {}
    for step in source.steps():
        report[step.name] = StepReport()
        _run_step(step, shelf, units, reads, texts, report[step.name], progress)
    with units() as uow:
        recount_space(uow, space_id)
        forget_cursors(uow, source.name)
    return report


def _space(uow: UnitOfWork, source: Source, into: str | None) -> int:
    """Return where the source goes: where it is told to, where it went before, or a space made for it."""
    known = find_links(uow.session, source.name, SPACE, [SPACE]).get(SPACE)
    if into is not None:
        space_id = find_space(uow.session, into)
        if space_id is None:
            raise NoSuchSpace(into)
    elif known is not None:
        return known
    else:
        try:
            space_id = import_space(uow, source.space_slug, source.space_name, source.space_purpose)
        except Invalid as error:
            raise SpaceTaken(source.space_slug) from error
    if known is None:
        save_links(uow, source.name, SPACE, {SPACE: space_id})
    return space_id


def _run_step(
    step: Step,
    shelf: Shelf,
    units: UnitOfWorkFactory,
    reads: sessionmaker[ReadSession],
    texts: TextPool,
    report: StepReport,
    progress: Progress,
) -> None:
    with reads() as session:
        report.resumed_after = rows_read(session, shelf.source, step.name, step.fingerprint)
    report.read = report.resumed_after
    for batch in _rendered_ahead(_batches(step.records(), report.resumed_after), shelf, reads, texts):
        rendered = dict(zip(batch.with_text, collect(batch.texts), strict=True))
        with units() as uow:
            Storing(uow, shelf, report).store(batch.records, rendered)
            report.read += len(batch.records)
            save_cursor(uow, shelf.source, step.name, step.fingerprint, report.read)
        progress(step.name, report)


def _batches(records: Iterable[Record], skip: int) -> Iterator[list[Record]]:
    batch: list[Record] = []
    for number, record in enumerate(records):
        if number < skip:
            continue
        batch.append(record)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _rendered_ahead(
    batches: Iterator[list[Record]], shelf: Shelf, reads: sessionmaker[ReadSession], texts: TextPool
) -> Iterator[_Batch]:
    """Keep the worker processes busy while the database stores an earlier batch."""
    waiting: deque[_Batch] = deque()
    for records in batches:
        waiting.append(_submit(records, shelf, reads, texts))
        if len(waiting) > AHEAD:
            yield waiting.popleft()
    yield from waiting


def _submit(records: Sequence[Record], shelf: Shelf, reads: sessionmaker[ReadSession], texts: TextPool) -> _Batch:
    """Begin to render what is new; what was imported before needs no rendering."""
    with reads() as session:
        known = shelf.known(session, records)
    wanted: list[int] = []
    sources: list[SourceText] = []
    for number, record in enumerate(records):
        text = text_of(record)
        if text is not None and not isinstance(record, Skipped) and (kind_of(record), record.key) not in known:
            wanted.append(number)
            sources.append(text)
    return _Batch(records, texts.submit(sources), wanted)

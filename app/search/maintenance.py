"""Keep an index equal to its source: copy what changed, compare all of it, build it again while it is in use."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from app.search.contract import DocumentSource, Drift, Index, SearchEngine

BUCKET = 500
"""Ids compared at a time."""
COPIED_AT_ONCE = 250

Progress = Callable[[int, int], None]
"""Called with the ids passed so far and the highest id."""


GoingOn = Callable[[int], None]
"""Called with the number of documents that a rebuild which was cut off had copied."""


def no_progress(_done: int, _total: int) -> None:
    """Show nothing."""


def say_nothing(_copied: int) -> None:
    """Tell nobody."""


def copy_documents(index: Index, source: DocumentSource, ids: Collection[int]) -> int:
    """Make the index say what the source says about these documents; return how many are findable.

    The source is read while the writer's lock is held, so a slower copy can never put an older state back.
    """
    if not ids:
        return 0
    with index.writing() as batch:
        documents = source.documents(ids)
        batch.delete(set(ids) - {document.id for document in documents})
        batch.upsert(documents)
    return len(documents)


def copy_changed(index: Index, source: DocumentSource, ids: Collection[int]) -> int:
    """Copy those of the documents that differ; return how many did."""
    if not ids:
        return 0
    true, copied = (side.versions(min(ids), max(ids)) for side in (source, index))
    changed = sorted(i for i in ids if true.get(i) != copied.get(i))
    for start in range(0, len(changed), COPIED_AT_ONCE):
        copy_documents(index, source, changed[start : start + COPIED_AT_ONCE])
    return len(changed)


def find_drift(index: Index, source: DocumentSource, progress: Progress = no_progress) -> Drift:
    """Compare every version in the index with the source, bucket by bucket."""
    drift = Drift()
    for part in _buckets(index, source, progress):
        drift += part
    return drift


def heal(index: Index, source: DocumentSource, progress: Progress = no_progress) -> Drift:
    """Compare and repair; return what was found wrong."""
    drift = Drift()
    for part in _buckets(index, source, progress):
        wrong = (*part.missing, *part.stale, *part.superfluous)
        for start in range(0, len(wrong), COPIED_AT_ONCE):
            copy_documents(index, source, wrong[start : start + COPIED_AT_ONCE])
        drift += part
    return drift


def rebuild(
    engine: SearchEngine, source: DocumentSource, progress: Progress = no_progress, going_on: GoingOn = say_nothing
) -> int:
    """Build the index again beside the one in use, then switch; return how many documents it has.

    Cut off at any point it continues where it stopped. What changes meanwhile goes to the index in use and is caught
    up with by comparing once more while writers wait.

    Raises:
        SearchBusy: when another rebuild is running.

    """
    with engine.successor() as successor:
        if copied := successor.num_docs():
            going_on(copied)
        heal(successor, source, progress)
        with engine.switch():
            successor.refresh()
            heal(successor, source)
            successor.refresh()
            count = successor.num_docs()
    engine.refresh()
    return count


def _buckets(index: Index, source: DocumentSource, progress: Progress) -> Iterator[Drift]:
    index.refresh()
    highest = source.highest_id()
    for first in range(1, highest + 1, BUCKET):
        last = first + BUCKET - 1
        yield _compare(index, source, first, last)
        progress(min(last, highest), highest)
    beyond = index.versions(highest + 1, 2**62)
    if beyond:
        yield Drift(len(beyond), superfluous=tuple(beyond))


def _compare(index: Index, source: DocumentSource, first: int, last: int) -> Drift:
    copied, true = index.versions(first, last), source.versions(first, last)
    return Drift(
        checked=len(copied.keys() | true.keys()),
        missing=tuple(sorted(true.keys() - copied.keys())),
        stale=tuple(sorted(i for i in true.keys() & copied.keys() if true[i] != copied[i])),
        superfluous=tuple(sorted(copied.keys() - true.keys())),
    )

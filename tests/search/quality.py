"""How well similar questions are found: ``python -m tests.search.quality FOLDER [--engine whoosh]``.

The folder holds the Thunderbird community (``questions``, ``answers`` and ``question_links`` as gzipped JSON lines). A
link counts when somebody other than the asker answered an English question with it. The query is the text as first
asked, candidates are all older questions with their answers, indexed and ranked as the site does it. R@k is the share
of the questions of which a linked one is among the first k, MRR the mean of one over its place. Judgments are sparse:
most good hits were never linked, so the figures compare ways of searching and say little by themselves. What was
answered or accepted after the query was asked counts as well, which flatters a little.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from app.search.contract import Document, Scope, SearchEngine
from app.search.engines.choosing import open_engine
from app.search.plain import plain_text
from app.search.recipe import CANDIDATES, Standing, likeliest, similar_query

REACHES = (1, 5, 10)
INDEXED_AT_ONCE = 2000
SEEN = 400
"""Hits taken of each query, since some are newer than the query; older ones among them are cut to the usual number."""
HERE = Scope(frozenset({1}))


@dataclass(frozen=True, slots=True)
class Case:
    """One question, and what others answered it with."""

    title: str
    body: str
    asked_at: datetime
    targets: frozenset[int]


@dataclass(frozen=True, slots=True)
class Quality:
    """What a way of searching reached; ``milliseconds`` of processor time at the median."""

    cases: int
    recall: dict[int, float]
    mrr: float
    milliseconds: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.search.quality", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--engine", default="tantivy", choices=("tantivy", "whoosh"))
    options = parser.parse_args(arguments)
    documents, cases = read_community(options.folder)
    with tempfile.TemporaryDirectory() as place:
        engine = indexed(open_engine(options.engine, Path(place)), documents)
        click.echo(f"{len(documents)} questions, {len(cases)} of them answered with a link, {options.engine}")
        for name, with_body in (("while typing: title", False), ("title and text", True)):
            found = measure(engine, documents, cases, with_body=with_body)
            recall = " ".join(f"R@{k} {share:.3f}" for k, share in found.recall.items())
            click.echo(f"{name:20} {recall} MRR {found.mrr:.3f}, {found.milliseconds:.1f} ms")
        engine.close()
    return 0


def read_community(folder: Path) -> tuple[dict[int, Document], list[Case]]:
    """Return every question as it would be indexed, and the cases to measure."""
    questions = {row["id"]: row for row in _rows(folder / "questions.jsonl.gz")}
    answers: dict[int, list[str]] = defaultdict(list)
    for row in _rows(folder / "answers.jsonl.gz"):
        question = questions.get(row["question_id"])
        if question and (row["author"] != question["asker"] or row["id"] == question["accepted_answer_id"]):
            answers[question["id"]].append(plain_text(row["body_html"]))
    targets: dict[int, set[int]] = defaultdict(set)
    for link in _rows(folder / "question_links.jsonl.gz"):
        asked = questions.get(link["query_id"])
        if not link["same_asker"] and link["target_id"] in questions and asked and _language(asked) == "en":
            targets[asked["id"]].add(link["target_id"])
    documents = {i: _document(row, answers[i]) for i, row in questions.items()}
    return documents, [_case(questions[i], frozenset(found)) for i, found in targets.items()]


def indexed(engine: SearchEngine, documents: dict[int, Document]) -> SearchEngine:
    """Put the documents into an empty index."""
    everything = list(documents.values())
    for start in range(0, len(everything), INDEXED_AT_ONCE):
        with engine.writing() as batch:
            batch.upsert(everything[start : start + INDEXED_AT_ONCE])
    engine.refresh()
    return engine


def measure(engine: SearchEngine, documents: dict[int, Document], cases: Sequence[Case], *, with_body: bool) -> Quality:
    """Search for every case and see where the linked questions come."""
    standings = {i: Standing(d.created, d.language, d.has_answer, d.has_accepted) for i, d in documents.items()}
    places, costs = [], []
    for case in cases:
        began = time.process_time()
        query = similar_query(engine, case.title, case.body if with_body else "", HERE, ("en",), limit=SEEN)
        older = [hit for hit in engine.search(query).hits if documents[hit.id].created < case.asked_at]
        ranked = likeliest(older[:CANDIDATES], standings, ("en",), case.asked_at)
        costs.append((time.process_time() - began) * 1000)
        places.append(next((place for place, i in enumerate(ranked, 1) if i in case.targets), 0))
    return Quality(
        len(cases),
        {k: sum(0 < place <= k for place in places) / len(cases) for k in REACHES},
        sum(1 / place for place in places if place) / len(cases),
        sorted(costs)[len(costs) // 2],
    )


def _document(row: dict[str, Any], answers: Sequence[str]) -> Document:
    return Document(
        row["id"],
        space_id=1,
        version=1,
        title=row["title"],
        body="\n".join([plain_text(row["body_html"]), *answers]),
        created=datetime.fromisoformat(row["asked_at"]),
        language=_language(row),
        has_answer=bool(answers),
        has_accepted=row["accepted_answer_id"] is not None,
    )


def _case(row: dict[str, Any], targets: frozenset[int]) -> Case:
    return Case(
        row["first_title"] or row["title"],
        plain_text(row["first_body_html"] or row["body_html"]),
        datetime.fromisoformat(row["asked_at"]),
        targets,
    )


def _language(row: dict[str, Any]) -> str:
    return str(row["locale"] or "en").partition("-")[0].lower()


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


if __name__ == "__main__":
    sys.exit(main())

"""Measure, print the table, keep it as JSON; see ``--help``."""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import psutil

from tests.bench.databases import ALL_QUESTIONS, KEPT, ROOT, prepared
from tests.bench.scenarios import Scenario, Stage, warm_up
from tests.bench.serving import Server, serving
from tests.bench.speed import reference_ms
from tests.bench.statements import count_statements, profile

ROUNDS, READS, WRITES, WARM = 5, 160, 40, 40
SLICES = 10
"""Pieces of a round, with the fixed work between them: a core that others share may change its speed every moment."""


@dataclass(frozen=True, slots=True)
class Line:
    """One measured page; milliseconds of processor time per request.

    ``references`` is the median over the rounds of how often some fixed work would have fitted in, by what it took on
    average on the same core between the slices of the round; ``reference_ms`` is the shortest that it took.
    """

    name: str
    budget_ms: float
    request_ms: float
    references: float
    reference_ms: float
    after_ms: float
    lowest_ms: float
    highest_ms: float
    wall_ms: float
    kilobytes: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; the exit code tells whether every budget was kept."""
    options = _options(arguments)
    if options.profile:
        with prepared(options.questions, postgresql=False, engine="tantivy") as place:
            profile(place, options.profile)
        return 0
    server_core, client_core = options.cores
    os.sched_setaffinity(0, {client_core})
    lines: list[Line] = []
    for engine in options.engines:
        with prepared(options.questions, postgresql=options.postgresql, engine=engine) as place:
            click.echo(f"Measuring with {engine} …")
            with serving(place, engine, server_core) as server:
                stage = Stage(place, server.port)
                chosen = [s for s in stage.scenarios() if engine == options.engines[0] or "similar" in s.name]
                lines += [_named(_measure(server, stage, s, options), engine, options) for s in chosen]
    statements = {} if options.postgresql else _statements(options.questions)
    _print_table(lines, statements, _earlier(options.compare))
    _keep(lines, statements, options)
    fastest = min(line.reference_ms for line in lines)
    return 1 if any(_steady(line, fastest) > line.budget_ms for line in lines if "whoosh" not in line.name) else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--questions", type=int, default=ALL_QUESTIONS, help="how many of the 27,050 questions")
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL instead of SQLite")
    parser.add_argument("--engines", nargs="+", default=["tantivy"], help="search engines; the first is measured whole")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--cores", type=int, nargs=2, default=(0, 1), metavar=("SERVER", "CLIENT"))
    parser.add_argument("--compare", type=Path, help="an earlier result to print beside this one")
    parser.add_argument("--profile", metavar="PATH", help="print where the time of one page goes instead")
    return parser.parse_args(arguments)


def _measure(server: Server, stage: Stage, scenario: Scenario, options: argparse.Namespace) -> Line:
    count = WRITES if scenario.writes else READS
    warm_up(stage, scenario, WARM if not scenario.writes else 8)
    core = options.cores[0]
    request, after, wall, sizes, references, fastest = [], [], [], [], [], math.inf
    for _ in range(options.rounds):
        sent = scenario.requests(count)
        server.settled()
        began, used, spent, speeds = server.used(), 0.0, 0.0, [reference_ms(core)]
        for number in range(SLICES):
            before, at = server.used(), time.perf_counter()
            answers = stage.proxy.send_all(stage.browsers, sent[number::SLICES], scenario.expect)
            spent += time.perf_counter() - at
            used += server.used().request - before.request
            speeds.append(reference_ms(core))
            sizes += [len(answer.body) / 1024 for answer in answers]
        wall.append(spent / count * 1000)
        request.append(used / count * 1000)
        references.append(request[-1] / statistics.mean(speeds))
        fastest = min(fastest, *speeds)
        if scenario.writes:
            server.settled()
        after.append((server.used().after - began.after) / count * 1000)
    line = Line(
        scenario.name, scenario.budget_ms, statistics.median(request),
        statistics.median(references), fastest, statistics.median(after), min(request), max(request),
        statistics.median(wall), statistics.median(sizes),
    )  # fmt: skip
    click.echo(f"  {line.name}: {line.request_ms:.1f} ms")
    return line


def _named(line: Line, engine: str, options: argparse.Namespace) -> Line:
    several = len(options.engines) > 1 and "similar" in line.name
    return Line(**{**asdict(line), "name": f"{line.name}, {engine}"}) if several else line


def _statements(questions: int) -> dict[str, tuple[int, int]]:
    """Count the statements of each page with 1,000 questions and with all of them."""
    counted = []
    for size in sorted({1_000, questions}):
        with prepared(size, postgresql=False, engine="tantivy") as place:
            counted.append(count_statements(place))
    return {name: (counted[0][name], counted[-1][name]) for name in counted[0]}


def _print_table(lines: Sequence[Line], statements: dict[str, tuple[int, int]], earlier: dict[str, float]) -> None:
    fastest = min(line.reference_ms for line in lines)
    head = ("CPU milliseconds per request", "budget", "steady", "median", "range", "after", "KB", "before")
    click.echo("\n{:44} {:>6} {:>7} {:>7} {:>12} {:>6} {:>6}  {}".format(*head))
    for line in lines:
        verdict = "" if _steady(line, fastest) <= line.budget_ms else "  over"
        before = f"{earlier[line.name]:6.1f}" if line.name in earlier else ""
        spread = f"{line.lowest_ms:.1f}–{line.highest_ms:.1f}"
        click.echo(
            f"{line.name:44} {line.budget_ms:6.0f} {_steady(line, fastest):7.2f} {line.request_ms:7.2f} {spread:>12} "
            f"{line.after_ms:6.1f} {line.kilobytes:6.1f}  {before}{verdict}"
        )
    click.echo(f"«steady» is the median in terms of fixed work, at its fastest meanwhile: {fastest:.2f} ms.")
    click.echo("«after» is background work that the request caused: index, notices, badges.")
    for name, (few, many) in statements.items():
        click.echo(f"{name:44} {few} statements with 1,000 questions, {many} with all{'' if few == many else '  GREW'}")


def _steady(line: Line, fastest: float) -> float:
    """Return what a request costs on a core that is never slowed down by others."""
    return line.references * fastest


def _earlier(path: Path | None) -> dict[str, float]:
    if path is None:
        return {}
    return {line["name"]: line["steady_ms"] for line in json.loads(path.read_text())["lines"]}


def _keep(lines: Sequence[Line], statements: dict[str, tuple[int, int]], options: argparse.Namespace) -> None:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    fastest = min(line.reference_ms for line in lines)
    facts: dict[str, Any] = {
        "commit": commit, "questions": options.questions, "postgresql": options.postgresql,
        "machine": _machine(), "statements": statements,
        "lines": [{**asdict(line), "steady_ms": _steady(line, fastest)} for line in lines],
    }  # fmt: skip
    path = KEPT / f"{time.strftime('%Y%m%d-%H%M%S')}-{commit or 'none'}.json"
    path.write_text(json.dumps(facts, indent=1))
    click.echo(f"Kept as {path.relative_to(ROOT)}; compare with --compare {path.relative_to(ROOT)}")


def _machine() -> dict[str, Any]:
    names = [x.partition(":")[2].strip() for x in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in x]
    return {
        "processor": names[0] if names else platform.processor(), "cores": psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30), "python": platform.python_version(),
        "kernel": platform.release(), "load": os.getloadavg(),
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())

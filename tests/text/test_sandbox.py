from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from itertools import cycle, islice

import pytest

from app.kernel.errors import Invalid
from app.text import sandbox
from app.text.limits import refuse_costly
from app.text.renderer import MarkdownRenderer

SIZE = 8_000


def run_of(piece: str, size: int = SIZE) -> str:
    return "".join(islice(cycle(piece), size))


SLOW = run_of("```\n", 29_900)
"""Takes Python-Markdown about two seconds on a fast machine, four times what is waited for."""

PATTERNS = {
    "open brackets": run_of("[a"),
    "open pictures": run_of("!["),
    "open links": run_of("[a]("),
    "links without end": run_of("[a](b"),
    "nested links": run_of("[[]"),
    "stars": run_of("*"),
    "stars and letters": run_of("*a **b "),
    "stars without blanks": run_of("a**b"),
    "stars and underscores": run_of("*_"),
    "underscores": run_of("_a "),
    "tildes": run_of("~~a "),
    "quotes in one line": run_of("> "),
    "quotes": run_of("> a\n"),
    "quotes of every depth": "\n".join(">" * (n % 12 + 1) + " a" for n in range(1_500)),
    "lists in one line": run_of("- "),
    "lists of every depth": "\n".join(" " * (n % 40) + "- a" for n in range(1_000)),
    "numbered items": run_of("1. a\n\n", 30_000),
    "long table": "|a|b|\n|-|-|\n" + run_of("|1|2|\n", 29_000),
    "wide table": run_of("|a", 4_000) + "|\n" + run_of("|-", 4_000) + "|\n" + run_of("|1", 4_000) + "|",
    "lines of pipes": run_of("|\n"),
    "many tables": run_of("a|b\n-|-\n1|2\n\n", 29_000),
    "backticks": run_of("`"),
    "backticks of growing length": " ".join("`" * n for n in range(1, 130)),
    "fences": run_of("```\n"),
    "link references": "\n".join(f"[r{n}]: http://x/{n}" for n in range(800)) + "\n\n[r1] " * 800,
    "broken link references": run_of("[a]:\n"),
    "nested elements": run_of("<div>"),
    "open tags": run_of('<a href="'),
    "comments": run_of("<!--"),
    "declarations": run_of("<![CDATA["),
    "entities": run_of("&#1;"),
    "headings": run_of("# a\n"),
    "underlined headings": run_of("a\n=\n"),
    "short lines": run_of("a\n", 30_000),
    "blank lines": run_of("\n", 30_000),
    "blanks before a word": " " * 29_000 + "a",
    "addresses": run_of("http://a.b/(((("),
    "mentions": run_of("@a "),
    "a language that is slow to colour": "```cpp\n" + run_of("a(b ", 12_000) + "\n```",
}


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_tangled_text_is_shown_or_refused_soon(sandboxed: MarkdownRenderer, pattern: str) -> None:
    started = time.monotonic()
    with suppress(Invalid):  # anything else would be a fault
        sandboxed.render(PATTERNS[pattern])

    assert time.monotonic() - started < 1.5


def test_a_slow_text_does_not_delay_another_persons(sandboxed: MarkdownRenderer) -> None:
    sandboxed.render("warm again")
    refused = threading.Event()

    def write_slow_text() -> None:
        with pytest.raises(Invalid, match="too_slow"):
            sandboxed.render(SLOW)
        refused.set()

    slow = threading.Thread(target=write_slow_text)
    slow.start()
    time.sleep(0.1)
    started = time.monotonic()
    for _ in range(5):
        sandboxed.render("A *short* question.")
    took = time.monotonic() - started
    still_busy = not refused.is_set()
    slow.join()

    assert refused.is_set()
    assert still_busy
    assert took < 0.5


def test_one_persons_slow_texts_are_refused_within_a_second_and_hold_up_nobody() -> None:
    """Eight at once, again and again, as fast as one person can send them."""
    renderer = MarkdownRenderer(workers=2, seconds=0.5)
    renderer.render_many(["warm"] * 100)
    refused: list[float] = []
    until = time.monotonic() + 3

    def write_slow_texts() -> None:
        while time.monotonic() < until:
            started = time.monotonic()
            with pytest.raises(Invalid, match=r"too_slow|not_your_turn"):
                renderer.render(SLOW, writer=1)
            refused.append(time.monotonic() - started)

    attack = [threading.Thread(target=write_slow_texts) for _ in range(8)]
    for thread in attack:
        thread.start()
    waited: list[float] = []
    while time.monotonic() < until:
        started = time.monotonic()
        assert renderer.render("A *short* question.", writer=2).html
        waited.append(time.monotonic() - started)
        time.sleep(0.05)  # an honest writer pauses; the attackers do not
    for thread in attack:
        thread.join()

    renderer.close()
    assert len(refused) > 8
    assert max(refused) < 1
    assert max(waited) < 0.5


def test_people_whose_texts_took_too_long_leave_a_worker_to_others(sandboxed: MarkdownRenderer) -> None:
    for writer in (11, 12):
        with pytest.raises(Invalid, match="too_slow"):
            sandboxed.render(SLOW, writer)
    turns = sandboxed._current_pool().turns

    with turns.turn(11, 1) as first:
        with pytest.raises(Invalid, match="not_your_turn"), turns.turn(12, 0.2):
            pass
        with turns.turn(13, 0.2) as third:
            assert (first.slow, third.slow) == (True, False)


def test_waiting_until_others_leave_a_worker_is_not_counted_against_a_text() -> None:
    renderer = MarkdownRenderer(workers=1, seconds=0.4)
    pool = renderer._current_pool()
    lent = pool.borrow()
    given_back = threading.Timer(0.6, pool.give_back, [lent])
    given_back.start()

    rendered = renderer.render("patient", writer=1)

    given_back.join()
    renderer.close()
    assert rendered.html == "<p>patient</p>"


def test_what_is_known_to_explode_is_refused_before_a_worker_is_asked(sandboxed: MarkdownRenderer) -> None:
    for pattern in ("open links", "links without end", "wide table"):
        with pytest.raises(Invalid, match=r"too_costly|brackets"):
            refuse_costly(PATTERNS[pattern])


def test_after_a_slow_text_the_next_one_is_rendered(sandboxed: MarkdownRenderer) -> None:
    for _ in range(2):
        with pytest.raises(Invalid, match="too_slow"):
            sandboxed.render(SLOW)

    assert sandboxed.render("fine").html == "<p>fine</p>"


def test_a_slow_text_among_many_costs_only_itself() -> None:
    renderer = MarkdownRenderer(workers=2, seconds=0.3)  # for three in one go: half of what the slow one takes alone
    texts = renderer.render_many(["one", SLOW, "two"])
    renderer.close()

    assert [text and text.html for text in texts] == ["<p>one</p>", None, "<p>two</p>"]


def test_a_worker_that_was_killed_is_replaced() -> None:
    renderer = MarkdownRenderer(workers=1)
    renderer.render("first")
    pool = renderer._pool
    assert pool is not None
    pool._all[0]._process.kill()
    pool._all[0]._process.wait()

    assert renderer.render("second").html == "<p>second</p>"
    renderer.close()


def test_closing_ends_the_workers_and_rendering_starts_new_ones() -> None:
    renderer = MarkdownRenderer(workers=2)
    renderer.render("first")
    pool = renderer._pool
    assert pool is not None
    processes = [worker._process for worker in pool._all]

    renderer.close()

    assert all(process.poll() is not None for process in processes)
    assert renderer.render("second").html == "<p>second</p>"
    renderer.close()


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_server_starts_workers_of_its_own() -> None:
    renderer = MarkdownRenderer(workers=1)
    renderer.render("in the parent")
    child = os.fork()
    if not child:
        same = renderer.render("in the child").html == "<p>in the child</p>"
        renderer.close()
        os._exit(0 if same else 1)
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert renderer.render("still here").html == "<p>still here</p>"
    renderer.close()


def test_a_worker_ends_when_nobody_needs_it_any_more() -> None:
    worker = sandbox.Sandbox()
    worker.render(["x"], 5)
    process = worker._process
    assert process.stdin is not None

    process.stdin.close()

    assert process.wait(timeout=5) == 0
    worker.stop()

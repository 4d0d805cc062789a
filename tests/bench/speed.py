"""How fast a core is at this moment: machines that others share change their speed by half while one looks.

The fixed work is of the kind that pages do (rows from SQLite, a template, an address, a form), so that whatever slows a
page down, a busy cache more than anything, slows it as much. It uses libraries only, so that it is the same work in
every version of the product.
"""

from __future__ import annotations

import os
import sqlite3
import statistics
import time
from functools import cache
from urllib.parse import parse_qsl, urlencode

from jinja2 import Environment, Template
from werkzeug.routing import Map, Rule

TRIES, PAGES, ROWS = 3, 4, 40
_PAGE = """<ul>{% for row in rows %}<li id="row-{{ row.id }}"><a href="{{ to(row.id) }}">{{ row.title }}</a>
{% if row.id % 3 == 0 %}<strong>{{ row.score }}</strong>{% else %}{{ row.score }}{% endif %}</li>{% endfor %}</ul>"""


def reference_ms(core: int) -> float:
    """Return the processor milliseconds of some fixed work on a core now, the middle one of a few tries."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        return statistics.median(_work() for _ in range(TRIES))
    finally:
        os.sched_setaffinity(0, before)


def _work() -> float:
    page, rows, addresses = _template(), _rows(), Map([Rule("/questions/<int:number>", endpoint="show")])
    began = time.process_time()
    adapter = addresses.bind("localhost")
    for _ in range(PAGES):
        found = rows.execute("SELECT id, title, score FROM rows ORDER BY score DESC").fetchall()
        page.render(
            rows=[dict(zip(("id", "title", "score"), row, strict=True)) for row in found],
            to=lambda number: adapter.build("show", {"number": number}),
        )
        parse_qsl(urlencode({f"field{number}": title for number, title, _ in found}))
    return (time.process_time() - began) * 1000


@cache
def _template() -> Template:
    return Environment(autoescape=True).from_string(_PAGE)


@cache
def _rows() -> sqlite3.Connection:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, title TEXT, score INTEGER)")
    made = [(number, f"What happened <{number}>?", number * 7919 % 101) for number in range(ROWS)]
    database.executemany("INSERT INTO rows VALUES (?, ?, ?)", made)
    return database

"""HTTP for lists: home, all questions, spaces, tags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from app.forum.queries.lists import (
    Narrow,
    QuestionLine,
    Sort,
    could_help_ids,
    needs_me_ids,
    question_lines,
    question_rows,
    space_links,
)
from app.kernel.errors import Denied
from app.kernel.paging import Slice
from app.web import pages, slots
from app.web.language import reader_zone
from app.web.pieces import guest_page, kept, piece_of
from app.web.runtime import current_actor, read_session, runtime

CHARACTERS_OF_A_LINE = 400
"""Of a question in a list, with its names, tags and times."""


def home() -> ResponseReturnValue:
    """Show what needs the reader, what they could help with, and what is new."""
    session, actor = read_session(), current_actor()
    rows = question_rows(session, actor, Sort.ACTIVE, cursor=request.args.get("after"))
    if actor.is_anonymous:
        return guest_page("forum/home.html", rows.items, lambda: _home_of(rows))
    mine: tuple[QuestionLine, ...] = ()
    help_: tuple[QuestionLine, ...] = ()
    waiting, could = needs_me_ids(session, actor), could_help_ids(session, actor)
    if waiting or could:
        both = question_lines(
            session, question_rows(session, actor, Sort.NEWEST, Narrow(question_ids=waiting + could)).items
        )
        mine = tuple(q for q in both if q.id in waiting)
        help_ = tuple(q for q in both if q.id in could)
    cards = slots.slot(slots.HOME, session, actor, [actor.user_id]).get(actor.user_id, [])
    return pages.show("forum/home.html", **_home_of(rows, mine, help_, cards))


def _home_of(
    rows: Slice[Any],
    mine: tuple[QuestionLine, ...] = (),
    could_help: tuple[QuestionLine, ...] = (),
    cards: Sequence[Any] = (),
) -> dict[str, Any]:
    recent = kept_lines(rows)
    return {
        "recent": recent,
        "next_url": next_url("forum.lists_home", rows.next_cursor),
        "mine": mine,
        "could_help": could_help,
        "cards": cards,
        "part_of_day": _part_of_day(),
        **context_of((*mine, *could_help, *recent)),
    }


def index() -> ResponseReturnValue:
    """Show all questions in the wanted order."""
    session, actor, sort = read_session(), current_actor(), wanted_sort()
    rows = question_rows(session, actor, sort, cursor=request.args.get("after"))

    def statuses() -> tuple[tuple[int, slots.StatusLine], ...]:
        return tuple(_statuses([row.id for row in rows.items if row.solver_id is None]).items())

    def variables(told: tuple[tuple[int, slots.StatusLine], ...]) -> dict[str, Any]:
        return {
            "sort": sort,
            "lines": question_lines(session, rows.items),
            "statuses": told,
            "next_url": next_url("forum.lists_index", rows.next_cursor, sort=sort),
            "spaces": space_links(session, actor),
        }

    if actor.is_anonymous:
        return guest_page("forum/lists/index.html", rows.items, lambda: variables(statuses()))
    told = statuses()
    facts = (sort, rows.items, rows.next_cursor, told, actor.space_ids)
    main = piece_of("forum/lists/_main.html", facts, lambda: variables(told))
    return pages.show("forum/lists/index.html", main=main)


def wanted_sort(default: Sort = Sort.ACTIVE) -> Sort:
    """Return the order that the address asks for.

    Raises:
        Denied: when a guest asks for their own questions.

    """
    asked = request.args.get("sort", default)
    sort = Sort(asked) if asked in set(Sort) else default
    if sort is Sort.MINE and current_actor().is_anonymous:
        raise Denied("identity.sign_in_required")
    return sort


def next_url(endpoint: str, cursor: str | None, **values: Any) -> str | None:
    """Return the address of the next page, when there is one."""
    return url_for(endpoint, after=cursor, **values) if cursor else None


def context_of(lines: tuple[QuestionLine, ...]) -> dict[str, Any]:
    """Return what every list prints besides its lines: the status sentences of the open ones."""
    return {"statuses": _statuses([line.id for line in lines if line.solved_by is None])}


def kept_lines(rows: Slice[Any]) -> tuple[QuestionLine, ...]:
    """Return the lines of a page of a list; their names may be a minute old."""
    return kept(
        ("lines", rows.items),
        lambda: question_lines(read_session(), rows.items),
        lambda lines: len(lines) * CHARACTERS_OF_A_LINE,
    )


def _statuses(open_ids: list[int]) -> dict[int, slots.StatusLine]:
    """Return the status sentences of questions that nothing has solved yet, by their ids."""
    told = slots.slot(slots.QUESTION_STATUS, read_session(), current_actor(), open_ids) if open_ids else {}
    return {key: found[0] for key, found in told.items()}


def _part_of_day() -> str:
    hour = runtime().clock.now().astimezone(reader_zone()).hour
    return "morning" if 5 <= hour < 12 else "afternoon" if 12 <= hour < 18 else "evening"  # noqa: PLR2004  # hours

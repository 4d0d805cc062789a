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
from app.web.pieces import guest_page
from app.web.runtime import current_actor, read_session, runtime


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
    recent = question_lines(read_session(), rows.items)
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

    def variables() -> dict[str, Any]:
        lines = question_lines(session, rows.items)
        return {
            "sort": sort,
            "lines": lines,
            "statuses": tuple(context_of(lines)["statuses"].items()),
            "next_url": next_url("forum.lists_index", rows.next_cursor, sort=sort),
            "spaces": space_links(session, actor),
        }

    if actor.is_anonymous:
        return guest_page("forum/lists/index.html", rows.items, variables)
    return pages.show("forum/lists/index.html", **variables())


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
    open_ids = [line.id for line in lines if line.solved_by is None]
    told = slots.slot(slots.QUESTION_STATUS, read_session(), current_actor(), open_ids) if open_ids else {}
    return {"statuses": {key: found[0] for key, found in told.items()}}


def _part_of_day() -> str:
    hour = runtime().clock.now().astimezone(reader_zone()).hour
    return "morning" if 5 <= hour < 12 else "afternoon" if 12 <= hour < 18 else "evening"  # noqa: PLR2004  # hours

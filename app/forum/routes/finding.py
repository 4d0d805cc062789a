"""Find past questions: the search page, similar questions while somebody types, and «This solved it»."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext, ngettext

from app.forum.queries.finding import (
    MOST_PAGES,
    FindPage,
    Search,
    find_page,
    similar_questions,
)
from app.forum.queries.found_questions import FoundQuestion
from app.forum.services.asking import RecordDeflection, record_deflection
from app.kernel.unit_of_work import UnitOfWork
from app.search.analysis import base_language
from app.search.contract import Order, SearchEngine
from app.search.misses import record_miss
from app.search.parsing import LONGEST_INPUT
from app.web import pages
from app.web.runtime import current_actor, perform_once, port, read_session, runtime, unit_of_work
from app.web.slots import QUESTION_STATUS, StatusLine, slot

MOST_LANGUAGES = 4
SHORTEST_TITLE = 3
"""Characters of a sentence before similar questions are looked for."""
KEPT = ("q", "solved", "language", "space", "since", "sort")
"""What a link to the next page repeats."""
SINCE = {"week": timedelta(days=7), "month": timedelta(days=31), "year": timedelta(days=366)}


def show() -> ResponseReturnValue:
    """Show what a search finds; with an enhanced control only the results."""
    search = _search_from_request()
    page = find_page(read_session(), current_actor(), port(SearchEngine), search)
    lines = status_lines(page.hits)
    if pages.wants_fragment():
        spoken = _spoken(page)
        return pages.fragment(
            "forum/find/_results.html",
            spoken=spoken and pages.only_spoken(spoken),
            page=page,
            lines=lines,
            next_url=_next(page),
        )
    if page.missed_words and "prefetch" not in request.headers.get("Sec-Purpose", ""):
        with unit_of_work() as uow:
            record_miss(uow, page.missed_words)
    return pages.show("forum/find/show.html", page=page, lines=lines, next_url=_next(page))


def similar() -> ResponseReturnValue:
    """Show questions that may already have the answer, as a piece of the page that somebody asks on."""
    title = request.args.get("title", "")[:LONGEST_INPUT].strip()
    body = request.args.get("body", "")[:LONGEST_INPUT]
    found = similar_to(title, body)
    spoken = ngettext("%(num)d similar question found below", "%(num)d similar questions found below", len(found))
    return pages.fragment(
        "forum/find/_similar.html",
        spoken=pages.only_spoken(spoken) if found else None,
        similar=found,
        lines=status_lines(found),
    )


def solved(question_id: int) -> ResponseReturnValue:
    """Record that a similar question helped before anything was posted; nothing of what was typed is posted."""
    typed, once = request.form.get("title", ""), request.form.get("once", "")
    thanks = url_for("forum.finding_thanks", question_id=question_id)

    def act(uow: UnitOfWork) -> str:
        record_deflection(uow, current_actor(), RecordDeflection(question_id, typed))
        return thanks

    token = f"{once[:32]}:solved:{question_id}" if once else None  # the form's own token is still needed for asking
    return pages.go(perform_once(token, act))


def thanks(question_id: int) -> ResponseReturnValue:
    """Say that nothing was posted and where the answer is."""
    return pages.show("forum/find/thanks.html", question_id=question_id)


def similar_to(title: str, body: str = "") -> tuple[FoundQuestion, ...]:
    """Return similar questions for the reader, also for a page that is rendered without JavaScript.

    One that was closed before anybody answered cannot have the answer; what it was joined with is found by itself.
    """
    if len(title) < SHORTEST_TITLE:
        return ()
    found = similar_questions(
        read_session(), current_actor(), port(SearchEngine), title, body,
        now=runtime().clock.now(), languages=reader_languages(),
    )  # fmt: skip
    return tuple(hit for hit in found if hit.answer_count or not hit.closed)


def status_lines(hits: tuple[FoundQuestion, ...]) -> dict[int, StatusLine]:
    """Return what each hit's state is, in one sentence; higher domains know more about the open ones."""
    open_ids = [hit.id for hit in hits if hit.solved_by is None]
    told = slot(QUESTION_STATUS, read_session(), current_actor(), open_ids) if open_ids else {}
    solved = gettext("Solved by %(name)s")  # most lines: looked up once
    return {hit.id: told[hit.id][0] if told.get(hit.id) else _own_line(hit, solved) for hit in hits}


def reader_languages() -> tuple[str, ...]:
    """Return the base languages a reader may type in, that of the page first."""
    accepted = [base_language(tag) for tag in request.accept_languages.values() if tag != "*"]
    return tuple(dict.fromkeys([_page_language(), *accepted[:2], "en"]))[:MOST_LANGUAGES]


def _own_line(hit: FoundQuestion, solved: str) -> StatusLine:
    if hit.solved_by is not None:
        return StatusLine("solved", solved % {"name": hit.solved_by.name})
    if hit.waiting_for_asker:
        return StatusLine("waiting", gettext("Waiting for %(name)s", name=hit.asker.name))
    if hit.closed:
        return StatusLine("private", gettext("Closed"))
    if hit.answer_count:
        return StatusLine("open", ngettext("%(num)d answer so far", "%(num)d answers so far", hit.answer_count))
    return StatusLine("open", gettext("Nobody has answered yet"))


def _search_from_request() -> Search:
    asked = request.args
    page = asked.get("page", 1, type=int)
    since = SINCE.get(asked.get("since", ""))
    return Search(
        text=asked.get("q", "")[:LONGEST_INPUT].strip(),
        languages=reader_languages(),
        solved=asked.get("solved") == "1",
        own_language=asked.get("language") == "mine",
        space=asked.get("space", ""),
        since=runtime().clock.now() - since if since else None,
        order=Order.NEWEST if asked.get("sort") == "newest" else Order.RELEVANCE,
        page=min(max(page, 1), MOST_PAGES),
        live=pages.wants_fragment(),
    )


def _next(page: FindPage) -> str | None:
    if not page.has_more:
        return None
    kept: dict[str, Any] = {key: request.args[key] for key in KEPT if request.args.get(key)}
    return url_for("forum.finding_show", **kept, page=page.search.page + 1)


def _spoken(page: FindPage) -> str | None:
    if not page.asked:
        return None
    if page.slow:
        return str(gettext("Search is slow right now"))
    if not page.hits:
        return str(gettext("Nobody has asked this yet"))
    return str(ngettext("%(num)d question found", "%(num)d questions found", page.total))


def _page_language() -> str:
    return base_language(str(get_locale() or "en"))

"""Find past questions: the search page, and «has somebody asked this before».

The engine gets the actor's spaces inside the query; every hit is read again from the database under the same rule.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.forum.access import access_question
from app.forum.models.question import Question
from app.forum.models.space import Space, Tag, TagSynonym
from app.forum.queries.found_questions import FoundQuestion, read_hits
from app.identity.contract import ids_of_handles
from app.kernel.actor import Actor
from app.kernel.among import among
from app.kernel.database import fetch
from app.search.analysis import base_language
from app.search.contract import Clause, Found, Order, Query, Scope, SearchEngine, SearchUnavailable
from app.search.highlighting import highlighter
from app.search.lately import LATELY
from app.search.misses import telling_words
from app.search.parsing import Typed, parse
from app.search.plain import plain_text
from app.search.recipe import Standing, likeliest, loosened, of_words_within_reach, similar_query, text_query
from app.search.spelling import corrected

PAGE = 10
MOST_PAGES = 20
MOST_SPACES = 50
"""So many are offered by the form; any can be named."""
FEW = 3
"""Up to this many hits the search offers another spelling."""
NOWHERE: frozenset[int] = frozenset()


def _select_spaces() -> Select[Any]:
    space = Space.__table__
    return (
        select(space.c.id, space.c.slug, space.c.name)
        .where(among(space.c.id, "space_ids"))
        .order_by(space.c.position, space.c.name)
    )


def _select_standings() -> Select[Any]:
    question = Question.__table__
    return select(
        question.c.id, question.c.asked_at, question.c.language, question.c.answer_count, question.c.accepted_answer_id
    ).where(among(question.c.id, "ids"))


SPACES, STANDINGS = _select_spaces(), _select_standings()
"""Built once: on a page this small, building a statement costs more than running it."""


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody looks for. ``languages`` are base languages, the reader's own first.

    ``live`` means that they are still typing: the last word may be unfinished.
    """

    text: str
    languages: tuple[str, ...] = ("en",)
    solved: bool = False
    own_language: bool = False
    space: str = ""
    since: datetime | None = None
    order: Order = Order.RELEVANCE
    page: int = 1
    live: bool = False


@dataclass(frozen=True, slots=True)
class SpaceChoice:
    """A space that the search may be narrowed to."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class FindPage:
    """The search page.

    ``total`` counts what the engine found, also beyond the last page that is shown, without hits of this page that the
    reader may not see any more. ``loosened`` says that no question
    has all of the words. ``missed_words`` is what may be remembered of a search in vain. ``slow`` says that the index
    did not answer in time, and the hits are what was found lately or until then.
    """

    search: Search
    hits: tuple[FoundQuestion, ...]
    total: int
    loosened: bool
    has_more: bool
    suggestion: str | None
    spaces: tuple[SpaceChoice, ...]
    asked: bool
    missed_words: str
    slow: bool = False

    @property
    def shown_at_most(self) -> int:
        """Return after how many hits the last page ends; 0 when nothing is left after this page, or more is shown."""
        cut = not self.has_more and self.total > self.search.page * PAGE
        return MOST_PAGES * PAGE if cut else 0


def find_page(session: Session, actor: Actor, engine: SearchEngine, search: Search) -> FindPage:
    """Answer a search.

    Statements: spaces, hits, people, tags, and one for each kind of ``tag:`` and ``user:`` that was typed. While
    somebody types, spaces are read only for a search that names one: the form that offers them is there already.
    """
    typed = parse(search.text)
    named = search.space or typed.spaces
    spaces = _readable_spaces(session, actor) if named or not search.live else ()
    choices = tuple(SpaceChoice(slug, name) for _, slug, name in spaces[:MOST_SPACES])
    if typed.is_empty:
        return FindPage(search, (), 0, False, False, None, choices, False, "")
    scope = _scope(session, actor, search, typed, {slug: i for i, slug, _ in spaces})
    answer = _answer(engine, search, typed, scope)
    marker = highlighter([*typed.words, *typed.phrases, *typed.prefixes], answer.clauses, search.languages)
    found = answer.found
    hits = read_hits(session, actor, [hit.id for hit in found.hits], marker)
    return FindPage(
        search=search,
        hits=hits,
        total=found.total - (len(found.hits) - len(hits)),
        loosened=answer.loosened and bool(hits),
        has_more=found.total > search.page * PAGE and search.page < MOST_PAGES,
        suggestion=answer.suggestion,
        spaces=choices,
        asked=True,
        missed_words="" if found.total or found.cut_short else telling_words(typed.words, search.languages),
        slow=found.cut_short,
    )


def similar_questions(
    session: Session,
    actor: Actor,
    engine: SearchEngine,
    title: str,
    body: str = "",
    limit: int = 4,
    *,
    now: datetime,
    languages: Sequence[str] = ("en",),
    solved_only: bool = False,
    excluded_ids: Collection[int] = (),
) -> tuple[FoundQuestion, ...]:
    """Return questions that may already have the answer, the likeliest first; in four statements at most."""
    scope = Scope(actor.space_ids, accepted=True if solved_only else None, excluded_ids=tuple(excluded_ids))
    try:
        query = similar_query(engine, title, body, scope, languages)
        found = engine.search(query) if query.should else Found()
        if not found.hits and query.required > 1:
            query = of_words_within_reach(engine, query)
            found = engine.search(query) if query.should else found
        if not found.hits and (wider := loosened(query)):
            found = engine.search(wider)
    except SearchUnavailable:
        return ()
    likely = _likeliest(session, found, languages, now)
    return read_hits(session, actor, likely[:limit], highlighter([title], query.should, languages))


def similar_solved(
    session: Session, actor: Actor, engine: SearchEngine, question_id: int, limit: int = 3
) -> tuple[FoundQuestion, ...]:
    """Return solved questions like an existing one, for whoever takes it over.

    The system itself reads no space; it is given those of the question's own space, which every reader of it may see.
    """
    question = access_question(session, actor, question_id)
    readable = replace(actor, space_ids=frozenset({question.space_id})) if actor.is_system else actor
    return similar_questions(
        session,
        readable,
        engine,
        question.title,
        plain_text(question.body_html),
        limit,
        now=question.asked_at,
        languages=tuple(dict.fromkeys((base_language(question.language), "en"))),
        solved_only=True,
        excluded_ids=(question_id,),
    )


def carried_questions(session: Session, actor: Actor, ids: Sequence[int]) -> tuple[FoundQuestion, ...]:
    """Return questions that somebody found earlier, in that order, as far as this actor may see them now."""
    return read_hits(session, actor, ids, highlighter([], (), ()))


def _likeliest(session: Session, found: Found, languages: Sequence[str], now: datetime) -> list[int]:
    if not found.hits:
        return []
    rows = fetch(session, STANDINGS, {"ids": [hit.id for hit in found.hits]})
    standings = {
        question_id: Standing(asked_at, base_language(language), count > 0, accepted is not None)
        for question_id, asked_at, language, count, accepted in rows
    }
    return likeliest(found.hits, standings, languages, now)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the engine said."""

    found: Found
    clauses: tuple[Clause, ...] = ()
    loosened: bool = False
    suggestion: str | None = None


def _answer(engine: SearchEngine, search: Search, typed: Typed, scope: Scope) -> _Answer:
    asked = (search, scope)
    few = 0 if search.live else FEW  # a word that somebody is still typing is not misspelt
    try:
        query = _query(engine, search, typed, scope)
        found, loosened = _search(engine, query)
        clauses = (*query.should, *query.must)
        if found.cut_short:
            return _Answer(found if found.hits else LATELY.found(asked), clauses, loosened)
        suggestion = _suggestion(engine, search, typed, scope) if loosened or found.total <= few else None
    except SearchUnavailable:
        return _Answer(LATELY.found(asked))
    LATELY.keep(asked, found)
    return _Answer(found, clauses, loosened, suggestion)


def _query(engine: SearchEngine, search: Search, typed: Typed, scope: Scope) -> Query:
    return text_query(
        engine,
        typed,
        scope,
        search.languages,
        live=search.live,
        order=search.order,
        limit=PAGE,
        offset=(search.page - 1) * PAGE,
    )


def _search(engine: SearchEngine, query: Query) -> tuple[Found, bool]:
    """Ask for all of the words; when nothing has them, for any of them."""
    found = engine.search(query)
    if found.total or query.required <= 1:
        return found, False
    return engine.search(replace(query, required=1, order=Order.RELEVANCE)), True


def _readable_spaces(session: Session, actor: Actor) -> Sequence[tuple[int, str, str]]:
    rows = fetch(session, SPACES, {"space_ids": list(actor.space_ids)})
    return [(row.id, row.slug, row.name) for row in rows]


def _scope(session: Session, actor: Actor, search: Search, typed: Typed, space_ids: dict[str, int]) -> Scope:
    wanted = [slug for slug in (search.space, *typed.spaces) if slug]
    spaces = frozenset(space_ids[slug] for slug in wanted if slug in space_ids) if wanted else actor.space_ids
    authors = ids_of_handles(session, typed.users) if typed.users else {}
    if typed.users and not authors:
        spaces = NOWHERE
    tags = _tags_meant(session, {*typed.tags, *typed.excluded_tags})
    return Scope(
        space_ids=spaces,
        tags=tuple(tags.get(slug, slug) for slug in typed.tags),
        excluded_tags=tuple(tags.get(slug, slug) for slug in typed.excluded_tags),
        authors=tuple(str(user_id) for user_id in authors.values()),
        language=search.languages[0] if search.own_language else None,
        answered=typed.answered,
        accepted=True if search.solved else typed.accepted,
        since=search.since,
    )


def _tags_meant(session: Session, slugs: Collection[str]) -> dict[str, str]:
    """Map synonyms to the tags they stand for."""
    if not slugs:
        return {}
    rows = session.execute(
        select(TagSynonym.slug, Tag.slug.label("meant"))
        .join(Tag, Tag.id == TagSynonym.tag_id)
        .where(TagSynonym.slug.in_(slugs))
    )
    return {row.slug: row.meant for row in rows}


def _suggestion(engine: SearchEngine, search: Search, typed: Typed, scope: Scope) -> str | None:
    """Return the search with its misspelt words replaced; None when there is nothing better."""
    better = corrected(engine, typed.words, search.languages, scope.space_ids)
    if better is None:
        return None
    text = search.text
    for old, new in zip(typed.words, better, strict=True):
        if old != new:
            text = re.sub(rf'(?<![^\s"]){re.escape(old)}(?![^\s"])', new, text, count=1)
    return text

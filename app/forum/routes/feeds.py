"""Atom feeds (RFC 4287) of what a guest may read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree as ET  # writes only; nothing is parsed

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from app.forum.access import access_space_by_slug
from app.forum.queries.lists import Narrow, QuestionLine, Sort, question_lines, question_rows
from app.forum.queries.question_page import question_page
from app.forum.queries.tags import tag_id_of
from app.kernel.errors import NotFound
from app.web.runtime import current_actor, read_session, runtime

ATOM = "http://www.w3.org/2005/Atom"
ENTRIES = 30


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry; ``html`` is safe to print."""

    address: str
    title: str
    by: str
    published: datetime
    updated: datetime
    html: str = ""


def questions() -> ResponseReturnValue:
    """Tell of the newest questions of all spaces."""
    return _list_feed(runtime().settings.site_name, url_for("forum.lists_index"), Narrow())


def space(slug: str) -> ResponseReturnValue:
    """Tell of the newest questions of one space."""
    found = access_space_by_slug(read_session(), current_actor(), slug)
    return _list_feed(found.name, url_for("forum.places_space", slug=slug), Narrow(space_id=found.id))


def tag(slug: str) -> ResponseReturnValue:
    """Tell of the newest questions with one tag."""
    found = tag_id_of(read_session(), current_actor(), slug.lower())
    if found is None:
        raise NotFound
    return _list_feed(found[1], url_for("forum.places_tag", slug=found[1]), Narrow(tag_id=found[0]))


def question(question_id: int) -> ResponseReturnValue:
    """Tell of the answers to one question."""
    page = question_page(read_session(), current_actor(), question_id)
    where = url_for("forum.questions_show", question_id=question_id)
    answers = sorted(page.answers, key=lambda a: a.posted_at, reverse=True)[:ENTRIES]
    entries = [
        Entry(f"{where}#a{a.id}", page.title, a.author.name, a.posted_at, a.edited_at or a.posted_at, a.html)
        for a in answers
    ]
    return _feed(page.title, where, entries, page.active_at)


def _list_feed(title: str, where: str, narrow: Narrow) -> ResponseReturnValue:
    lines = question_lines(
        read_session(), question_rows(read_session(), current_actor(), Sort.NEWEST, narrow, size=ENTRIES).items
    )
    return _feed(title, where, [_entry(line) for line in lines], max((q.active_at for q in lines), default=None))


def _entry(line: QuestionLine) -> Entry:
    where = url_for("forum.questions_show", question_id=line.id)
    return Entry(where, line.title, line.asker.name, line.asked_at, line.active_at)


def _feed(title: str, where: str, entries: Iterable[Entry], updated: datetime | None) -> ResponseReturnValue:
    base = runtime().settings.site_url
    ET.register_namespace("", ATOM)
    feed = ET.Element(f"{{{ATOM}}}feed")
    _add(feed, "id", f"{base}{where}")
    _add(feed, "title", title)
    _add(feed, "updated", (updated or runtime().clock.now()).isoformat())
    ET.SubElement(feed, f"{{{ATOM}}}link", href=f"{base}{where}")
    ET.SubElement(feed, f"{{{ATOM}}}link", href=f"{base}{request.path}", rel="self")
    for entry in entries:
        _add_entry(feed, base, entry)
    body = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    response = Response(body, mimetype="application/atom+xml")
    response.set_etag(hashlib.sha256(body).hexdigest()[:24])
    response.headers["Cache-Control"] = "private, max-age=60"
    return response.make_conditional(request)


def _add_entry(feed: ET.Element, base: str, entry: Entry) -> None:
    node = ET.SubElement(feed, f"{{{ATOM}}}entry")
    _add(node, "id", f"{base}{entry.address}")
    _add(node, "title", entry.title)
    _add(node, "published", entry.published.isoformat())
    _add(node, "updated", entry.updated.isoformat())
    _add(ET.SubElement(node, f"{{{ATOM}}}author"), "name", entry.by)
    ET.SubElement(node, f"{{{ATOM}}}link", href=f"{base}{entry.address}")
    if entry.html:
        _add(node, "content", entry.html).set("type", "html")


def _add(parent: ET.Element, name: str, text: str) -> ET.Element:
    """Add an element; characters that XML 1.0 cannot hold are left out."""
    child = ET.SubElement(parent, f"{{{ATOM}}}{name}")
    child.text = "".join(c for c in text if (c >= " " and c not in "\ufffe\uffff") or c in "\t\n\r")
    return child
